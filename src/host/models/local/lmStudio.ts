import {modelsBelow, type Store} from "./candidates";
import type {Surroundings} from "./localModel";
import {distinct, inHome, pathsOf, writtenFolder} from "./places";
import {smallJson, smallText} from "./walk";

/** Where LM Studio may be at home, besides where {@link homePointer} says (lmstudio-js: `findLMStudioHome`). */
export function lmStudioHomes(surroundings: Surroundings): readonly string[] {
  return [inHome(surroundings, ".lmstudio"), inHome(surroundings, ".cache", "lm-studio")];
}

/** The file with its home, where that is elsewhere. */
export function homePointer(surroundings: Surroundings): string {
  return inHome(surroundings, ".lmstudio-home-pointer");
}

/** `PUBLISHER/MODEL/FILE`, and a folder more. */
const depth = 4;

export const lmStudio: Store = {
  store: "lmStudio",
  async find(surroundings, signal) {
    const pointed = writtenFolder(surroundings, await smallText(homePointer(surroundings)));
    const homes = distinct([pointed, ...lmStudioHomes(surroundings)]);
    const folders = await Promise.all(homes.map((home) => modelFolders(surroundings, home)));
    const found = await Promise.all(distinct(folders.flat()).map((folder) => modelsBelow(folder, depth, signal)));
    return found.flat();
  }
};

/** Its usual folder, and the one that its settings name. */
async function modelFolders(surroundings: Surroundings, home: string): Promise<readonly (string | null)[]> {
  const paths = pathsOf(surroundings);
  const settings = await smallJson(paths.join(home, "settings.json"));
  return [writtenFolder(surroundings, settings?.["downloadsFolder"]), paths.join(home, "models")];
}
