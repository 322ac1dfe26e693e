import path from "node:path";
import {UsageError} from "./arguments";

let folder = "";

/**
 * Leaves the folder that the user stands in for the one of this program. To be called before anything native is loaded:
 * that folder may be a stranger's checkout, and the system's loader looks for libraries in the current folder, too.
 * llama.cpp's binaries for Linux ask for that (their RUNPATH ends in an empty part), and Windows does it for all. Processes
 * that are started from here on begin in our folder. Throws a UsageError where the folder is gone.
 */
export function leaveUserFolder(): void {
  try {
    folder = process.cwd();
  } catch {
    throw new UsageError("the current folder is gone: go to another one");
  }
  process.chdir(__dirname);
}

/** The path of a file that the user wrote down, absolute or relative to the folder that was left. */
export function userFile(file: string): string {
  if (process.platform === "win32") return path.resolve(folder, file);
  // Not path.resolve: behind a symbolic link, `..` is not the folder that stands before it.
  return path.isAbsolute(file) ? file : `${folder}/${file}`;
}
