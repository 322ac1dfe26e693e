// What this machine offers. Plain Node: setup.mjs runs before there are packages. The harness bundles it too.
import {accessSync, constants, existsSync} from "node:fs";
import path from "node:path";

/** The file that a command's name stands for, or undefined. */
export function onPath(command) {
  const names = process.platform === "win32" ? [`${command}.exe`, `${command}.cmd`] : [command];
  for (const folder of (process.env.PATH ?? "").split(path.delimiter))
    for (const name of names) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here: the next folder.
      }
    }
  return undefined;
}

/** Whether a window can be opened. */
export function hasDisplay() {
  return process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Desktop VS Code's command, where there is one and a screen to show it on. */
export function desktopCode() {
  return hasDisplay() ? onPath("code") : undefined;
}

/** A Chromium to drive: CHROMIUM names one, or the usual commands do. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  return onPath("chromium") ?? onPath("chromium-browser") ?? onPath("google-chrome");
}
