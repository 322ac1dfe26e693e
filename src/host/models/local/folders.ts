import path from "node:path";
import {type Candidate, isNamedLikeModel, type ModelSource, modelsBelow} from "./candidates";
import {ollamaModels} from "./ollama";
import {timedStat} from "./timedStat";

/** Maximum depth of the search: enough for a folder of models, too little for a whole disk. */
const depth = 8;

/** The model folders in the user's settings. */
export const folders: ModelSource = {
  store: "folder",
  async find(environment, signal) {
    const found = await Promise.all(environment.folders.map((folder) => ownModels(folder, signal)));
    return found.flat();
  }
};

/** Models that Tokenscope downloaded. */
export const downloads: ModelSource = {
  store: "tokenscope",
  find: (environment, signal) => modelsBelow(environment.downloads, 3, signal)
};

async function ownModels(folder: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const status = await timedStat.stat(folder);
  if (status === null) return [];
  if (status.isFile()) return isNamedLikeModel(path.basename(folder)) ? [{path: folder}] : [];
  // The user may have moved Ollama's folder, which only its service knows, and named it here.
  return [...(await ollamaModels(folder, signal)), ...(await modelsBelow(folder, depth, signal))];
}
