import path from "node:path";
import type {SearchEnvironment} from "./localModel";

/** Paths as they are written where these environment are: not always here, in a test. */
export function pathsOf({platform}: SearchEnvironment): path.PlatformPath {
  return platform === "win32" ? path.win32 : path.posix;
}

export function inHome(environment: SearchEnvironment, ...parts: readonly string[]): string {
  return pathsOf(environment).join(environment.home, ...parts);
}

/**
 * A folder that someone wrote down: in the environment, in a program's settings. Null where it is none; relative ones
 * would be relative to a place that isn't known.
 */
export function writtenFolder(environment: SearchEnvironment, written: unknown): string | null {
  if (typeof written !== "string" || written.includes("\0")) return null;
  const trimmed = written.trim().replace(/^(["'])(.*)\1$/, "$2");
  const paths = pathsOf(environment);
  const folder = /^~(?=$|[/\\])/.test(trimmed) ? paths.join(environment.home, trimmed.slice(1)) : trimmed;
  return paths.isAbsolute(folder) ? paths.normalize(folder) : null;
}

/** The folder in an environment variable; null where it is not set. */
export function environmentFolder(environment: SearchEnvironment, variable: string): string | null {
  return writtenFolder(environment, environment.env[variable]);
}

/** Where programs keep what can be fetched again. */
export function cacheFolder(environment: SearchEnvironment): string {
  switch (environment.platform) {
    case "win32":
      return environmentFolder(environment, "LOCALAPPDATA") ?? inHome(environment, "AppData", "Local");
    case "darwin":
      return inHome(environment, "Library", "Caches");
    default:
      return environmentFolder(environment, "XDG_CACHE_HOME") ?? inHome(environment, ".cache");
  }
}

/** Where programs keep what goes with the user to other machines. */
export function roamingDataFolder(environment: SearchEnvironment): string {
  return environment.platform === "win32"
    ? (environmentFolder(environment, "APPDATA") ?? inHome(environment, "AppData", "Roaming"))
    : localDataFolder(environment);
}

/** Where programs keep what stays on this machine. */
export function localDataFolder(environment: SearchEnvironment): string {
  switch (environment.platform) {
    case "win32":
      return cacheFolder(environment);
    case "darwin":
      return inHome(environment, "Library", "Application Support");
    default:
      return environmentFolder(environment, "XDG_DATA_HOME") ?? inHome(environment, ".local", "share");
  }
}

/** Where programs of the freedesktop kind keep their settings, on whatever system. */
export function dotConfigFolder(environment: SearchEnvironment): string {
  return environmentFolder(environment, "XDG_CONFIG_HOME") ?? inHome(environment, ".config");
}

/** Without null and without repetitions. */
export function distinct(folders: readonly (string | null)[]): string[] {
  return [...new Set(folders.filter((folder) => folder !== null))];
}
