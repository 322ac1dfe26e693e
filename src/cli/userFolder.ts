import path from "node:path";
import {UsageError} from "./arguments";

let folder = "";

/**
 * Changes the current folder from the user's to this program's. Call it before anything native is loaded: the user's folder
 * may be a stranger's checkout, and the system's loader also searches the current folder for libraries. llama.cpp's binaries
 * for Linux request that (their RUNPATH ends in an empty part), and Windows does it for all. Child processes start in our
 * folder. Throws a UsageError if the user's folder is gone.
 */
export function leaveUserFolder(): void {
  try {
    folder = process.cwd();
  } catch {
    throw new UsageError("the current folder is gone: go to another one");
  }
  process.chdir(__dirname);
}

/** The path of a file on the command line, absolute or relative to the user's folder. */
export function userFile(file: string): string {
  if (process.platform === "win32") return path.resolve(folder, file);
  // Not path.resolve: after a symbolic link, `..` is not the folder before it in the path.
  return path.isAbsolute(file) ? file : `${folder}/${file}`;
}

/** The path of a file from the user's folder, with slashes, however the command line names it. */
export function pathFromUserFolder(file: string): string {
  return path.relative(folder, userFile(file)).replaceAll(path.sep, "/");
}
