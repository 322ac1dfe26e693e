import {availableParallelism} from "node:os";
import * as l10n from "@vscode/l10n";
import type {GgufInsights, Llama, LlamaModel} from "node-llama-cpp";
import type {DeviceState} from "../../../contract/devices";
import type {GgufModel} from "../../../contract/models";
import {kvCacheNumbers} from "../../../gguf/kvCache";
import type {EngineLog, Notify} from "../../backend";
import type {Layers} from "../fewerLayers";
import type {LoadedVocabulary} from "../loadedVocabulary";
import {explainingLoad, loadModel} from "../loadModel";
import {kvCacheOf, needsAllPredictions, positionsOf} from "../modelHeader";
import {evaluatorChoice} from "./choice";
import type {Evaluator} from "./evaluator";
import {libllamaFiles, NoLibllamaError} from "./libllamaFiles";
import {nativeEvaluator} from "./nativeEvaluator";
import {nodeLlamaEvaluator} from "./nodeLlamaEvaluator";

export interface EvaluatorOptions {
  readonly ref: GgufModel;
  readonly llama: Llama;
  /** The model without its weights. */
  readonly vocabulary: LoadedVocabulary;
  readonly gpuLayers: Layers;
  /** `unguarded`: a device that computes from now on in a way in which its driver's exceptions end the process. */
  readonly onLoadProgress: (fraction: number, unguarded?: DeviceState["device"]) => void;
}

/** Alternatives of a prediction, at most. */
export const maxTop = 256;

/** Threads that reduce logits while a device evaluates: it does so faster than one thread reads them. */
const deviceReducers = Math.min(6, Math.max(1, availableParallelism() - 2));

/** Why libllama can't be called in this process, once that has been found. */
let whyUnavailable: string | undefined;

/** Models are loaded through libllama's own API, as far as is known before one has been. */
export function isNative(): boolean {
  return evaluatorChoice() === "native" && whyUnavailable === undefined;
}

/**
 * Loads a model's weights: through libllama's own API where that works on this machine, else through node-llama-cpp, which is slower
 * in full detail. Rejects with an EngineError that says why llama.cpp did not take the file.
 */
export async function openEvaluator(options: EvaluatorOptions, log: EngineLog, notify: Notify): Promise<Evaluator> {
  if (isNative()) {
    try {
      return await explainingLoad(options.ref.path, () => openNative(options), log);
    } catch (error) {
      if (whyUnavailable === undefined) throw error;
      log("warn", `llama.cpp can't be called directly here, so full detail takes longer: ${whyUnavailable}`);
      const message = l10n.t(
        "Ranks, entropies and alternatives take longer on this machine: llama.cpp can't be called directly here. The log has the reason."
      );
      notify({kind: "slowDetail", model: options.ref.path, message});
    }
  }
  const {ref, llama, gpuLayers, onLoadProgress} = options;
  const model = await loadModel(llama, {modelPath: ref.path, gpuLayers, onLoadProgress}, log);
  return nodeLlamaEvaluator(model, kvCacheOf(model.fileInfo, ref));
}

async function openNative(options: EvaluatorOptions): Promise<Evaluator> {
  const {ref, llama, vocabulary, gpuLayers, onLoadProgress} = options;
  const {model} = vocabulary;
  try {
    const files = await libllamaFiles(llama);
    // Even where it gets no layers, llama.cpp computes on it what it can.
    if (llama.gpu !== false) onLoadProgress(0, llama.gpu);
    const insights = await insightsOf(model, llama);
    const kvType = kvCacheNumbers[kvCacheOf(model.fileInfo, ref)];
    const layers = await insights.configurationResolver.resolveModelGpuLayersV2(gpuLayers, {
      defaultContextKvCacheKeyType: kvType,
      defaultContextKvCacheValueType: kvType
    });
    return await nativeEvaluator({
      files,
      file: ref.path,
      gpuLayers: layers.gpuLayers,
      useMmap: layers.useMmap,
      threads: llama.maxThreads,
      reducers: layers.gpuLayers === 0 ? 1 : deviceReducers,
      maxTop,
      kvType,
      allOutputs: needsAllPredictions(model.fileInfo),
      positions: positionsOf(model.fileInfo),
      onProgress: onLoadProgress,
      checkRoom: async ({size, batchSize, fullWindow}) => {
        // Rejects where there is none, as node-llama-cpp does when it makes a context.
        await insights.configurationResolver.resolveContextContextSize(size, {
          batchSize,
          sequences: 1,
          modelGpuLayers: layers.gpuLayers,
          modelTrainContextSize: size,
          kvCacheKeyType: kvType,
          kvCacheValueType: kvType,
          swaFullCache: fullWindow
        });
      }
    });
  } catch (error) {
    if (error instanceof NoLibllamaError) whyUnavailable = error.message;
    throw error;
  }
}

/** The model's insights by this runtime: that of its vocabulary, or another one. */
async function insightsOf(model: LlamaModel, llama: Llama): Promise<GgufInsights> {
  if (model.llama === llama) return model.fileInsights;
  const {GgufInsights} = await import("node-llama-cpp");
  return await GgufInsights.from(model.fileInfo, llama);
}
