import type {Host} from "../host";
import {recentPaths, withRecent} from "./recents";

const key = "tokenscope.recentModels";

/** Absolute paths of the models chosen lately, the latest first. Some files may not exist any more. */
export function recentModels({globalState}: Host): readonly string[] {
  return recentPaths(globalState.get<unknown>(key));
}

export async function rememberModel({globalState}: Host, path: string): Promise<void> {
  await globalState.update(key, withRecent(globalState.get<unknown>(key), path));
}
