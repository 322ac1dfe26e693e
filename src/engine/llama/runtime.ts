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
import {obstacle} from "./devices/unavailableReason";
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

const runtimes = new Map<GpuChoice, Promise<Llama>>();
const listeners = new Set<EngineLog>();

/**
 * llama.cpp for one choice of device; loaded once per process, since native code is never unloaded. `threads` is how many
 * all contexts have together from now on; 0 is all cores but one, which is left to the editor, and to this process's own
 * JavaScript: llama.cpp's threads wait for each other spinning, so with as many of them as cores, anything else that runs
 * makes all of them wait (docs/decisions/engine.md). With more of them than cores there may be no answer at all. No second runtime is
 * made for other threads: llama.cpp has one log per process, which a second one loses, and with it the reasons of failures.
 */
export async function llamaRuntime(gpu: GpuChoice, threads: number, log: EngineLog): Promise<Llama> {
  const llama = await loadedRuntime(gpu, log);
  llama.maxThreads = threads > 0 ? Math.min(threads, availableParallelism()) : Math.max(1, llama.cpuMathCores - 1);
  return llama;
}

/** The same, with as many threads as it has. */
export async function loadedRuntime(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  let loading = runtimes.get(gpu);
  if (loading === undefined) {
    loading = load(gpu, log);
    runtimes.set(gpu, loading);
    loading.catch(() => runtimes.delete(gpu));
  }
  return await loading;
}

/** Bytes in use on the device, by whichever program, or else by llama.cpp's own figures; 0 without a device. */
export async function deviceMemoryInUse(): Promise<number> {
  for (const loading of runtimes.values()) {
    const llama = await loading.catch(() => undefined);
    if (llama === undefined || llama.gpu === false) continue;
    // Some drivers don't tell.
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

/** llama.cpp for one choice of device, or what node-llama-cpp says to it. For once in a process; see {@link llamaRuntime}. */
export async function startLlama(gpu: GpuChoice, log: EngineLog): Promise<Llama> {
  await useFetchedPackages();
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
}

/** One sentence on why a device that was asked for is not used, and what to do. */
async function whyNot(gpu: Exclude<GpuChoice, "auto" | "off">, log: EngineLog): Promise<string> {
  const name = {metal: "Metal", cuda: "CUDA", vulkan: "Vulkan"}[gpu];
  const problem: DeviceProblem = (await obstacle(gpu).catch(() => null)) ?? "failed";
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
