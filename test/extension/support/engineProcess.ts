import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {root} from "../../harness/paths";
import {until} from "./until";

/** Why a test that looks at processes does not run. Only Linux has /proc. */
export const noProcesses = process.platform === "linux" ? undefined : "needs Linux's /proc";

/** Ids of the engine processes that this extension host has started and that still run. */
export function engineProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isOurEngine(name))
    .map(Number);
}

/** The engine process, as soon as one runs. */
export async function engineProcess(): Promise<number> {
  return await until(() => engineProcesses()[0]);
}

/**
 * Kills every engine process, the hard way, and waits until Node has buried them: only then is what owns them told, and a
 * request sent before would still go to the dead.
 */
export async function killEngine(): Promise<void> {
  const ids = engineProcesses();
  for (const id of ids) process.kill(id, "SIGKILL");
  await until(() => ids.every((id) => !existsSync(`/proc/${id}`)));
}

/** Files that a process has mapped into its memory, code among them. */
export function mappedFiles(id: number): string[] {
  return readFileSync(`/proc/${id}/maps`, "utf8")
    .split("\n")
    .map((line) => line.slice(line.indexOf("/")));
}

function isOurEngine(id: string): boolean {
  try {
    // "pid (name) state ppid …": the name may hold anything, spaces and brackets too.
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || parent !== String(process.pid)) return false;
    return readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0").includes(path.join(root, "dist/engine.js"));
  } catch {
    // It ended while it was looked at.
    return false;
  }
}
