import {realpath} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";

/** Whether a file is below a folder of the same file system. Compares paths only. */
export function isBelow(folder: vscode.Uri, file: vscode.Uri): boolean {
  return relativeNames(folder, file) !== undefined;
}

/**
 * The path from a folder down to a file of the same file system, as names. Undefined if the file is not below the
 * folder.
 */
export function relativeNames(folder: vscode.Uri, file: vscode.Uri): string[] | undefined {
  const isLocal = folder.scheme === "file";
  const way = isLocal ? path.relative(folder.fsPath, file.fsPath) : path.posix.relative(folder.path, file.path);
  if (way === "" || way.split(/[/\\]/)[0] === ".." || path.isAbsolute(way)) return undefined;
  return way.split(isLocal ? path.sep : "/");
}

/** {@link isBelow} with symbolic links followed, which only local files have. Rejects if a path does not exist. */
export async function isReallyBelow(folder: vscode.Uri, file: vscode.Uri): Promise<boolean> {
  if (file.scheme !== "file") return true;
  const [realFolder, real] = await Promise.all([realpath(folder.fsPath), realpath(file.fsPath)]);
  return isBelow(vscode.Uri.file(realFolder), vscode.Uri.file(real));
}
