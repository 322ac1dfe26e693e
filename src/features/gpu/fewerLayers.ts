import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {openSetting, runCommand} from "../../host/runCommand";

/** Tells the user, once per model, that fewer of its layers fit on the GPU than planned. */
export function showFewerLayers(host: Host): vscode.Disposable {
  const told = new Set<string>();
  return host.engine.onNotice(({kind, model, message}) => {
    if (kind !== "fewerLayers" || told.has(model)) return;
    told.add(model);
    void offerWaysOut(message);
  });
}

async function offerWaysOut(message: string): Promise<void> {
  const showGpu = vscode.l10n.t("Show GPU");
  const settings = vscode.l10n.t("Open Settings");
  const chosen = await vscode.window.showWarningMessage(message, showGpu, settings);
  if (chosen === showGpu) await runCommand("showGpu");
  if (chosen === settings) await openSetting("gpuLayers");
}
