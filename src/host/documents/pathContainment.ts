import {realpath} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";

/** Whether a file lies somewhere below a folder of the same file system, by their paths. */
export function isBelow(folder: vscode.Uri, file: vscode.Uri): boolean {
  return relativeNames(folder, file) !== undefined;
}

/** The names that lead from a folder down to a file of the same file system, by their paths; undefined where none do. */
export function relativeNames(folder: vscode.Uri, file: vscode.Uri): string[] | undefined {
  const isLocal = folder.scheme === "file";
  const way = isLocal ? path.relative(folder.fsPath, file.fsPath) : path.posix.relative(folder.path, file.path);
  if (way === "" || way.split(/[/\\]/)[0] === ".." || path.isAbsolute(way)) return undefined;
  return way.split(isLocal ? path.sep : "/");
}

/** As {@link isBelow}, with all symbolic links followed. Of other file systems no links are known. Rejects where one is not there. */
export async function isReallyBelow(folder: vscode.Uri, file: vscode.Uri): Promise<boolean> {
  if (file.scheme !== "file") return true;
  const [realFolder, real] = await Promise.all([realpath(folder.fsPath), realpath(file.fsPath)]);
  return isBelow(vscode.Uri.file(realFolder), vscode.Uri.file(real));
}
