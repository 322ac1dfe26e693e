import {modelsBelow, type Store} from "./candidates";
import type {Surroundings} from "./localModel";
import {distinct, dotConfigFolder, localDataFolder, pathsOf, roamingDataFolder, writtenFolder} from "./places";
import {smallText} from "./walk";

/** Where GPT4All downloads to (Qt's AppLocalDataLocation). */
export function gpt4allFolder(surroundings: Surroundings): string {
  return pathsOf(surroundings).join(localDataFolder(surroundings), "nomic.ai", "GPT4All");
}

/** Its settings (QSettings in the INI format), which may name another folder. */
export function gpt4allSettings(surroundings: Surroundings): string {
  const {platform} = surroundings;
  const folder = platform === "win32" ? roamingDataFolder(surroundings) : dotConfigFolder(surroundings);
  return pathsOf(surroundings).join(folder, "nomic.ai", "GPT4All.ini");
}

const depth = 2;

export const gpt4all: Store = {
  store: "gpt4all",
  async find(surroundings, signal) {
    const chosen = modelPath((await smallText(gpt4allSettings(surroundings))) ?? "");
    const folders = distinct([writtenFolder(surroundings, chosen), gpt4allFolder(surroundings)]);
    const found = await Promise.all(folders.map((folder) => modelsBelow(folder, depth, signal)));
    return found.flat();
  }
};

/** The value of `modelPath`, with Qt's escapes undone. */
function modelPath(settings: string): string | null {
  const value = /^modelPaths?=(.*)$/m.exec(settings)?.[1]?.trim();
  if (value === undefined) return null;
  return value
    .replace(/^"(.*)"$/, "$1")
    .replace(/\\x([0-9a-f]{1,4})|\\(.)/gi, (_, code: string | undefined, character: string) =>
      code === undefined ? character : String.fromCharCode(Number.parseInt(code, 16))
    );
}
