import {homeFolder} from "../home";
import type {Host} from "../host";
import type {Surroundings} from "./local/localModel";

/** Where to look for models on this machine. */
export function surroundings({settings, downloads}: Pick<Host, "settings" | "downloads">): Surroundings {
  return {
    platform: process.platform,
    home: homeFolder(),
    env: process.env,
    folders: settings.modelFolders(),
    downloads: downloads.folder
  };
}
