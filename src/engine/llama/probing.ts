import {fork} from "node:child_process";
import path from "node:path";
import type {DeviceState} from "../api";
import type {EngineLog} from "../backend";
import type {Found} from "./found";
import type {ProbeMessage} from "./probe";

/** Milliseconds: the first use of a driver may compile its kernels. */
const patience = 30_000;

/** Tries a back end in a process of its own. Where it does not work, the log says why, and there is no answer. */
export async function probe(
  device: DeviceState["device"],
  log: EngineLog,
  signal: AbortSignal
): Promise<Found | undefined> {
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
    process.on("message", (message: ProbeMessage) => {
      heard = true;
      if ("reason" in message) log("warn", message.reason);
      else resolve(message.found?.find((one) => one.device === device));
    });
    process.on("error", (error) => {
      log("warn", `trying ${device}: ${error.message}`);
      resolve(undefined);
    });
    process.on("exit", (code, killed) =>
      log(heard ? "debug" : "warn", `trying ${device} ended (${killed ?? `code ${code}`})`)
    );
    // Behind its last message, which may come after its exit.
    process.on("disconnect", () => resolve(undefined));
  });
}
