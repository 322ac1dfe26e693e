import {createHash} from "node:crypto";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";

/**
 * Makes a store like Ollama's in a folder, for OLLAMA_MODELS. Models have names like "name:tag". Returns their blobs'
 * paths by name.
 */
export function makeOllamaStore<Name extends string>(
  folder: string,
  models: Readonly<Record<Name, Buffer>>
): Readonly<Record<Name, string>> {
  const blobs = path.join(folder, "blobs");
  mkdirSync(blobs, {recursive: true});
  const files = Object.entries<Buffer>(models).map(([model, weights]) => {
    const [name = "", tag = "latest"] = model.split(":");
    const hash = createHash("sha256").update(weights).digest("hex");
    const blob = path.join(blobs, `sha256-${hash}`);
    writeFileSync(blob, weights);
    const manifests = path.join(folder, "manifests", "registry.ollama.ai", "library", name);
    mkdirSync(manifests, {recursive: true});
    const layer = {
      mediaType: "application/vnd.ollama.image.model",
      digest: `sha256:${hash}`,
      size: weights.length
    };
    writeFileSync(path.join(manifests, tag), JSON.stringify({schemaVersion: 2, layers: [layer]}));
    return [model, blob] as const;
  });
  return Object.fromEntries(files) as Record<Name, string>;
}

/** A model with another name in its metadata, of the same length so that nothing in the file moves. */
export function renamedModel(file: string, from: string, to: string): Buffer {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error(`"${from}" can't become "${to}" in ${file}.`);
  bytes.write(to, at, "latin1");
  return bytes;
}
