import {readFile} from "node:fs/promises";
import {totalmem} from "node:os";

/** Bytes of main memory. */
export interface MachineMemory {
  readonly total: number;
  /** What programs can have without others being pushed out; the system's cache of files counts as free. */
  readonly free: number;
}

/** Main memory of this machine, or of the container that this process may fill. */
export async function machineMemory(): Promise<MachineMemory> {
  const installed = totalmem();
  const limit = process.constrainedMemory();
  if (limit <= 0 || limit >= installed) return {total: installed, free: process.availableMemory()};
  return {total: limit, free: Math.min(limit, process.availableMemory() + (await cachedFiles()))};
}

/** What a control group (Linux) counts as used, and would give up: of a model that is mapped, all that is read already. */
async function cachedFiles(): Promise<number> {
  const statistics = await readFile("/sys/fs/cgroup/memory.stat", "utf8").catch(() => "");
  return Number(/^inactive_file (\d+)$/m.exec(statistics)?.[1] ?? 0);
}
