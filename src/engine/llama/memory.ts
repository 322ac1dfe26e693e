import path from "node:path";
import type {GgufFileInfo, GgufInsights, Llama} from "node-llama-cpp";
import {contextsHeld, type GgufModel, type MemoryEstimate, type MemoryUse} from "../../contract/models";
import {scoringBatch} from "../../gguf/batches";
import {kvCacheNumbers} from "../../gguf/kvCache";
import {contextStep, vocabularyBytes} from "../../gguf/memory";
import {machineMemory} from "../../platform/machineMemory";
import type {EngineLog} from "../backend";
import {loadError} from "./loadErrors";
import {checkHeaders} from "./modelFile";
import {contextSizeOf, kvCacheOf, purposeOfModel, vocabularySizeOf} from "./modelHeader";
import {explaining, llamaRuntime} from "./runtime";

/** A logit is a float32. */
const logitBytes = 4;

/** The largest context that llama.cpp is asked about, in tokens: for larger ones it takes up to minutes. */
const maxAsked = 1 << 16;

/** Estimates what a model will need. Only the header of its file is read, and nothing is kept. */
export async function estimateFile(ref: GgufModel, log: EngineLog, signal: AbortSignal): Promise<MemoryEstimate> {
  const llama = await llamaRuntime(ref.gpu, ref.threads, log);
  await checkHeaders(ref.path, signal);
  const {readGgufFileInfo} = await import("node-llama-cpp");
  return await explaining(
    async () => {
      const header = await readGgufFileInfo(ref.path, {sourceType: "filesystem", logWarnings: false, signal});
      return await estimateHeader(llama, header, ref);
    },
    (error, logged) => {
      if (signal.aborted) return signal.reason;
      log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
      return loadError(error, logged, path.basename(ref.path));
    }
  );
}

/** Estimates what a model will need, by its header. */
export async function estimateHeader(llama: Llama, header: GgufFileInfo, ref: GgufModel): Promise<MemoryEstimate> {
  const {GgufInsights} = await import("node-llama-cpp");
  // A separate one for each estimate: it keeps the vocabularies that llama.cpp loads to answer.
  const insights = await GgufInsights.from(header, llama);
  const contextSize = contextSizeOf(header, ref);
  const contexts = purposeOfModel(header) === "generates" ? contextsHeld : 0;
  // Layers that do not fit count too: the caller compares with what is free.
  const {gpuLayers, useMmap} = await insights.configurationResolver.resolveModelGpuLayersV2(ref.gpuLayers ?? "auto", {
    ignoreMemorySafetyChecks: true
  });
  const vocabularySize = vocabularySizeOf(header);
  const kvCache = kvCacheNumbers[kvCacheOf(header, ref)];
  const needs = new MemoryNeeds({insights, vocabularySize, contextSize, contexts, kvCache, useMmap});
  const weights = await needs.weightsAt(gpuLayers);
  const context = await needs.contextAt(contextSize, gpuLayers);
  const larger = await needs.contextAt(contextSize + contextStep, gpuLayers);
  let perLayer = 0;
  if (gpuLayers > 0) {
    const withoutOne = await needs.weightsAt(gpuLayers - 1);
    const contextWithoutOne = await needs.contextAt(contextSize, gpuLayers - 1);
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

interface ModelMeasures {
  readonly insights: GgufInsights;
  readonly vocabularySize: number;
  readonly contextSize: number;
  readonly contexts: number;
  /** ggml's number of the type of keys and values. */
  readonly kvCache: number;
  readonly useMmap: boolean;
}

/** What weights and contexts need, with a number of layers on the device. */
class MemoryNeeds {
  private readonly batchSize: number;

  constructor(private readonly model: ModelMeasures) {
    this.batchSize = Math.min(scoringBatch(model.vocabularySize), model.contextSize);
  }

  async weightsAt(gpuLayers: number): Promise<MemoryUse> {
    const {insights, vocabularySize, useMmap} = this.model;
    const {ram, vram} = memoryUse(await insights.estimateModelResourceRequirementsV2({gpuLayers, useMmap}));
    return {ram: ram + vocabularyBytes(vocabularySize), vram};
  }

  async contextAt(contextSize: number, gpuLayers: number): Promise<MemoryUse> {
    const {insights, vocabularySize, contexts, kvCache, useMmap} = this.model;
    const {batchSize} = this;
    if (contexts === 0) return {ram: 0, vram: 0};
    if (contextSize > maxAsked + contextStep) {
      // From there on each token takes as much as the one before.
      const before = await this.contextAt(maxAsked, gpuLayers);
      const from = await this.contextAt(maxAsked + contextStep, gpuLayers);
      const steps = Math.ceil((contextSize - maxAsked) / contextStep);
      return {
        ram: before.ram + steps * (from.ram - before.ram),
        vram: before.vram + steps * (from.vram - before.vram)
      };
    }
    const types = {kvCacheKeyType: kvCache, kvCacheValueType: kvCache};
    const options = {contextSize, batchSize, sequences: 1, modelGpuLayers: gpuLayers, useMmap, ...types};
    const {ram, vram} = memoryUse(await insights.estimateContextResourceRequirementsV2(options));
    // The buffer for a batch's logits is made with the first batch; llama.cpp's figures leave it out.
    return {ram: ram + batchSize * vocabularySize * logitBytes, vram};
  }
}

function memoryUse({cpuRam, gpuVram}: {cpuRam: number; gpuVram: number}): MemoryUse {
  return {ram: cpuRam, vram: gpuVram};
}
