import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {restriction} from "../../host/restrictedMode";
import {manageTrustCommand} from "../../host/vscodeCommands";
import {settingsOfWorkspace} from "./workspaceSettings";

/** Says in the status bar which settings of an untrusted workspace are not used. */
export class RestrictedModeItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "tokenscope.restrictedMode",
    vscode.StatusBarAlignment.Right,
    99
  );
  private readonly subscriptions: vscode.Disposable;

  /** `restricted` are the ids of the settings that an untrusted workspace may not set. */
  constructor(
    private readonly host: Host,
    private readonly restricted: readonly string[]
  ) {
    this.item.name = vscode.l10n.t("Tokenscope: Restricted Mode");
    this.item.text = `$(shield) ${vscode.l10n.t("Folder's settings not used")}`;
    this.item.command = manageTrustCommand;
    const refresh = (): void => void this.update().catch((error: unknown) => host.log.warn(String(error)));
    const watcher = vscode.workspace.createFileSystemWatcher("**/.vscode/settings.json");
    this.subscriptions = vscode.Disposable.from(
      this.item,
      watcher,
      watcher.onDidChange(refresh),
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
      host.settings.onDidChangeModel(refresh)
    );
    refresh();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private async update(): Promise<void> {
    const sentence = restriction();
    if (sentence === undefined) return this.item.hide();
    const ignored = await settingsOfWorkspace(this.restricted);
    const reasons = [
      ...(ignored.length > 0 ? [vscode.l10n.t("Not used from this folder: {0}.", ignored.join(", "))] : []),
      ...(this.host.settings.holdsBackModel ? [vscode.l10n.t("Your own settings name a file in this folder.")] : [])
    ];
    if (reasons.length === 0 || vscode.workspace.isTrusted) return this.item.hide();
    const said = [sentence, ...reasons].join(" ");
    this.item.tooltip = `${said}\n\n${vscode.l10n.t("Click to manage trust.")}`;
    this.item.accessibilityInformation = {label: said, role: "button"};
    this.item.show();
  }
}
