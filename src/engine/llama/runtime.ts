import {subscribe, unsubscribe} from "node:diagnostics_channel";
import {availableParallelism} from "node:os";
import {setTimeout} from "node:timers/promises";
import * as l10n from "@vscode/l10n";
import type {Llama, LlamaLogLevel} from "node-llama-cpp";
import type {DeviceProblem} from "../../contract/devices";
import {EngineError} from "../../contract/errors";
import type {GpuChoice} from "../../contract/models";
import type {EngineLog} from "../backend";
import {whyNoRuntime} from "./devices/missingRuntime";
import {probe} from "./devices/runProbe";
import {unavailableReason} from "./devices/unavailableReason";
import {useFetchedPackages} from "./fetchedPackages";

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

/** Node's channel for processes that are started. */
const processesStarted = "child_process";

const runtimes = new Map<GpuChoice, Promise<Llama>>();
const listeners = new Set<EngineLog>();

/**
 * llama.cpp for one choice of device; loaded once per process, since native code is never unloaded. `threads` is the number of
 * threads of all contexts together from now on. 0 means all cores but one, which is left to the editor and to this process's
 * JavaScript: llama.cpp's threads spin while they wait for each other, so with a thread on each core, anything else that runs
 * makes all of them wait (docs/decisions/engine.md). With more threads than cores there may be no answer at all. A change of threads
 * makes no second runtime: llama.cpp has one log per process, and a second runtime loses it, and the reasons of failures with it.
 */
export async function llamaRuntime(gpu: GpuChoice, threads: number, log: EngineLog): Promise<Llama> {
  const llama = await loadedRuntime(gpu, log);
  llama.maxThreads = threads > 0 ? Math.min(threads, availableParallelism()) : Math.max(1, llama.cpuMathCores - 1);
  return llama;
}

/** As {@link llamaRuntime}, but leaves the number of threads as it is. */
export async function loadedRuntime(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  let loading = runtimes.get(gpu);
  if (loading === undefined) {
    loading = load(gpu, log);
    runtimes.set(gpu, loading);
    loading.catch(() => runtimes.delete(gpu));
  }
  return await loading;
}

/**
 * Resolves when `runtime`, which is being loaded, leaves this process time for other work: it is loaded, or node-llama-cpp has started
 * the process in which it tries its binary, as it does on some systems. Work before would delay that process.
 */
export async function idleBeside(runtime: Promise<Llama>): Promise<void> {
  let onProcess = (): void => undefined;
  const trial = new Promise<void>((resolve) => {
    onProcess = () => resolve();
  });
  subscribe(processesStarted, onProcess);
  try {
    await Promise.race([runtime, trial]);
  } finally {
    unsubscribe(processesStarted, onProcess);
  }
}

/** Device memory in use by all programs, in bytes, or else what llama.cpp says that it uses; 0 without a device. */
export async function deviceMemoryInUse(): Promise<number> {
  for (const loading of runtimes.values()) {
    const llama = await loading.catch(() => undefined);
    if (llama === undefined || llama.gpu === false) continue;
    // Some drivers don't say what is in use.
    return (await llama.getVramState()).used || (await llama.getLlamaMemoryUsage()).gpuVram;
  }
  return 0;
}

async function load(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  try {
    return await startLlama(gpu, log);
  } catch (error) {
    log("error", String(error));
    throw new EngineError(
      "noRuntime",
      gpu === "auto" || gpu === "off" ? await whyNoRuntime(log) : await whyNot(gpu, log)
    );
  }
}

/** Starts llama.cpp for one choice of device; call it once per process and choice (see {@link llamaRuntime}). */
export async function startLlama(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  await useFetchedPackages();
  // import(), because it is ESM with native parts, needed only once a model is asked for.
  const {getLlama, LlamaLogLevel} = await import("node-llama-cpp");
  const llama = await getLlama({
    gpu: gpu === "off" ? false : gpu,
    // On a user's machine no compiler is started and nothing is downloaded.
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
  // Without Metal, node-llama-cpp runs "metal" on the CPU: that is not what was asked for.
  if (gpu !== "auto" && gpu !== "off" && llama.gpu !== gpu) throw new Error(`asked for ${gpu}, got ${llama.gpu}`);
  return llama;
}

/** One sentence that says why the chosen device is not used, and what to do. */
async function whyNot(gpu: Exclude<GpuChoice, "auto" | "off">, log: EngineLog): Promise<string> {
  const name = {metal: "Metal", cuda: "CUDA", vulkan: "Vulkan"}[gpu];
  const problem: DeviceProblem = (await unavailableReason(gpu).catch(() => null)) ?? "failed";
  switch (problem) {
    case "otherSystem":
      return l10n.t("There is no {0} for this system: set tokenscope.gpu to auto or off.", name);
    case "noDriver":
      return gpu === "cuda"
        ? l10n.t("CUDA needs an NVIDIA GPU and its driver, and none was found: set tokenscope.gpu to auto or off.")
        : l10n.t("No driver for {0} was found: install the GPU's driver, or set tokenscope.gpu to auto or off.", name);
    case "noLibraries":
      return l10n.t(
        "CUDA needs NVIDIA's CUDA Toolkit (12.4 or later), which was not found: install it, or set tokenscope.gpu to auto or vulkan."
      );
    case "noRuntime":
      return gpu === "cuda"
        ? l10n.t("CUDA's runtime is not installed: install it, or set tokenscope.gpu to auto.")
        : l10n.t(
            "{0} is not in this copy of Tokenscope: install Tokenscope again, or set tokenscope.gpu to auto or off.",
            name
          );
    case "failed":
      await probe(gpu, log, new AbortController().signal);
      return l10n.t("{0} does not work on this machine: set tokenscope.gpu to auto or off.", name);
    default:
      return problem satisfies never;
  }
}

/**
 * Runs `work`. If it fails, rejects with the error that `explain` makes of the failure and of the warnings and errors that
 * llama.cpp logged meanwhile: its exceptions don't say why.
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
