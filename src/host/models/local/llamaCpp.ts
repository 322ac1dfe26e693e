import {modelsBelow, type Store} from "./candidates";
import {huggingFaceModels} from "./huggingFace";
import type {Surroundings} from "./localModel";
import {cacheFolder, distinct, environmentFolder, pathsOf} from "./places";

/** Where llama.cpp keeps what it downloaded (`fs_get_cache_directory`). */
export function llamaCppFolders(surroundings: Surroundings): readonly string[] {
  return distinct([
    environmentFolder(surroundings, "LLAMA_CACHE"),
    pathsOf(surroundings).join(cacheFolder(surroundings), "llama.cpp")
  ]);
}

export const llamaCpp: Store = {
  store: "llamaCpp",
  async find(surroundings, signal) {
    const found = await Promise.all(
      // Newer versions lay them out as the Hugging Face cache is (`common/hf-cache.cpp`).
      llamaCppFolders(surroundings).flatMap((folder) => [
        modelsBelow(folder, 1, signal),
        huggingFaceModels(folder, signal)
      ])
    );
    return found.flat();
  }
};
