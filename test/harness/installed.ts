import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";

/** The folder of installed extensions, with the package in it. */
export function installedExtensions(): string {
  const folder = process.env["TOKENSCOPE_EXTENSIONS"];
  if (folder === undefined) throw new Error("Run these tests by `npm test -- e2e`: it installs the package.");
  return folder;
}

/**
 * The folder with the unpacked VSIX. It is outside the repository, so that no file of the repository can replace a
 * missing one.
 */
export function installedFolder(): string {
  const extensions = installedExtensions();
  const folder = readdirSync(extensions).find((name) => name.startsWith("tokenscope.tokenscope-"));
  if (folder === undefined) throw new Error(`No installed Tokenscope among ${readdirSync(extensions).join(", ")}`);
  return path.join(extensions, folder);
}

export interface RunningProcess {
  readonly pid: number;
  /** The parent process: for an engine its extension host, or another process if that has ended. */
  readonly parent: number;
}

/** The processes that run the installed engine (Linux). Zombies don't count. */
export function runningEngines(): RunningProcess[] {
  return processesWith(path.join(installedFolder(), "dist/engine.js"));
}

/** The extension hosts of a VS Code server. */
export function extensionHosts(server: number): number[] {
  return processesWith("--type=extensionHost").flatMap(({pid, parent}) => (parent === server ? [pid] : []));
}

/** The processes with this word in their command line. */
function processesWith(word: string): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(word)) return [];
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1];
        return [{pid: Number(name), parent: Number(parent)}];
      } catch {
        // The process has ended meanwhile.
        return [];
      }
    });
}

/** Whether a process exists and is no zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
