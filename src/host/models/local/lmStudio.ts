import {type ModelSource, modelsBelow} from "./candidates";
import type {SearchEnvironment} from "./localModel";
import {distinct, inHome, pathsOf, writtenFolder} from "./programFolders";
import {readSmallJson, readSmallText} from "./walk";

/** LM Studio's default home folders (lmstudio-js: `findLMStudioHome`); see also {@link homePointer}. */
export function lmStudioHomes(environment: SearchEnvironment): readonly string[] {
  return [inHome(environment, ".lmstudio"), inHome(environment, ".cache", "lm-studio")];
}

/** A file with the path of LM Studio's home folder, if it was moved. */
export function homePointer(environment: SearchEnvironment): string {
  return inHome(environment, ".lmstudio-home-pointer");
}

/** Depth of the search: `PUBLISHER/MODEL/FILE`, and one more folder. */
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

/** The folder in LM Studio's settings, and the default one. */
async function modelFolders(environment: SearchEnvironment, home: string): Promise<readonly (string | null)[]> {
  const paths = pathsOf(environment);
  const settings = await readSmallJson(paths.join(home, "settings.json"));
  return [writtenFolder(environment, settings?.["downloadsFolder"]), paths.join(home, "models")];
}
