import {fork} from "node:child_process";
import path from "node:path";
import type {DeviceState} from "../../../contract/devices";
import type {EngineLog} from "../../backend";
import type {Found} from "./deviceInfo";
import type {ProbeMessage} from "./probe";

/** Milliseconds: the first use of a driver may compile its kernels. */
const patience = 30_000;

/** What came of trying a back end. */
export interface Trial {
  /** Undefined where it does not work. */
  readonly found: Found | undefined;
  /** Why it does not, as far as the system's loader says. */
  readonly reasons: readonly string[];
  /** The signal that ended the process before it had an answer. */
  readonly killed: NodeJS.Signals | null;
}

/** Tries a back end in a process of its own. Where it does not work, the log says why, and there is no answer. */
export async function probe(
  device: DeviceState["device"],
  log: EngineLog,
  signal: AbortSignal
): Promise<Found | undefined> {
  return (await tried(device, log, signal)).found;
}

/** The same, with all that is known. */
export async function tried(device: DeviceState["device"], log: EngineLog, signal: AbortSignal): Promise<Trial> {
  signal.throwIfAborted();
  const process = fork(path.join(__dirname, "probe.js"), [device === "cpu" ? "off" : device], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    killSignal: "SIGKILL"
  });
  for (const stream of [process.stdout, process.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => log("debug", `${device}: ${text.trimEnd()}`));
  return await new Promise((resolve) => {
    let heard = false;
    const reasons: string[] = [];
    // Its last message may come after its exit.
    const silent = new Promise<void>((disconnected) => process.once("disconnect", disconnected));
    process.once("exit", (code, killed) => {
      log(heard ? "debug" : "warn", `trying ${device} ended (${killed ?? `code ${code}`})`);
      void silent.then(() => resolve({found: undefined, reasons, killed}));
    });
    process.on("message", (message: ProbeMessage) => {
      heard = true;
      if ("reason" in message) {
        log("warn", message.reason);
        reasons.push(message.reason);
      } else resolve({found: message.found?.find((one) => one.device === device), reasons, killed: null});
    });
    process.on("error", (error) => {
      log("warn", `trying ${device}: ${error.message}`);
      resolve({found: undefined, reasons, killed: null});
    });
  });
}
