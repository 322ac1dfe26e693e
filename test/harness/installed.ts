import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";

/** The folder that the package has been installed into, as an extension among others. */
export function installedExtensions(): string {
  const folder = process.env["TOKENSCOPE_EXTENSIONS"];
  if (folder === undefined) throw new Error("Run these tests by `npm test -- e2e`: it installs the package.");
  return folder;
}

/** The folder that VS Code unpacked the VSIX into: outside the repository, so nothing there can stand in for what it lacks. */
export function installedFolder(): string {
  const extensions = installedExtensions();
  const folder = readdirSync(extensions).find((name) => name.startsWith("tokenscope.tokenscope-"));
  if (folder === undefined) throw new Error(`No installed Tokenscope among ${readdirSync(extensions).join(", ")}`);
  return path.join(extensions, folder);
}

export interface RunningProcess {
  readonly pid: number;
  /** What started it: an engine's is its extension host. Another process once that one is gone. */
  readonly parent: number;
}

/** The processes that run the installed engine, as Linux lists them. One that only waits to be reaped runs nothing. */
export function runningEngines(): RunningProcess[] {
  return processesWith(path.join(installedFolder(), "dist/engine.js"));
}

/** The extension hosts that a VS Code server has started. */
export function extensionHosts(server: number): number[] {
  return processesWith("--type=extensionHost").flatMap(({pid, parent}) => (parent === server ? [pid] : []));
}

/** The processes that have this word in their command line. */
function processesWith(word: string): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(word)) return [];
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1];
        return [{pid: Number(name), parent: Number(parent)}];
      } catch {
        // It ended between the two looks.
        return [];
      }
    });
}

/** Whether a process is there and not just waiting to be reaped. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
