import {type ChildProcess, spawn} from "node:child_process";
import path from "node:path";
import {root} from "../harness/paths";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly input?: string;
  /** The folder to start in. */
  readonly folder?: string;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `node dist/cli.js` to its end. */
export function cli(args: readonly string[], {input = "", folder, onStart}: Running = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...args], {cwd: folder});
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    onStart?.(child);
    child.once("close", (code) => resolve({code, stdout, stderr}));
    // If the program ends before it reads, writing to it fails.
    child.stdin.on("error", () => undefined).end(input);
  });
}
