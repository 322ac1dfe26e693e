import {type ModelSource, modelsBelow} from "./candidates";
import {huggingFaceModels} from "./huggingFace";
import type {SearchEnvironment} from "./localModel";
import {cacheFolder, distinct, environmentFolder, pathsOf} from "./programFolders";

/** llama.cpp's download folders (`fs_get_cache_directory`). */
export function llamaCppFolders(environment: SearchEnvironment): readonly string[] {
  return distinct([
    environmentFolder(environment, "LLAMA_CACHE"),
    pathsOf(environment).join(cacheFolder(environment), "llama.cpp")
  ]);
}

export const llamaCpp: ModelSource = {
  store: "llamaCpp",
  async find(environment, signal) {
    const found = await Promise.all(
      // Newer versions use the layout of the Hugging Face cache (`common/hf-cache.cpp`).
      llamaCppFolders(environment).flatMap((folder) => [
        modelsBelow(folder, 1, signal),
        huggingFaceModels(folder, signal)
      ])
    );
    return found.flat();
  }
};
