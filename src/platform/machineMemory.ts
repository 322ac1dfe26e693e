import {readFile} from "node:fs/promises";
import {totalmem} from "node:os";

/** Bytes of main memory. */
export interface MachineMemory {
  readonly total: number;
  /** What programs can use without swapping. The system's file cache counts as free. */
  readonly free: number;
}

/** Main memory of this machine, or of the container that this process runs in. */
export async function machineMemory(): Promise<MachineMemory> {
  const installed = totalmem();
  const limit = process.constrainedMemory();
  if (limit <= 0 || limit >= installed) return {total: installed, free: process.availableMemory()};
  return {total: limit, free: Math.min(limit, process.availableMemory() + (await cachedFiles()))};
}

/**
 * Bytes of file cache, which a Linux control group counts as used but frees when needed. A mapped model's pages are
 * among them.
 */
async function cachedFiles(): Promise<number> {
  const statistics = await readFile("/sys/fs/cgroup/memory.stat", "utf8").catch(() => "");
  return Number(/^inactive_file (\d+)$/m.exec(statistics)?.[1] ?? 0);
}
