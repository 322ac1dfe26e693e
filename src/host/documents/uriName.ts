import type * as vscode from "vscode";

/** The last name of a URI's path: a file's or a folder's. */
export function uriName({path}: vscode.Uri): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
