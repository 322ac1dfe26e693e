import type * as vscode from "vscode";

/** Text editors of VS Code's own: the log, the commit message, comments, the debug console. */
const toolSchemes = new Set(["output", "vscode-scm", "comment", "debug"]);

/** Whether a document is VS Code's and not the user's. */
export function isToolDocument({uri}: vscode.TextDocument): boolean {
  return toolSchemes.has(uri.scheme);
}
