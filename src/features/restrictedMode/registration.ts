import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {restriction} from "../../host/restrictedMode";
import {manageTrustCommand} from "../../host/vscodeCommands";

/** Says in the status bar which settings of an untrusted workspace are not used. Does nothing in a trusted one. */
export function registerRestrictedMode(host: Host, restricted: readonly string[]): vscode.Disposable {
  if (vscode.workspace.isTrusted) return vscode.Disposable.from();
  const item = vscode.window.createStatusBarItem("tokenscope.restrictedMode", vscode.StatusBarAlignment.Right, 99);
  item.name = vscode.l10n.t("Tokenscope: Restricted Mode");
  item.text = `$(shield) ${vscode.l10n.t("Folder's settings not used")}`;
  item.command = manageTrustCommand;
  const update = async (): Promise<void> => {
    const sentence = restriction();
    if (sentence === undefined) return item.hide();
    const {settingsOfWorkspace} = await import("./workspaceSettings");
    const ignored = await settingsOfWorkspace(restricted);
    const reasons = [
      ...(ignored.length > 0 ? [vscode.l10n.t("Not used from this folder: {0}.", ignored.join(", "))] : []),
      ...(host.settings.holdsBackModel ? [vscode.l10n.t("Your own settings name a file in this folder.")] : [])
    ];
    if (reasons.length === 0 || vscode.workspace.isTrusted) return item.hide();
    const said = [sentence, ...reasons].join(" ");
    item.tooltip = `${said}\n\n${vscode.l10n.t("Click to manage trust.")}`;
    item.accessibilityInformation = {label: said, role: "button"};
    item.show();
  };
  const refresh = (): void => void update().catch((error: unknown) => host.log.warn(String(error)));
  const watcher = vscode.workspace.createFileSystemWatcher("**/.vscode/settings.json");
  refresh();
  return vscode.Disposable.from(
    item,
    watcher,
    watcher.onDidChange(refresh),
    watcher.onDidCreate(refresh),
    watcher.onDidDelete(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    host.settings.onDidChangeModel(refresh)
  );
}
