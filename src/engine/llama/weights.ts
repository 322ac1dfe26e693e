import path from "node:path";
import * as l10n from "@vscode/l10n";
import type {Llama} from "node-llama-cpp";
import type {DeviceState} from "../../contract/devices";
import type {GgufModel, MemoryEstimate} from "../../contract/models";
import type {EngineLog, Notify, RequestContext} from "../backend";
import type {Evaluator} from "./evaluator/evaluator";
import {openEvaluator} from "./evaluator/openEvaluator";
import {fewerLayers, fittingLayers, type Layers, withFewerLayers} from "./fewerLayers";
import {DeviceShortage, isShortage, weightsShortage} from "./loadErrors";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {estimateHeader} from "./memory";
import {llamaRuntime} from "./runtime";

type LoadContext = Pick<RequestContext, "onProgress">;

/** Weights in memory, and the runtime that they were loaded with. */
export interface LoadedWeights {
  readonly evaluator: Evaluator;
  readonly llama: Llama;
}

/** What a model's weights are on. */
export function deviceOf({llama, evaluator}: LoadedWeights): DeviceState["device"] {
  return llama.gpu === false || evaluator.gpuLayers === 0 ? "cpu" : llama.gpu;
}

/**
 * A model's weights, loaded when they are first needed. If the device's memory is too small for the layers that were asked
 * for, fewer are put there, down to none, and the user is told.
 */
export class Weights {
  private loading: Promise<LoadedWeights> | undefined;
  private loaded: LoadedWeights | undefined;
  /** The number of layers on the device that the next load begins with. */
  private firstLayers: Layers;
  /** The runtime that the weights are loaded with. */
  private llama: Promise<Llama>;
  /** Loaded with fewer layers than asked for, of all; the user has not been told yet. */
  private untold: {readonly layers: number; readonly all: number} | undefined;

  /** `vocabulary` is the same model without its weights. */
  constructor(
    private readonly ref: GgufModel,
    private readonly vocabulary: Promise<LoadedVocabulary>,
    private readonly log: EngineLog,
    private readonly notify: Notify
  ) {
    this.firstLayers = ref.gpuLayers ?? "auto";
    this.llama = vocabulary.then(({llama}) => llama);
    this.llama.catch(() => undefined);
  }

  /** Layers on the device; undefined where nothing is loaded. */
  get layers(): number | undefined {
    return this.loaded?.evaluator.gpuLayers;
  }

  /** What the weights are on; null where nothing is loaded. */
  get device(): DeviceState["device"] | null {
    return this.loaded === undefined ? null : deviceOf(this.loaded);
  }

  /** Whether these weights are in memory, and not others in their place. */
  isInUse(weights: LoadedWeights): boolean {
    return this.loaded === weights;
  }

  async get({onProgress}: LoadContext): Promise<LoadedWeights> {
    this.loading ??= this.kept(this.load("first", onProgress));
    return await this.loading;
  }

  /**
   * Loads the weights again with fewer layers on the device, because `weights` left too little of its memory for a context. What
   * was made of them is disposed of with them. Nothing happens if `weights` are not in use any more.
   */
  async reload(weights: LoadedWeights, {onProgress}: LoadContext): Promise<void> {
    if (!this.isInUse(weights)) return;
    const tried = weights.evaluator.gpuLayers;
    this.loaded = undefined;
    const loadAgain = async (): Promise<LoadedWeights> => {
      await weights.evaluator.dispose();
      if (tried > 0) this.firstLayers = fewerLayers(tried, fittingLayers(await this.estimate(tried)));
      // With a device, llama.cpp computes there what it can, and has buffers there, even where it has no layers.
      else this.llama = llamaRuntime("off", this.ref.threads, this.log);
      return await this.load("again", onProgress);
    };
    this.loading = this.kept(loadAgain());
    await this.loading;
  }

  /** Tells the user of fewer layers than asked for. Called when a context has fitted, so that the number is final. */
  tell(): void {
    if (this.untold === undefined) return;
    const message = fewerLayersText(this.untold.layers, this.untold.all);
    this.untold = undefined;
    this.log("warn", message);
    this.notify({kind: "fewerLayers", model: this.ref.path, message});
  }

  /** The estimate for the weights as they are loaded, or would be. */
  async estimate(layers: Layers = this.layers ?? this.firstLayers): Promise<MemoryEstimate> {
    const {model} = await this.vocabulary;
    const ref = {...this.ref, gpuLayers: layers === "auto" ? null : layers};
    return await estimateHeader(await this.llama, model.fileInfo, ref);
  }

  async dispose(): Promise<void> {
    const weights = await this.loading?.catch(() => undefined);
    await weights?.evaluator.dispose();
  }

  private kept(loading: Promise<LoadedWeights>): Promise<LoadedWeights> {
    loading.then(
      (weights) => {
        this.loaded = weights;
      },
      // A failure is not kept: there may be more memory next time.
      () => {
        this.loading = undefined;
      }
    );
    return loading;
  }

  private async load(time: "first" | "again", onProgress: LoadContext["onProgress"]): Promise<LoadedWeights> {
    const llama = await this.llama;
    const vocabulary = await this.vocabulary;
    const onLoadProgress = (fraction: number, unguarded?: DeviceState["device"]) =>
      onProgress({stage: "load", fraction, ...(unguarded === undefined ? {} : {unguarded})});
    let tries = 0;
    try {
      const evaluator = await withFewerLayers(
        this.firstLayers,
        (gpuLayers) => {
          tries++;
          return openEvaluator({ref: this.ref, llama, vocabulary, gpuLayers, onLoadProgress}, this.log, this.notify);
        },
        (error) => error instanceof DeviceShortage,
        async (layers) => {
          const estimate = await this.estimate(layers);
          return {tried: estimate.gpuLayers, fitting: fittingLayers(estimate)};
        }
      );
      if (time === "again" || tries > 1)
        this.untold = {layers: evaluator.gpuLayers, all: vocabulary.model.fileInsights.totalLayers};
      return {evaluator, llama};
    } catch (error) {
      if (!isShortage(error)) throw error;
      const {weights, free} = await this.estimate(tries > 1 ? 0 : this.firstLayers);
      throw weightsShortage(path.basename(this.ref.path), weights, free);
    }
  }
}

function fewerLayersText(layers: number, all: number): string {
  return layers === 0
    ? l10n.t("The GPU's memory was too small for the model: it runs on the CPU.")
    : l10n.t(
        "The GPU's memory was too small for the model: {0} of {1} layers are on it, the rest runs on the CPU.",
        layers,
        all
      );
}
