import path from "node:path";
import type {SearchEnvironment} from "./localModel";

/** The path functions of the environment's platform, which in a test may be another one. */
export function pathsOf({platform}: SearchEnvironment): path.PlatformPath {
  return platform === "win32" ? path.win32 : path.posix;
}

export function inHome(environment: SearchEnvironment, ...parts: readonly string[]): string {
  return pathsOf(environment).join(environment.home, ...parts);
}

/**
 * A folder named in an environment variable or in a program's settings. Null if it is no absolute path: what a relative
 * one refers to is unknown.
 */
export function writtenFolder(environment: SearchEnvironment, written: unknown): string | null {
  if (typeof written !== "string" || written.includes("\0")) return null;
  const trimmed = written.trim().replace(/^(["'])(.*)\1$/, "$2");
  const paths = pathsOf(environment);
  const folder = /^~(?=$|[/\\])/.test(trimmed) ? paths.join(environment.home, trimmed.slice(1)) : trimmed;
  return paths.isAbsolute(folder) ? paths.normalize(folder) : null;
}

/** The folder in an environment variable; null if it is not set. */
export function environmentFolder(environment: SearchEnvironment, variable: string): string | null {
  return writtenFolder(environment, environment.env[variable]);
}

/** The cache folder of programs. */
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

/** The data folder that goes with the user to other machines. */
export function roamingDataFolder(environment: SearchEnvironment): string {
  return environment.platform === "win32"
    ? (environmentFolder(environment, "APPDATA") ?? inHome(environment, "AppData", "Roaming"))
    : localDataFolder(environment);
}

/** The data folder that stays on this machine. */
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

/** The settings folder of programs that follow freedesktop's rules on every system. */
export function dotConfigFolder(environment: SearchEnvironment): string {
  return environmentFolder(environment, "XDG_CONFIG_HOME") ?? inHome(environment, ".config");
}

/** Removes null and duplicates. */
export function distinct(folders: readonly (string | null)[]): string[] {
  return [...new Set(folders.filter((folder) => folder !== null))];
}
