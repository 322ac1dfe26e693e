import * as vscode from "vscode";

/** VS Code's own setting. If it is off, nothing is suggested while typing, but a completion on command still comes. */
export const showSuggestionsSetting = "editor.inlineSuggest.enabled";

export function vscodeShowsSuggestions(document?: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration("editor", document).get<unknown>("inlineSuggest.enabled") !== false;
}
