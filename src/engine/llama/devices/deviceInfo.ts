import os from "node:os";
import type {Llama} from "node-llama-cpp";
import type {DeviceState} from "../../../contract/devices";

/** What a working back end says of its devices. */
export type DeviceInfo = Pick<DeviceState, "device" | "names" | "features" | "total" | "free">;

/** The devices that this llama.cpp can compute with: those of its back end, and the CPU, which all back ends use. */
export async function deviceInfosOf(llama: Llama): Promise<DeviceInfo[]> {
  const {total, free} = await llama.getRamState();
  const processor = os.cpus()[0]?.model.trim() ?? "";
  const cpu: DeviceInfo = {
    device: "cpu",
    names: processor === "" ? [] : [processor],
    features: cpuFeatures(llama.systemInfo),
    total,
    free
  };
  if (llama.gpu === false) return [cpu];
  const memory = await llama.getVramState();
  const names = await llama.getGpuDeviceNames();
  return [cpu, {device: llama.gpu, names, features: [], total: memory.total, free: memory.free}];
}

/** "AVX2" and "FMA" of "CUDA : ARCHS = 750 | CPU : SSE3 = 1 | AVX2 = 1 | FMA = 1 | AVX512 = 0 | ". */
export function cpuFeatures(systemInfo: string): string[] {
  const own = /\bCPU : ([^:]*)/.exec(systemInfo)?.[1] ?? "";
  return Array.from(own.matchAll(/(\w+) = 1\b/g), ([, feature]) => feature ?? "").filter(
    // Features of the build, not of the processor.
    (feature) => !["LLAMAFILE", "REPACK", "OPENMP", "ACCELERATE"].includes(feature)
  );
}
