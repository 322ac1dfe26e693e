import os from "node:os";
import type {Llama} from "node-llama-cpp";
import type {DeviceState} from "../../../contract/devices";

/** What a back end that works says of its devices. */
export type Found = Pick<DeviceState, "device" | "names" | "features" | "total" | "free">;

/** What this llama.cpp can compute with: its own back end's devices, and the CPU, which serves them all. */
export async function foundBy(llama: Llama): Promise<Found[]> {
  const {total, free} = await llama.getRamState();
  const processor = os.cpus()[0]?.model.trim() ?? "";
  const cpu: Found = {
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
    // What the build does, not the processor.
    (feature) => !["LLAMAFILE", "REPACK", "OPENMP", "ACCELERATE"].includes(feature)
  );
}
