import type * as vscode from "vscode";

/** A file's path relative to its workspace folder, or else to the root: with slashes, without one at the start. */
export function pathInFolder(folder: vscode.WorkspaceFolder | undefined, {path}: vscode.Uri): string {
  return (folder === undefined ? path : path.slice(folder.uri.path.length)).replace(/^\/+/, "");
}
