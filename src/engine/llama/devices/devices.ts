import type {DeviceProblem, DeviceState, DevicesParams} from "../../../contract/devices";
import type {EngineLog, RequestContext} from "../../backend";
import {loadedRuntime} from "../runtime";
import {type DeviceInfo, deviceInfosOf} from "./deviceInfo";
import {probe} from "./runProbe";
import {unavailableReason} from "./unavailableReason";

type Device = DeviceState["device"];

const all: readonly Device[] = ["cpu", "metal", "cuda", "vulkan"];

/**
 * The back ends, and which of them this engine computes with. The chosen one is loaded into the engine if none is yet; the others
 * are probed in separate processes, because native code is never unloaded.
 */
export async function devices(
  {gpu, only}: DevicesParams,
  log: EngineLog,
  {signal}: RequestContext
): Promise<readonly DeviceState[]> {
  const llama = await loadedRuntime(gpu, log).catch(() => undefined);
  const own = llama === undefined ? [] : await deviceInfosOf(llama);
  const inUse = llama === undefined ? undefined : llama.gpu || "cpu";
  return await Promise.all(
    (only === undefined ? all : [only]).map(async (device) => {
      const found = own.find((one) => one.device === device);
      return found === undefined ? await other(device, log, signal) : working(found, device === inUse);
    })
  );
}

/** The state of a back end that this engine has not loaded. It is probed only if nothing is known to be in its way. */
async function other(device: Device, log: EngineLog, signal: AbortSignal): Promise<DeviceState> {
  const problem = await unavailableReason(device);
  if (problem !== null) return broken(device, problem);
  const found = await probe(device, log, signal);
  return found === undefined ? broken(device, "failed") : working(found, false);
}

function working(found: DeviceInfo, inUse: boolean): DeviceState {
  return {...found, works: true, inUse, problem: null};
}

function broken(device: Device, problem: DeviceProblem): DeviceState {
  return {device, works: false, inUse: false, names: [], features: [], total: null, free: null, problem};
}
