import path from "node:path";
import {type Candidate, isNamedLikeModel, type ModelSource, modelsBelow} from "./candidates";
import {ollamaModels} from "./ollama";
import {timedStat} from "./timedStat";

/** A folder of someone's models, not of their whole disk. */
const depth = 8;

/** The user's own folders. */
export const folders: ModelSource = {
  store: "folder",
  async find(environment, signal) {
    const found = await Promise.all(environment.folders.map((folder) => ownModels(folder, signal)));
    return found.flat();
  }
};

/** What Tokenscope downloaded. */
export const downloads: ModelSource = {
  store: "tokenscope",
  find: (environment, signal) => modelsBelow(environment.downloads, 3, signal)
};

async function ownModels(folder: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const status = await timedStat.stat(folder);
  if (status === null) return [];
  if (status.isFile()) return isNamedLikeModel(path.basename(folder)) ? [{path: folder}] : [];
  // Ollama's folder may be anywhere, and is known to its service alone.
  return [...(await ollamaModels(folder, signal)), ...(await modelsBelow(folder, depth, signal))];
}
