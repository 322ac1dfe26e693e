import path from "node:path";
import type {Surroundings} from "./localModel";

/** Paths as they are written where these surroundings are: not always here, in a test. */
export function pathsOf({platform}: Surroundings): path.PlatformPath {
  return platform === "win32" ? path.win32 : path.posix;
}

export function inHome(surroundings: Surroundings, ...parts: readonly string[]): string {
  return pathsOf(surroundings).join(surroundings.home, ...parts);
}

/**
 * A folder that someone wrote down: in the environment, in a program's settings. Null where it is none; relative ones
 * would be relative to a place that isn't known.
 */
export function writtenFolder(surroundings: Surroundings, written: unknown): string | null {
  if (typeof written !== "string" || written.includes("\0")) return null;
  const trimmed = written.trim().replace(/^(["'])(.*)\1$/, "$2");
  const paths = pathsOf(surroundings);
  const folder = /^~(?=$|[/\\])/.test(trimmed) ? paths.join(surroundings.home, trimmed.slice(1)) : trimmed;
  return paths.isAbsolute(folder) ? paths.normalize(folder) : null;
}

/** The folder in an environment variable; null where it is not set. */
export function environmentFolder(surroundings: Surroundings, variable: string): string | null {
  return writtenFolder(surroundings, surroundings.env[variable]);
}

/** Where programs keep what can be fetched again. */
export function cacheFolder(surroundings: Surroundings): string {
  switch (surroundings.platform) {
    case "win32":
      return environmentFolder(surroundings, "LOCALAPPDATA") ?? inHome(surroundings, "AppData", "Local");
    case "darwin":
      return inHome(surroundings, "Library", "Caches");
    default:
      return environmentFolder(surroundings, "XDG_CACHE_HOME") ?? inHome(surroundings, ".cache");
  }
}

/** Where programs keep what goes with the user to other machines. */
export function roamingDataFolder(surroundings: Surroundings): string {
  return surroundings.platform === "win32"
    ? (environmentFolder(surroundings, "APPDATA") ?? inHome(surroundings, "AppData", "Roaming"))
    : localDataFolder(surroundings);
}

/** Where programs keep what stays on this machine. */
export function localDataFolder(surroundings: Surroundings): string {
  switch (surroundings.platform) {
    case "win32":
      return cacheFolder(surroundings);
    case "darwin":
      return inHome(surroundings, "Library", "Application Support");
    default:
      return environmentFolder(surroundings, "XDG_DATA_HOME") ?? inHome(surroundings, ".local", "share");
  }
}

/** Where programs of the freedesktop kind keep their settings, on whatever system. */
export function dotConfigFolder(surroundings: Surroundings): string {
  return environmentFolder(surroundings, "XDG_CONFIG_HOME") ?? inHome(surroundings, ".config");
}

/** Without null and without repetitions. */
export function distinct(folders: readonly (string | null)[]): string[] {
  return [...new Set(folders.filter((folder) => folder !== null))];
}
