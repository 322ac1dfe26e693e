import * as vscode from "vscode";
import type {Host} from "../../host/host";

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
  const openSettings = vscode.l10n.t("Open Settings");
  const chosen = await vscode.window.showWarningMessage(message, showGpu, openSettings);
  if (chosen === showGpu) await vscode.commands.executeCommand("tokenscope.showGpu");
  if (chosen === openSettings)
    await vscode.commands.executeCommand("workbench.action.openSettings", "tokenscope.gpuLayers");
}
