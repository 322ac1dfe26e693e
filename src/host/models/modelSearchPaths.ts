import {homeFolder} from "../home";
import type {Host} from "../host";
import type {SearchEnvironment} from "./local/localModel";

/** What the search for models on this machine depends on. */
export function modelSearchEnvironment({settings, downloads}: Pick<Host, "settings" | "downloads">): SearchEnvironment {
  return {
    platform: process.platform,
    home: homeFolder(),
    env: process.env,
    folders: settings.modelFolders(),
    downloads: downloads.folder
  };
}
