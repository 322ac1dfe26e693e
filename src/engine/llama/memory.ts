import {readFile} from "node:fs/promises";
import path from "node:path";
import type {GgufFileInfo, Llama} from "node-llama-cpp";
import {contextsHeld, type MemoryEstimate, type MemoryUse, type ModelRef} from "../../contract/models";
import {contextStep, scoringBatch, vocabularyBytes} from "../../gguf/memory";
import {machineMemory} from "../../platform/machineMemory";
import type {EngineLog} from "../backend";
import type {HeldMemory} from "../memoryLedger";
import {loadError} from "./loadErrors";
import {checkHeaders} from "./modelFile";
import {contextSizeOf, purposeOfModel, vocabularySizeOf} from "./modelHeader";
import {deviceMemoryInUse, explaining, llamaRuntime} from "./runtime";

/** llama.cpp takes logits as they are computed and copies them: as float32. */
const logitBytes = 4;

/** Tokens of the largest context that llama.cpp is asked about: it takes longer the larger that is, up to minutes. */
const maxAsked = 1 << 16;

/** Estimates what a model will need. Of its file the header is read, and nothing is kept. */
export async function estimateFile(spec: ModelRef, log: EngineLog, signal: AbortSignal): Promise<MemoryEstimate> {
  const llama = await llamaRuntime(spec.gpu, spec.threads, log);
  await checkHeaders(spec.path, signal);
  const {readGgufFileInfo} = await import("node-llama-cpp");
  return await explaining(
    async () => {
      const header = await readGgufFileInfo(spec.path, {sourceType: "filesystem", logWarnings: false, signal});
      return await estimateHeader(llama, header, spec);
    },
    (error, logged) => {
      if (signal.aborted) return signal.reason;
      log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
      return loadError(error, logged, path.basename(spec.path));
    }
  );
}

/** As {@link estimateFile}. */
export async function estimateHeader(llama: Llama, header: GgufFileInfo, spec: ModelRef): Promise<MemoryEstimate> {
  const {GgufInsights} = await import("node-llama-cpp");
  // Of its own, so that the vocabularies that llama.cpp loads to answer go with it.
  const insights = await GgufInsights.from(header, llama);
  const contextSize = contextSizeOf(header, spec);
  const contexts = purposeOfModel(header) === "generates" ? contextsHeld(contextSize) : 0;
  const vocabularySize = vocabularySizeOf(header);
  const batchSize = Math.min(scoringBatch(vocabularySize), contextSize);
  // What does not fit gets its layers too: that it doesn't is for others to see.
  const {gpuLayers, useMmap} = await insights.configurationResolver.resolveModelGpuLayersV2(spec.gpuLayers ?? "auto", {
    ignoreMemorySafetyChecks: true
  });
  const weightsAt = async (layers: number): Promise<MemoryUse> => {
    const {ram, vram} = memoryUse(await insights.estimateModelResourceRequirementsV2({gpuLayers: layers, useMmap}));
    return {ram: ram + vocabularyBytes(vocabularySize), vram};
  };
  const contextAt = async (size: number, layers: number): Promise<MemoryUse> => {
    if (contexts === 0) return {ram: 0, vram: 0};
    if (size > maxAsked + contextStep) {
      // From there on every token takes as much as the one before.
      const [before, from] = [await contextAt(maxAsked, layers), await contextAt(maxAsked + contextStep, layers)];
      const steps = Math.ceil((size - maxAsked) / contextStep);
      return {
        ram: before.ram + steps * (from.ram - before.ram),
        vram: before.vram + steps * (from.vram - before.vram)
      };
    }
    const {ram, vram} = memoryUse(
      await insights.estimateContextResourceRequirementsV2({
        contextSize: size,
        batchSize,
        sequences: 1,
        modelGpuLayers: layers,
        useMmap
      })
    );
    // The room for a batch's logits is made with the first batch, which llama.cpp's figures don't know.
    return {ram: ram + batchSize * vocabularySize * logitBytes, vram};
  };
  const weights = await weightsAt(gpuLayers);
  const context = await contextAt(contextSize, gpuLayers);
  const larger = await contextAt(contextSize + contextStep, gpuLayers);
  let perLayer = 0;
  if (gpuLayers > 0) {
    const withoutOne = await weightsAt(gpuLayers - 1);
    const contextWithoutOne = await contextAt(contextSize, gpuLayers - 1);
    perLayer = weights.vram - withoutOne.vram + contexts * (context.vram - contextWithoutOne.vram);
  }
  const [{free, total}, device] = await Promise.all([machineMemory(), llama.getVramState()]);
  return {
    weights,
    context,
    perToken: {
      ram: Math.max(0, larger.ram - context.ram) / contextStep,
      vram: Math.max(0, larger.vram - context.vram) / contextStep
    },
    perLayer: Math.max(0, perLayer),
    contexts,
    contextSize,
    gpuLayers,
    layers: insights.totalLayers,
    free: {ram: free, vram: device.free},
    total: {ram: total, vram: device.total},
    device: llama.gpu === false || gpuLayers === 0 ? "cpu" : llama.gpu
  };
}

function memoryUse({cpuRam, gpuVram}: {cpuRam: number; gpuVram: number}): MemoryUse {
  return {ram: cpuRam, vram: gpuVram};
}

/** What this process holds; of a device, what everybody does. */
export async function heldMemory(): Promise<HeldMemory> {
  const ram = process.memoryUsage.rss();
  return {ram, vram: await deviceMemoryInUse(), unmapped: (await anonymousMemory()) ?? ram};
}

/** Undefined but on Linux, which counts clean mapped files as available. */
async function anonymousMemory(): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
