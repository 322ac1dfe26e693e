import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {restriction} from "../../host/restrictedMode";
import {manageTrustCommand} from "../../host/vscodeCommands";

/** Says that an untrusted workspace's settings are not used, where it has any. In a trusted one, nothing at all. */
export function registerRestrictedMode(host: Host, restricted: readonly string[]): vscode.Disposable {
  if (vscode.workspace.isTrusted) return vscode.Disposable.from();
  const item = vscode.window.createStatusBarItem("tokenscope.restrictedMode", vscode.StatusBarAlignment.Right, 99);
  item.name = vscode.l10n.t("Tokenscope: Restricted Mode");
  item.text = `$(shield) ${vscode.l10n.t("Folder's settings not used")}`;
  item.command = manageTrustCommand;
  const look = async (): Promise<void> => {
    const sentence = restriction();
    if (sentence === undefined) return item.hide();
    const {settingsOfWorkspace} = await import("./workspaceSettings");
    const ignored = await settingsOfWorkspace(restricted);
    const reasons = [
      ...(ignored.length > 0 ? [vscode.l10n.t("Of this folder, not used: {0}.", ignored.join(", "))] : []),
      ...(host.settings.holdsBackModel ? [vscode.l10n.t("Your own setting names a file in this folder.")] : [])
    ];
    if (reasons.length === 0 || vscode.workspace.isTrusted) return item.hide();
    const said = [sentence, ...reasons].join(" ");
    item.tooltip = `${said}\n\n${vscode.l10n.t("Click to manage trust.")}`;
    item.accessibilityInformation = {label: said, role: "button"};
    item.show();
  };
  const lookAgain = (): void => void look().catch((error: unknown) => host.log.warn(String(error)));
  const watcher = vscode.workspace.createFileSystemWatcher("**/.vscode/settings.json");
  lookAgain();
  return vscode.Disposable.from(
    item,
    watcher,
    watcher.onDidChange(lookAgain),
    watcher.onDidCreate(lookAgain),
    watcher.onDidDelete(lookAgain),
    vscode.workspace.onDidChangeWorkspaceFolders(lookAgain),
    vscode.workspace.onDidGrantWorkspaceTrust(lookAgain),
    host.settings.onDidChangeModel(lookAgain)
  );
}
