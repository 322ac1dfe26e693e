import {existsSync, readdirSync, readFileSync} from "node:fs";
import {setImmediate, setTimeout} from "node:timers/promises";

/** What a process holds that could pile up. */
export interface Holdings {
  readonly descriptors: number;
  /** Handles that keep Node's event loop waiting. */
  readonly handles: number;
  /** Listeners to this process's events. */
  readonly listeners: number;
  /** Bytes of JavaScript's heap and of buffers; only where the garbage can be collected on demand. */
  readonly memory: number;
}

/** Milliseconds after which what is still held has been left: waited for only where something is wrong. */
const patience = 240_000;

/** Of this process, as soon as they are no more than before, or when they don't become so. */
export async function settledHoldings(before?: Holdings): Promise<Holdings> {
  for (const end = performance.now() + patience; ; await setTimeout(50)) {
    const now = holdings();
    const settled =
      before === undefined ||
      (now.descriptors <= before.descriptors && now.handles <= before.handles && now.listeners <= before.listeners);
    if (settled || performance.now() > end) return now;
  }
}

function holdings(): Holdings {
  globalThis.gc?.();
  const {heapUsed, arrayBuffers} = process.memoryUsage();
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    handles: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    memory: heapUsed + arrayBuffers
  };
}

/** Resolves when a child has been reaped and its owner has been told. */
export async function gone(processId: number): Promise<void> {
  while (existsSync(`/proc/${processId}`)) await setTimeout(2);
  await setImmediate();
}

/** Whether a process is there and not just waiting to be reaped. */
export function isRunning(processId: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${processId}/status`, "utf8"));
  } catch {
    return false;
  }
}
