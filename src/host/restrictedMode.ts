import * as vscode from "vscode";

/** VS Code's command that shows what trust means, and gives it. */
export const manageTrust = "workbench.trust.manage";

/** What Restricted Mode means for Tokenscope, in one sentence; undefined in a workspace that is trusted. */
export function restriction(): string | undefined {
  return vscode.workspace.isTrusted
    ? undefined
    : vscode.l10n.t("Restricted Mode: the model is chosen by your own settings until you trust this folder.");
}
