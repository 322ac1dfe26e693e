import path from "node:path";
import * as vscode from "vscode";
import type {DeviceState} from "../../contract/devices";
import type {GgufModel, GpuChoice} from "../../contract/models";
import {blamedDriver, storeBlamedDriver} from "../../host/blamedDriver";
import {deviceTitle} from "../../host/deviceNames";
import type {Death} from "../../host/engine/engineClient";
import {isNativeCrash} from "../../host/engine/nativeCrash";
import type {Host} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {plainText} from "../../text/plainText";

/** GPU back ends, in the order of the automatic choice. */
const devices = ["metal", "cuda", "vulkan"] as const;

type Device = Pick<DeviceState, "device" | "names">;

/**
 * Handles crashes of the engine while it starts a model on a GPU. After the first crash it offers the CPU. After the
 * second on the same device it switches to the CPU by itself, if the device is chosen automatically. If the model
 * crashes on the CPU too, the GPU is used again.
 */
export class BrokenDriverWatch {
  /** Paths of models whose crash was blamed on a driver. */
  private readonly blamedFor = new Set<string>();
  /** Paths of models that crashed on the CPU too: their crashes are not the driver's fault. */
  private readonly damaged = new Set<string>();
  private lastJudgement: Promise<void> = Promise.resolve();

  constructor(private readonly host: Host) {}

  /** Handles an engine crash. Crashes are handled one after the other. Resolves once this one is handled. */
  async onDeath(death: Death): Promise<void> {
    const judged = this.lastJudgement.then(() => this.judge(death));
    this.lastJudgement = judged.catch(() => undefined);
    await judged;
  }

  private async judge(death: Death): Promise<void> {
    const {host} = this;
    // Where the next process evaluates in another way, that way is tried before the driver is blamed.
    if (death.guardedOn !== null || !isNativeCrash(death)) return;
    // Drivers are llama.cpp's, which runs GGUF files.
    const unproven = death.unproven.filter((model) => model.kind === "gguf");
    await this.clearDriver(unproven);
    const model = unproven.find(({gpu, path}) => gpu !== "off" && !this.damaged.has(path));
    if (model === undefined) return;
    const device = await usedDevice(host, model.gpu);
    if (device === undefined) return;
    this.blamedFor.add(model.path);
    const before = blamedDriver(host.globalState);
    const seen = before !== undefined && deviceTitle(before) === deviceTitle(device) ? before.crashes : 0;
    if (model.gpu !== "auto" || seen === 0) {
      await storeBlamedDriver(host.globalState, {...deviceOnly(device), crashes: seen + 1, avoided: false});
      // Not awaited: the message may stay open, and another crash must not wait for it.
      offerCpu(host, device, model).catch((error: unknown) => host.errors.show(error));
      return;
    }
    await avoidDevice(host, device, seen + 1);
    showAvoided(device).catch((error: unknown) => host.errors.show(error));
  }

  private async clearDriver(unproven: readonly GgufModel[]): Promise<void> {
    const onCpu = unproven.find(({gpu, path}) => gpu === "off" && this.blamedFor.has(path));
    if (onCpu === undefined) return;
    this.damaged.add(onCpu.path);
    await tryGpuAgain(this.host);
  }
}

/** Allows the GPU again from the next request on, if the device is chosen automatically. */
export async function tryGpuAgain(host: Host): Promise<void> {
  await storeBlamedDriver(host.globalState, undefined);
  host.settings.avoidGpu(false);
}

/** The GPU that the engine probably used. Undefined if no GPU of this machine works or is known to fail. */
async function usedDevice(host: Host, gpu: GpuChoice): Promise<Device | undefined> {
  const engine = host.spareEngine();
  // The engine runs on the CPU; it tries each device in a separate process.
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

async function offerCpu(host: Host, device: Device, model: GgufModel): Promise<void> {
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
  if (chosen === showLog) await runCommand("showLog");
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
  if (chosen === showGpu) await runCommand("showGpu");
}

async function avoidDevice(host: Host, device: Device, crashes: number): Promise<void> {
  await storeBlamedDriver(host.globalState, {...deviceOnly(device), crashes, avoided: true});
  host.settings.avoidGpu(true);
}

function deviceOnly({device, names}: Device): Device {
  return {device, names};
}
