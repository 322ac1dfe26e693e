import {existsSync, readdirSync, readFileSync} from "node:fs";
import {setImmediate, setTimeout} from "node:timers/promises";

/** Resources of a process that could leak. */
export interface Holdings {
  readonly descriptors: number;
  /** Handles that keep Node's event loop alive. */
  readonly handles: number;
  /** Listeners on `process`. */
  readonly listeners: number;
  /** Bytes of JavaScript's heap and of buffers; only meaningful if garbage can be collected on demand. */
  readonly memory: number;
}

/** Resources still held after this long (ms) count as leaked. Only a leak takes this long. */
const patience = 240_000;

/** Waits until this process holds no more than before, or until the time is up, and returns what it holds. */
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

/** Resolves when a child process was reaped and its exit event was sent. */
export async function gone(processId: number): Promise<void> {
  while (existsSync(`/proc/${processId}`)) await setTimeout(2);
  await setImmediate();
}

/** Whether a process exists and is no zombie. */
export function isRunning(processId: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${processId}/status`, "utf8"));
  } catch {
    return false;
  }
}
