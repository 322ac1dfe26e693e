import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {showSuggestionsSetting, vscodeShowsSuggestions} from "./vscodeSuggestions";

/** Turns suggestions while typing on or off, for the user. */
export async function toggleCompletion(host: Host): Promise<void> {
  const enabled = !host.settings.inlineCompletion().enabled;
  await host.settings.setInlineCompletion(enabled);
  tell(
    host,
    enabled,
    vscode.l10n.t("Inline completion suggests while you type"),
    vscode.l10n.t("Inline completion comes only on command")
  );
}

/** Turns suggestions while typing on or off, in the language of the active editor. */
export async function toggleCompletionForLanguage(host: Host): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined)
    throw new HostError("noEditor", vscode.l10n.t("No text is open: open a file in that language first."));
  const enabled = !host.settings.inlineCompletion(document).enabled;
  await host.settings.setInlineCompletion(enabled, document.languageId);
  tell(
    host,
    enabled,
    vscode.l10n.t("Inline completion suggests while you type in {0} files", document.languageId),
    vscode.l10n.t("Inline completion comes only on command in {0} files", document.languageId)
  );
}

/** Turns suggestions while typing on or off, in this workspace. */
export async function toggleCompletionForWorkspace(host: Host): Promise<void> {
  if (vscode.workspace.workspaceFolders === undefined)
    throw new HostError("noFolder", vscode.l10n.t("No folder is open: open a folder first."));
  if (!vscode.workspace.isTrusted)
    throw new HostError(
      "untrusted",
      vscode.l10n.t("A folder's own settings are not used in Restricted Mode: trust the folder first.")
    );
  const enabled = !host.settings.inlineCompletion().enabled;
  await host.settings.setInlineCompletionHere(enabled);
  tell(
    host,
    enabled,
    vscode.l10n.t("Inline completion suggests while you type in this workspace"),
    vscode.l10n.t("Inline completion comes only on command in this workspace")
  );
}

/** Says what inline completion does from now on, or what keeps it from that. */
function tell({settings}: Host, enabled: boolean, on: string, off: string): void {
  if (enabled && !vscodeShowsSuggestions())
    throw new HostError(
      "noInlineSuggestions",
      vscode.l10n.t(
        "Inline completion is on, but VS Code suggests nothing while its own setting {0} is off: turn that on too.",
        showSuggestionsSetting
      )
    );
  const document = vscode.window.activeTextEditor?.document;
  const own = document !== undefined && settings.inlineCompletion(document).enabled !== enabled;
  const said = own ? butNotIn(document.languageId, enabled) : enabled ? on : off;
  vscode.window.setStatusBarMessage(`${enabled ? "$(check)" : "$(circle-slash)"} ${said}`, own ? 8000 : 4000);
}

function butNotIn(language: string, enabled: boolean): string {
  return enabled
    ? vscode.l10n.t("Inline completion is on, but a setting turns it off in {0} files", language)
    : vscode.l10n.t("Inline completion is off, but a setting turns it on in {0} files", language);
}
