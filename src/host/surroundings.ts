import {homedir} from "node:os";
import path from "node:path";
import type {Host} from "./host";
import type {Surroundings} from "./localModels/localModel";

/** Where to look for models on this machine. */
export function surroundings({settings, storageUri}: Pick<Host, "settings" | "storageUri">): Surroundings {
  return {
    platform: process.platform,
    home: homedir(),
    env: process.env,
    folders: settings.modelFolders(),
    downloads: path.join(storageUri.fsPath, "models")
  };
}
