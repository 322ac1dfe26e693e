import * as vscode from "vscode";

/** A sentence on what Restricted Mode means for Tokenscope; undefined in a trusted workspace. */
export function restriction(): string | undefined {
  return vscode.workspace.isTrusted
    ? undefined
    : vscode.l10n.t("Restricted Mode: the model is chosen by your own settings until you trust this folder.");
}
