import path from "node:path";
import {type Candidate, modelsBelow, type Store} from "./candidates";
import type {Surroundings} from "./localModel";
import {distinct, environmentFolder, inHome, pathsOf} from "./places";
import {foldersIn} from "./walk";

/** Where the Hugging Face cache may be (huggingface_hub: `constants.py`); the same on every system. */
export function huggingFaceFolders(surroundings: Surroundings): readonly string[] {
  const {join} = pathsOf(surroundings);
  const home = environmentFolder(surroundings, "HF_HOME");
  const cache = environmentFolder(surroundings, "XDG_CACHE_HOME");
  return distinct([
    environmentFolder(surroundings, "HF_HUB_CACHE"),
    environmentFolder(surroundings, "HUGGINGFACE_HUB_CACHE"),
    home === null ? null : join(home, "hub"),
    cache === null ? null : join(cache, "huggingface", "hub"),
    inHome(surroundings, ".cache", "huggingface", "hub")
  ]);
}

export const huggingFace: Store = {
  store: "huggingFace",
  async find(surroundings, signal) {
    const found = await Promise.all(
      huggingFaceFolders(surroundings).map((folder) => huggingFaceModels(folder, signal))
    );
    return found.flat();
  }
};

/** A revision, and folders in it. */
const depth = 5;

/** `models--ORG--NAME/snapshots/REVISION/…` link to blobs, or are the files themselves where there are no links. */
export async function huggingFaceModels(folder: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const models: Candidate[] = [];
  for (const name of await foldersIn(folder)) {
    if (!name.startsWith("models--")) continue;
    models.push(...(await modelsBelow(path.join(folder, name, "snapshots"), depth, signal)));
  }
  return models;
}
