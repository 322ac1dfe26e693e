// Programs of this machine. Plain Node, because setup.mjs runs before packages are installed. The harness bundles it
// too.
import {accessSync, constants, existsSync} from "node:fs";
import path from "node:path";

/** The file of a command; undefined if there is none. */
export function onPath(command) {
  const names = process.platform === "win32" ? [`${command}.exe`, `${command}.cmd`] : [command];
  for (const folder of (process.env.PATH ?? "").split(path.delimiter))
    for (const name of names) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder: try the next.
      }
    }
  return undefined;
}

/** Whether a window can be opened. */
export function hasDisplay() {
  return process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Desktop VS Code's command; undefined without VS Code or a screen. */
export function desktopCode() {
  return hasDisplay() ? onPath("code") : undefined;
}

/** A Chromium: the program in the variable CHROMIUM, or one of the usual commands. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  return onPath("chromium") ?? onPath("chromium-browser") ?? onPath("google-chrome");
}
