import type {DeviceProblem, DeviceState, DevicesParams} from "../../../contract/devices";
import type {EngineLog, RequestContext} from "../../backend";
import {loadedRuntime} from "../runtime";
import {type Found, foundBy} from "./deviceInfo";
import {probe} from "./runProbe";
import {obstacle} from "./unavailableReason";

type Device = DeviceState["device"];

const all: readonly Device[] = ["cpu", "metal", "cuda", "vulkan"];

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

/** A back end that this engine has not loaded. It is only tried where nothing is seen to stand in its way. */
async function other(device: Device, log: EngineLog, signal: AbortSignal): Promise<DeviceState> {
  const problem = await obstacle(device);
  if (problem !== null) return broken(device, problem);
  const found = await probe(device, log, signal);
  return found === undefined ? broken(device, "failed") : working(found, false);
}

function working(found: Found, inUse: boolean): DeviceState {
  return {...found, works: true, inUse, problem: null};
}

function broken(device: Device, problem: DeviceProblem): DeviceState {
  return {device, works: false, inUse: false, names: [], features: [], total: null, free: null, problem};
}
