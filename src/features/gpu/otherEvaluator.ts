import * as vscode from "vscode";
import type {DeviceState} from "../../contract/devices";
import {deviceNames} from "../../host/deviceNames";
import type {Host} from "../../host/host";
import {runCommand} from "../../host/runCommand";

/** Tells the user, once per device, that the engine evaluates in a slower way there since it crashed on it. */
export function showOtherEvaluator(host: Host): vscode.Disposable {
  const told = new Set<DeviceState["device"]>();
  return host.engine.onDidDie(({guardedOn}) => {
    if (guardedOn === null || told.has(guardedOn)) return;
    told.add(guardedOn);
    offerWaysOut(guardedOn).catch((error: unknown) => host.errors.show(error));
  });
}

async function offerWaysOut(device: DeviceState["device"]): Promise<void> {
  const showGpu = vscode.l10n.t("Show GPU");
  const showLog = vscode.l10n.t("Show Log");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      "The model's process ended while it computed on {0}: until the window is reloaded, Tokenscope computes there in a slower way, which survives a driver's errors.",
      deviceNames[device]
    ),
    showGpu,
    showLog
  );
  if (chosen === showGpu) await runCommand("showGpu");
  if (chosen === showLog) await runCommand("showLog");
}
