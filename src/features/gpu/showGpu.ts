import * as vscode from "vscode";
import type {DeviceState} from "../../contract/devices";
import type {GpuChoice} from "../../contract/models";
import {type BlamedDriver, blamedDriver} from "../../host/blamedDriver";
import {commandId} from "../../host/commands";
import {deviceNames, deviceTitle} from "../../host/deviceNames";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {openSetting} from "../../host/runCommand";
import type {SettingKey} from "../../host/settingsTable";
import {cudaDownloadSize} from "../../platform/cudaPackages";
import {byteSize} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {tryGpuAgain} from "./brokenDriver";
import type {CudaRuntime} from "./cudaRuntime";
import {detailText, stateText} from "./deviceText";

export interface DeviceItem extends vscode.QuickPickItem {
  readonly command?: string;
  readonly argument?: string;
  /** Choosing the item shows this setting. */
  readonly setting?: SettingKey;
  /** The device that the engine uses if this item is chosen. */
  readonly use?: GpuChoice;
  /** If this item is chosen, the GPU is no longer avoided. */
  readonly tryAgain?: true;
}

const toolkitPage = "https://developer.nvidia.com/cuda-downloads";

/** Lists the back ends and what they have or lack. Choosing one uses it, or offers what it lacks. */
export async function showGpu(host: Host, runtime: CudaRuntime): Promise<void> {
  const looking = new LatestOnly();
  const pick = vscode.window.createQuickPick<DeviceItem>();
  pick.title = vscode.l10n.t("GPU");
  pick.placeholder = vscode.l10n.t("Looking for devices…");
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  const chosen = new Promise<DeviceItem | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]));
    pick.onDidHide(() => resolve(undefined));
  });
  pick.show();
  try {
    const {gpu} = host.settings;
    const states = looking.run(undefined, (token) => host.engine.request("devices", {gpu}, {token}));
    const listed = Promise.all([states, runtime.isInstalled()]).then(([found, isInstalled]) => {
      const avoided = host.settings.avoidsGpu ? blamedDriver(host.globalState) : undefined;
      pick.items = deviceItems(found, gpu, {isInstalled, isOffered: runtime.isOffered}, avoided);
      pick.placeholder = vscode.l10n.t("Choose a device to use it");
      pick.busy = false;
    });
    const item = await Promise.race([chosen, listed.then(() => chosen)]);
    pick.hide();
    if (item !== undefined) await run(host, item);
  } finally {
    looking.dispose();
    pick.dispose();
  }
}

async function run(host: Host, {use, tryAgain, setting, command, argument}: DeviceItem): Promise<void> {
  if (tryAgain) await tryGpuAgain(host);
  if (use !== undefined) await host.settings.setGpu(use);
  if (setting !== undefined) await openSetting(setting);
  if (command === undefined) return;
  const target = command === "vscode.open" && argument !== undefined ? vscode.Uri.parse(argument) : argument;
  await vscode.commands.executeCommand(command, ...(target === undefined ? [] : [target]));
}

/** The list: working devices, then devices that don't work, then actions. */
export function deviceItems(
  states: readonly DeviceState[],
  gpu: GpuChoice,
  cuda: {readonly isInstalled: boolean; readonly isOffered: boolean},
  avoided?: BlamedDriver
): DeviceItem[] {
  const item = (state: DeviceState): DeviceItem => ({
    label: `$(${state.inUse ? "pass-filled" : state.works ? "circle-large-outline" : "circle-slash"}) ${deviceNames[state.device]}`,
    description: stateText(state),
    // Drivers choose the names of devices, which may be any text.
    detail: plainText(detailText(state, cuda.isOffered)),
    ...actionOf(state)
  });
  const ordered = [...states].sort((a, b) => rank(a) - rank(b));
  const noRuntime = states.some(({device, problem}) => device === "cuda" && problem === "noRuntime");
  return [
    ...ordered.map(item),
    {label: "", kind: vscode.QuickPickItemKind.Separator},
    ...(avoided === undefined
      ? []
      : [
          {
            label: `$(debug-restart) ${vscode.l10n.t("Try the GPU Again")}`,
            description: plainText(deviceTitle(avoided)),
            detail: vscode.l10n.t("The model's process ended on it, so the CPU is used."),
            tryAgain: true as const
          }
        ]),
    ...(gpu === "auto" || avoided !== undefined
      ? []
      : [
          {
            label: `$(sparkle) ${vscode.l10n.t("Choose the Device Automatically")}`,
            description: vscode.l10n.t("now: {0}", gpu),
            use: "auto" as const
          }
        ]),
    ...(cuda.isInstalled
      ? [
          {
            label: `$(trash) ${vscode.l10n.t("Remove CUDA Runtime")}`,
            description: vscode.l10n.t("frees {0}", byteSize(cudaDownloadSize.unpacked)),
            command: commandId("removeCudaRuntime")
          }
        ]
      : noRuntime
        ? [
            {
              label: `$(file-zip) ${vscode.l10n.t("Install CUDA Runtime from File…")}`,
              command: commandId("installCudaRuntimeFromFile")
            }
          ]
        : []),
    {
      label: `$(gear) ${vscode.l10n.t("Settings")}`,
      setting: "gpu"
    },
    {label: `$(output) ${vscode.l10n.t("Show Log")}`, command: commandId("showLog")}
  ];
}

/** The order in the list: in use, working, may work after a change, never on this system. */
function rank({inUse, works, problem}: DeviceState): number {
  if (inUse) return 0;
  if (works) return 1;
  return problem === "otherSystem" ? 3 : 2;
}

function actionOf({device, works, inUse, problem}: DeviceState): Pick<DeviceItem, "use" | "command" | "argument"> {
  if (inUse) return {};
  if (works) return {use: device === "cpu" ? "off" : device};
  if (problem === "noRuntime" && device === "cuda") return {command: commandId("installCudaRuntime")};
  if (problem === "noLibraries") return {command: "vscode.open", argument: toolkitPage};
  if (problem === "failed") return {command: commandId("showLog")};
  return {};
}
