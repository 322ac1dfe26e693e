import path from "node:path";
import * as v from "valibot";
import {parsed} from "../../../text/guard";
import type {Candidate, ModelSource} from "./candidates";
import type {SearchEnvironment} from "./localModel";
import {distinct, environmentFolder, inHome} from "./programFolders";
import {filesBelow, readSmallJson} from "./walk";

/** Ollama's model folders (`envconfig.Models`). On Linux its service has its own home folder. */
export function ollamaFolders(environment: SearchEnvironment): readonly string[] {
  const services = [
    "/usr/share/ollama/.ollama/models",
    "/var/lib/ollama/.ollama/models",
    "/var/lib/ollama/models",
    "/var/snap/ollama/common/models"
  ];
  return distinct([
    environmentFolder(environment, "OLLAMA_MODELS"),
    inHome(environment, ".ollama", "models"),
    ...(environment.platform === "linux" ? services : [])
  ]);
}

export const ollama: ModelSource = {
  store: "ollama",
  async find(environment, signal) {
    const found = await Promise.all(ollamaFolders(environment).map((folder) => ollamaModels(folder, signal)));
    return found.flat();
  }
};

/** Manifests at `manifests/REGISTRY/NAMESPACE/MODEL/TAG` name a model's files in `blobs`. */
export async function ollamaModels(folder: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const manifests = path.join(folder, "manifests");
  const files = await filesBelow(manifests, manifestDepth, () => true, signal);
  const models: Candidate[] = [];
  // "latest" comes last: if a file has two names, the other one says more.
  for (const file of [...files].sort((a, b) => Number(isLatest(a)) - Number(isLatest(b)) || (a < b ? -1 : 1))) {
    signal.throwIfAborted();
    const name = ollamaName(path.relative(manifests, file).split(path.sep));
    const blob = name === null ? null : modelBlob(await readSmallJson(file));
    if (name !== null && blob !== null) models.push({path: path.join(folder, "blobs", blob), name});
  }
  return models;
}

const manifestDepth = 4;

/** The layer with the weights. Its digest becomes a file name, so it is checked. */
const weightsLayer = v.object({
  mediaType: v.literal("application/vnd.ollama.image.model"),
  digest: v.pipe(v.string(), v.regex(/^sha256[:-][0-9a-f]{64}$/))
});

function isLatest(file: string): boolean {
  return path.basename(file) === "latest";
}

/** The name in `ollama list`, without the default registry and namespace. */
function ollamaName([registry, namespace, model, tag, ...more]: readonly string[]): string | null {
  if (registry === undefined || namespace === undefined || model === undefined || tag === undefined) return null;
  if (more.length > 0) return null;
  const name = `${model}:${tag}`;
  if (registry !== "registry.ollama.ai") return `${registry}/${namespace}/${name}`;
  return namespace === "library" ? name : `${namespace}/${name}`;
}

/** The file name of the weights' blob. The digest is checked, because another program wrote the manifest. */
function modelBlob(manifest: Readonly<Record<string, unknown>> | null): string | null {
  const layers = parsed(v.array(v.unknown()), manifest?.["layers"]) ?? [];
  const weights = layers.find((layer) => v.is(weightsLayer, layer));
  return weights?.digest.replace(":", "-") ?? null;
}
