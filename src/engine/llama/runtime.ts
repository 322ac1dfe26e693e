import {setTimeout} from "node:timers/promises";
import * as l10n from "@vscode/l10n";
import type {Llama, LlamaLogLevel} from "node-llama-cpp";
import {type GpuChoice, HumanError} from "../api";
import type {EngineLog} from "../backend";

/** node-llama-cpp's levels (its LlamaLogLevel) and ours. */
const levels: Record<`${LlamaLogLevel}`, "error" | "warn" | "info" | "debug"> = {
  disabled: "debug",
  fatal: "error",
  error: "error",
  warn: "warn",
  info: "info",
  log: "info",
  debug: "debug"
};

const runtimes = new Map<GpuChoice, Promise<Llama>>();
const listeners = new Set<EngineLog>();

/**
 * llama.cpp for one choice of device; loaded once per process, since native code is never unloaded. `threads` is how many
 * all contexts have together from now on; 0 is all cores but one, which is left to the editor, and to this process's own
 * JavaScript: llama.cpp's threads wait for each other spinning, so with as many of them as cores, anything else that runs
 * makes all of them wait (docs/decisions.md). No second runtime is made for other threads: llama.cpp has one log per
 * process, which a second one loses, and with it the reasons of failures.
 */
export async function llamaRuntime(gpu: GpuChoice, threads: number, log: EngineLog): Promise<Llama> {
  let loading = runtimes.get(gpu);
  if (loading === undefined) {
    loading = load(gpu, log);
    runtimes.set(gpu, loading);
    loading.catch(() => runtimes.delete(gpu));
  }
  const llama = await loading;
  llama.maxThreads = threads > 0 ? threads : Math.max(1, llama.cpuMathCores - 1);
  return llama;
}

async function load(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  try {
    // ESM with native parts: import() reaches it from this CommonJS bundle, and only when a model is asked for.
    const {getLlama, LlamaLogLevel} = await import("node-llama-cpp");
    const llama = await getLlama({
      gpu: gpu === "off" ? false : gpu,
      // The user's machine is no build machine: no compiler is started, nothing is downloaded.
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.info,
      logger: (level, message) => {
        const text = message.trimEnd();
        if (text === "") return;
        log(levels[level], text);
        for (const listener of listeners) listener(levels[level], text);
      }
    });
    // node-llama-cpp takes "metal" for the CPU where there is none; who asks for a device shall get that one.
    if (gpu !== "auto" && gpu !== "off" && llama.gpu !== gpu) throw new Error(`asked for ${gpu}, got ${llama.gpu}`);
    return llama;
  } catch (error) {
    log("error", String(error));
    throw new HumanError(
      "noRuntime",
      gpu === "auto" || gpu === "off"
        ? l10n.t("llama.cpp does not run on this machine: there is no build of it for this system and processor.")
        : l10n.t("There is no working {0} on this machine: set tokenscope.gpu to auto or off.", gpu)
    );
  }
}

/**
 * Runs `work` and turns its failure into `explain`'s, which is given the warnings and errors that llama.cpp logged
 * meanwhile: its exceptions don't say why.
 */
export async function explaining<T>(
  work: () => Promise<T>,
  explain: (error: unknown, logged: readonly string[]) => Error
): Promise<T> {
  const logged: string[] = [];
  let errors = 0;
  const listener: EngineLog = (level, message) => {
    if (level === "error" || level === "warn") logged.push(message);
    if (level === "error") errors++;
  };
  listeners.add(listener);
  try {
    return await work();
  } catch (error) {
    // Log lines come from another thread and may arrive after the failure they explain.
    for (let i = 0; i < 10 && errors === 0; i++) await setTimeout(20);
    throw explain(error, logged);
  } finally {
    listeners.delete(listener);
  }
}
