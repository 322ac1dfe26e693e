import {execFile} from "node:child_process";
import {readFileSync} from "node:fs";
import {promisify} from "node:util";
import {type Harm, harmSignal} from "./harm";

/** A fault of an engine process. */
export interface Fault {
  readonly name: string;
  /** Set if the engine causes the fault itself. */
  readonly harm?: Harm;
  /** The process hangs, which only the heartbeat shows. */
  readonly hangs?: true;
  /** The process may survive. */
  readonly passes?: true;
  strike(processId: number): Promise<void>;
  /** Ends the fault, if the process survives it. */
  lift?(processId: number): Promise<void>;
}

const signals = (["SIGKILL", "SIGSEGV", "SIGABRT"] as const).map(
  (signal): Fault => ({name: signal, strike: async (id) => void process.kill(id, signal)})
);

const harms = (
  [
    ["exit", "exit"],
    ["heap", "V8's heap is full"],
    ["halfMessage", "exit in the middle of a message"]
  ] as const
).map(([harm, name]): Fault => ({name, harm, strike: async (id) => void process.kill(id, harmSignal)}));

/** All faults that are possible on this machine. */
export const faults: readonly Fault[] = [
  ...signals,
  {name: "SIGSTOP", hangs: true, strike: async (id) => void process.kill(id, "SIGSTOP")},
  ...harms,
  {
    name: "no more memory",
    passes: true,
    // The process may keep its present memory.
    strike: async (id) => await limitMemory(id, `${virtualMemory(id)}:unlimited`),
    lift: async (id) => await limitMemory(id, "unlimited:unlimited")
  }
];

/** Limits a running process's address space (RLIMIT_AS), with a program of util-linux. */
async function limitMemory(processId: number, limit: string): Promise<void> {
  await promisify(execFile)("prlimit", ["--pid", String(processId), `--as=${limit}`]);
}

function virtualMemory(processId: number): number {
  return Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1]) * 1024;
}
