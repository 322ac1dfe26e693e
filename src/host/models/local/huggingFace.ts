import path from "node:path";
import {type Candidate, type ModelSource, modelsBelow} from "./candidates";
import type {SearchEnvironment} from "./localModel";
import {distinct, environmentFolder, inHome, pathsOf} from "./programFolders";
import {foldersIn} from "./walk";

/** Possible folders of the Hugging Face cache (huggingface_hub: `constants.py`), the same on every system. */
export function huggingFaceFolders(environment: SearchEnvironment): readonly string[] {
  const {join} = pathsOf(environment);
  const home = environmentFolder(environment, "HF_HOME");
  const cache = environmentFolder(environment, "XDG_CACHE_HOME");
  return distinct([
    environmentFolder(environment, "HF_HUB_CACHE"),
    environmentFolder(environment, "HUGGINGFACE_HUB_CACHE"),
    home === null ? null : join(home, "hub"),
    cache === null ? null : join(cache, "huggingface", "hub"),
    inHome(environment, ".cache", "huggingface", "hub")
  ]);
}

export const huggingFace: ModelSource = {
  store: "huggingFace",
  async find(environment, signal) {
    const found = await Promise.all(huggingFaceFolders(environment).map((folder) => huggingFaceModels(folder, signal)));
    return found.flat();
  }
};

/** Depth of the search below `snapshots`: a revision, and folders in it. */
const depth = 5;

/**
 * Files in `models--ORG--NAME/snapshots/REVISION/…` are links to blobs, or the files themselves on systems without
 * links.
 */
export async function huggingFaceModels(folder: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const models: Candidate[] = [];
  for (const name of await foldersIn(folder)) {
    if (!name.startsWith("models--")) continue;
    models.push(...(await modelsBelow(path.join(folder, name, "snapshots"), depth, signal)));
  }
  return models;
}
