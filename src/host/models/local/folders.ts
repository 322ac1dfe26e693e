import path from "node:path";
import {type Candidate, isNamedLikeModel, modelsBelow, type Store} from "./candidates";
import {ollamaModels} from "./ollama";
import {places} from "./patientStat";

/** A folder of someone's models, not of their whole disk. */
const depth = 8;

/** The user's own folders. */
export const folders: Store = {
  store: "folder",
  async find(surroundings, signal) {
    const found = await Promise.all(surroundings.folders.map((folder) => ownModels(folder, signal)));
    return found.flat();
  }
};

/** What Tokenscope downloaded. */
export const downloads: Store = {
  store: "tokenscope",
  find: (surroundings, signal) => modelsBelow(surroundings.downloads, 3, signal)
};

async function ownModels(folder: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const status = await places.stat(folder);
  if (status === null) return [];
  if (status.isFile()) return isNamedLikeModel(path.basename(folder)) ? [{path: folder}] : [];
  // Ollama's folder may be anywhere, and is known to its service alone.
  return [...(await ollamaModels(folder, signal)), ...(await modelsBelow(folder, depth, signal))];
}
