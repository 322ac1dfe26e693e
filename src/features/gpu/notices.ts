import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {openSetting, runCommand} from "../../host/runCommand";

/** Shows the engine's notices: that of fewer layers once per model, that of slow detail once. */
export function showNotices(host: Host): vscode.Disposable {
  const told = new Set<string>();
  return host.engine.onNotice(({kind, model, message}) => {
    const what = kind === "fewerLayers" ? model : kind;
    if (told.has(what)) return;
    told.add(what);
    void (kind === "fewerLayers" ? offerFewerLayers(message) : offerLog(message));
  });
}

async function offerFewerLayers(message: string): Promise<void> {
  const showGpu = vscode.l10n.t("Show GPU");
  const settings = vscode.l10n.t("Open Settings");
  const chosen = await vscode.window.showWarningMessage(message, showGpu, settings);
  if (chosen === showGpu) await runCommand("showGpu");
  if (chosen === settings) await openSetting("gpuLayers");
}

async function offerLog(message: string): Promise<void> {
  const showLog = vscode.l10n.t("Show Log");
  if ((await vscode.window.showInformationMessage(message, showLog)) === showLog) await runCommand("showLog");
}
