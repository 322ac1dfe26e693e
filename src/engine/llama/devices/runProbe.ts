import {fork} from "node:child_process";
import path from "node:path";
import type {DeviceState} from "../../../contract/devices";
import type {EngineLog} from "../../backend";
import type {DeviceInfo} from "./deviceInfo";
import type {ProbeMessage} from "./probe";

/** A probe ends after this time, in milliseconds. The first use of a driver may compile its kernels. */
const timeLimit = 30_000;

/** What a probe of a back end has found. */
export interface ProbeResult {
  /** Undefined if the back end does not work. */
  readonly found: DeviceInfo | undefined;
  /** Why it does not work, as far as the system's loader says. */
  readonly reasons: readonly string[];
  /** The signal that ended the process before it had an answer. */
  readonly killed: NodeJS.Signals | null;
}

/** Probes a back end in a separate process. If it does not work, the log says why, and the answer is undefined. */
export async function probe(
  device: DeviceState["device"],
  log: EngineLog,
  signal: AbortSignal
): Promise<DeviceInfo | undefined> {
  return (await runProbe(device, log, signal)).found;
}

/** As {@link probe}, with all that is known. */
export async function runProbe(
  device: DeviceState["device"],
  log: EngineLog,
  signal: AbortSignal
): Promise<ProbeResult> {
  signal.throwIfAborted();
  const process = fork(path.join(__dirname, "probe.js"), [device === "cpu" ? "off" : device], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]),
    killSignal: "SIGKILL"
  });
  for (const stream of [process.stdout, process.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => log("debug", `${device}: ${text.trimEnd()}`));
  return await new Promise((resolve) => {
    let heard = false;
    const reasons: string[] = [];
    // The last message may come after the exit.
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
