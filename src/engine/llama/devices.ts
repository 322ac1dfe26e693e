import {fork} from "node:child_process";
import path from "node:path";
import type {DeviceProblem, DeviceState, DevicesParams} from "../api";
import type {EngineLog, RequestContext} from "../backend";
import {type Found, foundBy} from "./found";
import {binaryPackage, isInstalled, obstacle} from "./obstacles";
import type {ProbeMessage} from "./probe";
import {loadedRuntime} from "./runtime";

type Device = DeviceState["device"];

const all: readonly Device[] = ["cpu", "metal", "cuda", "vulkan"];

/** Milliseconds: the first use of a driver may compile its kernels. */
const probePatience = 30_000;

/**
 * The back ends, and what of them this engine computes with: what was asked for is loaded into it if nothing is yet. The
 * others are tried in processes of their own, because native code is never unloaded.
 */
export async function devices(
  {gpu, only}: DevicesParams,
  log: EngineLog,
  {signal}: RequestContext
): Promise<readonly DeviceState[]> {
  const llama = await loadedRuntime(gpu, log).catch(() => undefined);
  const own = llama === undefined ? [] : await foundBy(llama);
  const inUse = llama === undefined ? undefined : llama.gpu || "cpu";
  return await Promise.all(
    (only === undefined ? all : [only]).map(async (device) => {
      const found = own.find((one) => one.device === device);
      return found === undefined ? await other(device, log, signal) : working(found, device === inUse);
    })
  );
}

/** A back end that this engine has not loaded. */
async function other(device: Device, log: EngineLog, signal: AbortSignal): Promise<DeviceState> {
  if (device !== "cpu") {
    const name = binaryPackage(device);
    if (name === undefined) return broken(device, "otherSystem");
    if (!(await isInstalled(name))) return broken(device, (await obstacle(device)) ?? "noRuntime");
  }
  const found = await probe(device, log, signal);
  return found === undefined ? broken(device, (await obstacle(device)) ?? "failed") : working(found, false);
}

/** Undefined where it does not work. */
async function probe(device: Device, log: EngineLog, signal: AbortSignal): Promise<Found | undefined> {
  signal.throwIfAborted();
  const process = fork(path.join(__dirname, "probe.js"), [device === "cpu" ? "off" : device], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(probePatience)]),
    killSignal: "SIGKILL"
  });
  for (const stream of [process.stdout, process.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => log("debug", `${device}: ${text.trimEnd()}`));
  return await new Promise((resolve) => {
    process.on("message", (message: ProbeMessage) => {
      if ("reason" in message) log("warn", message.reason);
      else resolve(message.found?.find((one) => one.device === device));
    });
    process.on("error", (error) => {
      log("warn", `trying ${device}: ${error.message}`);
      resolve(undefined);
    });
    process.on("exit", (code, killed) => log("debug", `trying ${device} ended (${killed ?? `code ${code}`})`));
    // Behind its last message, which may come after its exit.
    process.on("disconnect", () => resolve(undefined));
  });
}

function working(found: Found, inUse: boolean): DeviceState {
  return {...found, works: true, inUse, problem: null};
}

function broken(device: Device, problem: DeviceProblem): DeviceState {
  return {device, works: false, inUse: false, names: [], features: [], total: null, free: null, problem};
}
