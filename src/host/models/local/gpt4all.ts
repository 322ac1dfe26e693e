import {type ModelSource, modelsBelow} from "./candidates";
import type {SearchEnvironment} from "./localModel";
import {distinct, dotConfigFolder, localDataFolder, pathsOf, roamingDataFolder, writtenFolder} from "./programFolders";
import {readSmallText} from "./walk";

/** GPT4All's download folder (Qt's AppLocalDataLocation). */
export function gpt4allFolder(environment: SearchEnvironment): string {
  return pathsOf(environment).join(localDataFolder(environment), "nomic.ai", "GPT4All");
}

/** GPT4All's settings file (QSettings in the INI format), which may name another folder. */
export function gpt4allSettings(environment: SearchEnvironment): string {
  const {platform} = environment;
  const folder = platform === "win32" ? roamingDataFolder(environment) : dotConfigFolder(environment);
  return pathsOf(environment).join(folder, "nomic.ai", "GPT4All.ini");
}

const depth = 2;

export const gpt4all: ModelSource = {
  store: "gpt4all",
  async find(environment, signal) {
    const chosen = modelPath((await readSmallText(gpt4allSettings(environment))) ?? "");
    const folders = distinct([writtenFolder(environment, chosen), gpt4allFolder(environment)]);
    const found = await Promise.all(folders.map((folder) => modelsBelow(folder, depth, signal)));
    return found.flat();
  }
};

/** The value of `modelPath`, with Qt's escapes decoded. */
function modelPath(settings: string): string | null {
  const value = /^modelPaths?=(.*)$/m.exec(settings)?.[1]?.trim();
  if (value === undefined) return null;
  return value
    .replace(/^"(.*)"$/, "$1")
    .replace(/\\x([0-9a-f]{1,4})|\\(.)/gi, (_, code: string | undefined, character: string) =>
      code === undefined ? character : String.fromCharCode(Number.parseInt(code, 16))
    );
}
