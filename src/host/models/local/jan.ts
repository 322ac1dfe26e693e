import path from "node:path";
import * as v from "valibot";
import {displayName} from "../../../gguf/displayName";
import {type Candidate, isNamedLikeModel, type ModelSource} from "./candidates";
import type {SearchEnvironment} from "./localModel";
import {
  distinct,
  dotConfigFolder,
  environmentFolder,
  inHome,
  pathsOf,
  roamingDataFolder,
  writtenFolder
} from "./programFolders";
import {filesBelow, readSmallJson, readSmallText} from "./walk";

/** Jan's default data folders, of this and older versions (`resolve_jan_data_folder`). */
export function janFolders(environment: SearchEnvironment): readonly string[] {
  const {join} = pathsOf(environment);
  const root = environmentFolder(environment, "JAN_DATA_ROOT");
  return distinct([
    environmentFolder(environment, "JAN_DATA_FOLDER"),
    root === null ? null : join(root, "Jan", "data"),
    join(roamingDataFolder(environment), "Jan", "data"),
    join(dotConfigFolder(environment), "Jan", "data"),
    inHome(environment, "jan")
  ]);
}

/** Jan's settings files, which may name another folder. */
export function janSettings(environment: SearchEnvironment): readonly string[] {
  const {join} = pathsOf(environment);
  const root = environmentFolder(environment, "JAN_DATA_ROOT");
  const folders = [root, roamingDataFolder(environment), dotConfigFolder(environment)];
  return distinct(folders).map((folder) => join(folder, "Jan", "settings.json"));
}

export const jan: ModelSource = {
  store: "jan",
  async find(environment, signal) {
    const settings = await Promise.all(janSettings(environment).map(readSmallJson));
    const chosen = settings.map((one) => writtenFolder(environment, one?.["data_folder"]));
    const folders = distinct([...chosen, ...janFolders(environment)]);
    const found = await Promise.all(
      folders.flatMap((data) =>
        modelFolders.map((parts) => janModels(environment, data, path.join(data, ...parts), signal))
      )
    );
    return found.flat();
  }
};

const modelFolders = [["llamacpp", "models"], ["models"]];
/** Depth of the search. A model's id has slashes: `ORG/MODEL/QUANTIZATION`. */
const depth = 6;

const isManifest = (fileName: string): boolean => fileName === "model.yml" || fileName === "model.json";

/** Models with a manifest, under their name in it, then files without a manifest. */
async function janModels(
  environment: SearchEnvironment,
  data: string,
  folder: string,
  signal: AbortSignal
): Promise<readonly Candidate[]> {
  const files = await filesBelow(folder, depth, (name) => isManifest(name) || isNamedLikeModel(name), signal);
  const manifests = files.filter((file) => isManifest(path.basename(file)));
  const named: Candidate[] = [];
  for (const manifest of manifests) {
    signal.throwIfAborted();
    const id = path.relative(folder, path.dirname(manifest)).split(path.sep).join("/");
    const {name, file} = await readManifest(manifest);
    if (file === undefined) continue;
    // Paths in a model.yml are relative to the data folder, paths in a model.json to its own folder.
    const from = manifest.endsWith(".yml") ? data : path.dirname(manifest);
    const target = writtenFolder(environment, file) ?? path.resolve(from, file);
    if (isNamedLikeModel(path.basename(target))) named.push({path: target, name: displayName(name) ?? id});
  }
  const others = files.filter((file) => !isManifest(path.basename(file))).map((file) => ({path: file}));
  return [...named, ...others];
}

interface Manifest {
  readonly name: string | undefined;
  readonly file: string | undefined;
}

const optionalText = v.fallback(v.optional(v.string()), undefined);

/** Any field may be missing or something else. */
const manifestShape = v.object({
  id: optionalText,
  settings: v.fallback(v.object({llama_model_path: optionalText}), {llama_model_path: undefined}),
  sources: v.fallback(v.array(v.fallback(v.object({filename: optionalText}), {filename: undefined})), [])
});

async function readManifest(file: string): Promise<Manifest> {
  if (file.endsWith(".yml")) {
    const text = (await readSmallText(file)) ?? "";
    return {name: yamlText(text, "name"), file: yamlText(text, "model_path") ?? yamlFirst(text, "files")};
  }
  const json = await readSmallJson(file);
  const {id, settings, sources} = v.parse(manifestShape, json ?? {});
  return {name: id, file: settings.llama_model_path ?? sources[0]?.filename};
}

/** A top-level string of a YAML file. Understands only as much YAML as Jan writes. */
function yamlText(yaml: string, key: string): string | undefined {
  return unquoted(new RegExp(`^${key}:[ \\t]*(\\S.*?)[ \\t]*\\r?$`, "m").exec(yaml)?.[1]);
}

/** The first item of a top-level list of a YAML file. */
function yamlFirst(yaml: string, key: string): string | undefined {
  return unquoted(new RegExp(`^${key}:[ \\t]*\\r?\\n[ \\t]*-[ \\t]+(\\S.*?)[ \\t]*\\r?$`, "m").exec(yaml)?.[1]);
}

function unquoted(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (/^".*"$/.test(value)) return value.slice(1, -1).replace(/\\(["\\])/g, "$1");
  return /^'.*'$/.test(value) ? value.slice(1, -1).replaceAll("''", "'") : value;
}
