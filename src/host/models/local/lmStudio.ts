import {type ModelSource, modelsBelow} from "./candidates";
import type {SearchEnvironment} from "./localModel";
import {distinct, inHome, pathsOf, writtenFolder} from "./programFolders";
import {readSmallJson, readSmallText} from "./walk";

/** Where LM Studio may be at home, besides where {@link homePointer} says (lmstudio-js: `findLMStudioHome`). */
export function lmStudioHomes(environment: SearchEnvironment): readonly string[] {
  return [inHome(environment, ".lmstudio"), inHome(environment, ".cache", "lm-studio")];
}

/** The file with its home, where that is elsewhere. */
export function homePointer(environment: SearchEnvironment): string {
  return inHome(environment, ".lmstudio-home-pointer");
}

/** `PUBLISHER/MODEL/FILE`, and a folder more. */
const depth = 4;

export const lmStudio: ModelSource = {
  store: "lmStudio",
  async find(environment, signal) {
    const pointed = writtenFolder(environment, await readSmallText(homePointer(environment)));
    const homes = distinct([pointed, ...lmStudioHomes(environment)]);
    const folders = await Promise.all(homes.map((home) => modelFolders(environment, home)));
    const found = await Promise.all(distinct(folders.flat()).map((folder) => modelsBelow(folder, depth, signal)));
    return found.flat();
  }
};

/** Its usual folder, and the one that its settings name. */
async function modelFolders(environment: SearchEnvironment, home: string): Promise<readonly (string | null)[]> {
  const paths = pathsOf(environment);
  const settings = await readSmallJson(paths.join(home, "settings.json"));
  return [writtenFolder(environment, settings?.["downloadsFolder"]), paths.join(home, "models")];
}
