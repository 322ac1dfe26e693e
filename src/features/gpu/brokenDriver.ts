import path from "node:path";
import * as vscode from "vscode";
import type {DeviceState} from "../../contract/devices";
import type {GpuChoice, ModelRef} from "../../contract/models";
import {blamedDriver, storeBlamedDriver} from "../../host/blamedDriver";
import {deviceTitle} from "../../host/deviceNames";
import type {Death} from "../../host/engine/engineClient";
import type {Host} from "../../host/host";
import {plainText} from "../../text/plainText";

/** How a process ends that has crashed. SIGKILL is not among them: so the system ends one for lack of memory. */
const crashes: ReadonlySet<NodeJS.Signals> = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"]);

/** Windows' exit codes from here on are exceptions (NTSTATUS); 3 is that of its abort(). */
const firstException = 0xc0000000;
const windowsAbort = 3;

/** In the order in which one is chosen automatically. */
const devices = ["metal", "cuda", "vulkan"] as const;

type Device = Pick<DeviceState, "device" | "names">;

/**
 * Where the engine has crashed while it started a model on a GPU, offers to compute on the CPU from now on; where that has
 * happened on the same device before, does so unasked, as long as the device is chosen automatically. Where the model
 * crashes on the CPU too, the GPU is used again.
 */
export class BrokenDriverWatch {
  /** Paths of models at whose start drivers were blamed. */
  private readonly blamedFor = new Set<string>();
  /** Paths of models that have crashed on the CPU too: no driver is to blame for these. */
  private readonly damaged = new Set<string>();
  private lastJudgement: Promise<void> = Promise.resolve();

  constructor(private readonly host: Host) {}

  /** Deaths are looked at one after the other; resolves when it is known what this one means. */
  async onDeath(death: Death): Promise<void> {
    const judged = this.lastJudgement.then(() => this.judge(death));
    this.lastJudgement = judged.catch(() => undefined);
    await judged;
  }

  private async judge(death: Death): Promise<void> {
    const {host} = this;
    if (!isCrash(death, process.platform)) return;
    await this.clearDriver(death.unproven);
    const model = death.unproven.find(({gpu, path}) => gpu !== "off" && !this.damaged.has(path));
    if (model === undefined) return;
    const device = await usedDevice(host, model.gpu);
    if (device === undefined) return;
    this.blamedFor.add(model.path);
    const before = blamedDriver(host.globalState);
    const seen = before !== undefined && deviceTitle(before) === deviceTitle(device) ? before.crashes : 0;
    if (model.gpu !== "auto" || seen === 0) {
      await storeBlamedDriver(host.globalState, {...deviceOnly(device), crashes: seen + 1, avoided: false});
      // Not awaited: the message may stay, and another crash must not wait for it.
      offerCpu(host, device, model).catch((error: unknown) => host.errors.show(error));
      return;
    }
    await avoidDevice(host, device, seen + 1);
    showAvoided(device).catch((error: unknown) => host.errors.show(error));
  }

  private async clearDriver(unproven: readonly ModelRef[]): Promise<void> {
    const onCpu = unproven.find(({gpu, path}) => gpu === "off" && this.blamedFor.has(path));
    if (onCpu === undefined) return;
    this.damaged.add(onCpu.path);
    await tryGpuAgain(this.host);
  }
}

/** The way back: with the next request the GPU is used again where the device is chosen automatically. */
export async function tryGpuAgain(host: Host): Promise<void> {
  await storeBlamedDriver(host.globalState, undefined);
  host.settings.avoidGpu(false);
}

/** Whether native code may have been the end of the process. */
export function isCrash({code, signal, hung}: Death, platform: NodeJS.Platform): boolean {
  if (hung) return false;
  if (signal !== null) return crashes.has(signal);
  return platform === "win32" && code !== null && (code >= firstException || code === windowsAbort);
}

/** The device that the engine will have used; undefined where this machine has none that works, or breaks what tries it. */
async function usedDevice(host: Host, gpu: GpuChoice): Promise<Device | undefined> {
  const engine = host.spareEngine();
  // On the CPU: whatever is a device is tried in a process of its own.
  const asked = engine.request("devices", {gpu: "off"}).finally(() => engine.dispose());
  const states = await asked.catch((error: unknown) => {
    host.log.warn(String(error));
    return [];
  });
  const of = (device: DeviceState["device"]) => states.find((state) => state.device === device);
  const candidates = devices.filter((device) => gpu === "auto" || gpu === device).map(of);
  return (
    candidates.find((state) => state?.works) ?? candidates.find((state) => state?.problem === "failed") ?? undefined
  );
}

async function offerCpu(host: Host, device: Device, model: ModelRef): Promise<void> {
  const useCpu = vscode.l10n.t("Use the CPU");
  const showLog = vscode.l10n.t("Show Log");
  const chosen = await vscode.window.showWarningMessage(
    plainText(
      vscode.l10n.t(
        "The model's process ended while \"{0}\" was starting on {1}, which may be its driver's fault: compute on the CPU from now on?",
        path.basename(model.path),
        deviceTitle(device)
      )
    ),
    useCpu,
    vscode.l10n.t("Try Again"),
    showLog
  );
  if (chosen === showLog) await vscode.commands.executeCommand("tokenscope.showLog");
  if (chosen !== useCpu) return;
  if (model.gpu === "auto") await avoidDevice(host, device, blamedDriver(host.globalState)?.crashes ?? 1);
  else await host.settings.setGpu("off");
}

async function showAvoided(device: Device): Promise<void> {
  const showGpu = vscode.l10n.t("Show GPU");
  const chosen = await vscode.window.showWarningMessage(
    plainText(
      vscode.l10n.t(
        "The model's process ended on {0} again: Tokenscope computes on the CPU from now on, until you choose otherwise under Show GPU.",
        deviceTitle(device)
      )
    ),
    showGpu,
    vscode.l10n.t("OK")
  );
  if (chosen === showGpu) await vscode.commands.executeCommand("tokenscope.showGpu");
}

async function avoidDevice(host: Host, device: Device, crashes: number): Promise<void> {
  await storeBlamedDriver(host.globalState, {...deviceOnly(device), crashes, avoided: true});
  host.settings.avoidGpu(true);
}

function deviceOnly({device, names}: Device): Device {
  return {device, names};
}
