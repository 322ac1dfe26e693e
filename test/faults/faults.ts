import {execFile} from "node:child_process";
import {readFileSync} from "node:fs";
import {promisify} from "node:util";
import {type Harm, harmSignal} from "./harm";

/** Something that goes wrong with an engine process. */
export interface Fault {
  readonly name: string;
  /** It comes from within. */
  readonly harm?: Harm;
  /** Its process stands still, which only its heartbeat tells. */
  readonly hangs?: true;
  /** Its process may live on. */
  readonly passes?: true;
  strike(processId: number): Promise<void>;
  /** Ends what is wrong, where the process lives on. */
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

/** Everything that can go wrong on this machine. */
export const faults: readonly Fault[] = [
  ...signals,
  {name: "SIGSTOP", hangs: true, strike: async (id) => void process.kill(id, "SIGSTOP")},
  ...harms,
  {
    name: "no more memory",
    passes: true,
    // It may keep what it has.
    strike: async (id) => await limitMemory(id, `${virtualMemory(id)}:unlimited`),
    lift: async (id) => await limitMemory(id, "unlimited:unlimited")
  }
];

/** The limit that a system or an administrator sets on a process (RLIMIT_AS); util-linux sets it on one that runs. */
async function limitMemory(processId: number, limit: string): Promise<void> {
  await promisify(execFile)("prlimit", ["--pid", String(processId), `--as=${limit}`]);
}

function virtualMemory(processId: number): number {
  return Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1]) * 1024;
}
