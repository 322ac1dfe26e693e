import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {root} from "../../harness/paths";
import {until} from "./until";

/** Why a test that reads /proc is skipped: only Linux has it. Undefined on Linux. */
export const noProcesses = process.platform === "linux" ? undefined : "needs Linux's /proc";

/** Ids of this extension host's running engine processes. */
export function engineProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isOurEngine(name))
    .map(Number);
}

/** Waits for an engine process. */
export async function engineProcess(): Promise<number> {
  return await until(() => engineProcesses()[0]);
}

/**
 * Kills every engine process with SIGKILL, and waits until Node has reaped them. Only then is their owner notified; an
 * earlier request would go to a dead process.
 */
export async function killEngine(): Promise<void> {
  const ids = engineProcesses();
  for (const id of ids) process.kill(id, "SIGKILL");
  await until(() => ids.every((id) => !existsSync(`/proc/${id}`)));
}

/** Files mapped into a process's memory, including code. */
export function mappedFiles(id: number): string[] {
  return readFileSync(`/proc/${id}/maps`, "utf8")
    .split("\n")
    .map((line) => line.slice(line.indexOf("/")));
}

function isOurEngine(id: string): boolean {
  try {
    // "pid (name) state ppid …": the name may contain anything, also spaces and brackets.
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || parent !== String(process.pid)) return false;
    return readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0").includes(path.join(root, "dist/engine.js"));
  } catch {
    // The process ended meanwhile.
    return false;
  }
}
