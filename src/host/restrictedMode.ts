import * as vscode from "vscode";

/** What Restricted Mode means for Tokenscope, in one sentence. Undefined in a trusted workspace. */
export function restriction(): string | undefined {
  return vscode.workspace.isTrusted
    ? undefined
    : vscode.l10n.t("Restricted Mode: the model is chosen by your own settings until you trust this folder.");
}
