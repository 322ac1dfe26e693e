import path from "node:path";
import * as l10n from "@vscode/l10n";
import type {Llama, LlamaModel} from "node-llama-cpp";
import type {DeviceState} from "../../contract/devices";
import type {GgufModel, MemoryEstimate} from "../../contract/models";
import type {EngineLog, Notify, RequestContext} from "../backend";
import {fewerLayers, fittingLayers, type Layers, withFewerLayers} from "./fewerLayers";
import {DeviceShortage, isShortage, loadError, weightsShortage} from "./loadErrors";
import {estimateHeader} from "./memory";
import {explaining, llamaRuntime} from "./runtime";

interface LoadOptions {
  readonly gpuLayers: Layers;
  readonly vocabOnly?: boolean;
  readonly onLoadProgress?: (fraction: number) => void;
}

type LoadContext = Pick<RequestContext, "onProgress">;

/** Rejects with an EngineError that says why llama.cpp did not take the file. */
export async function loadModel(
  llama: Llama,
  modelPath: string,
  options: LoadOptions,
  log: EngineLog
): Promise<LlamaModel> {
  return await explaining(
    () => llama.loadModel({modelPath, ...options}),
    (error, logged) => {
      log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
      return loadError(error, logged, path.basename(modelPath));
    }
  );
}

/** What a model's weights are on. */
export function deviceOf({llama, gpuLayers}: Pick<LlamaModel, "llama" | "gpuLayers">): DeviceState["device"] {
  return llama.gpu === false || gpuLayers === 0 ? "cpu" : llama.gpu;
}

/**
 * A model's weights, loaded when they are first needed. If the device's memory is too small for the layers that were asked
 * for, fewer are put there, down to none, and the user is told.
 */
export class Weights {
  private loading: Promise<LlamaModel> | undefined;
  private loaded: LlamaModel | undefined;
  /** The number of layers on the device that the next load begins with. */
  private firstLayers: Layers;
  /** The runtime that the weights are loaded with. */
  private llama: Promise<Llama>;
  /** Loaded with fewer layers than asked for; the user has not been told yet. */
  private untold: LlamaModel | undefined;

  /** `vocabulary` is the same model without its weights. */
  constructor(
    private readonly ref: GgufModel,
    private readonly vocabulary: Promise<{readonly llama: Llama; readonly model: LlamaModel}>,
    private readonly log: EngineLog,
    private readonly notify: Notify
  ) {
    this.firstLayers = ref.gpuLayers ?? "auto";
    this.llama = vocabulary.then(({llama}) => llama);
    this.llama.catch(() => undefined);
  }

  /** Layers on the device; undefined where nothing is loaded. */
  get layers(): number | undefined {
    return this.loaded?.gpuLayers;
  }

  /** What the weights are on; null where nothing is loaded. */
  get device(): DeviceState["device"] | null {
    return this.loaded === undefined ? null : deviceOf(this.loaded);
  }

  async get({onProgress}: LoadContext): Promise<LlamaModel> {
    this.loading ??= this.kept(this.load("first", onProgress));
    return await this.loading;
  }

  /**
   * Loads the weights again with fewer layers on the device, because `model` left too little of its memory for a context. What
   * was made of `model` is disposed of with it. Nothing happens if `model` is not in use any more.
   */
  async reload(model: LlamaModel, {onProgress}: LoadContext): Promise<void> {
    if (this.loaded !== model) return;
    const tried = model.gpuLayers;
    this.loaded = undefined;
    const loadAgain = async (): Promise<LlamaModel> => {
      await model.dispose();
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
    const message = fewerLayersText(this.untold.gpuLayers, this.untold.fileInsights.totalLayers);
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
    const model = await this.loading?.catch(() => undefined);
    await model?.dispose();
  }

  private kept(loading: Promise<LlamaModel>): Promise<LlamaModel> {
    loading.then(
      (model) => {
        this.loaded = model;
      },
      // A failure is not kept: there may be more memory next time.
      () => {
        this.loading = undefined;
      }
    );
    return loading;
  }

  private async load(time: "first" | "again", onProgress: LoadContext["onProgress"]): Promise<LlamaModel> {
    const llama = await this.llama;
    const onLoadProgress = (fraction: number) => onProgress({stage: "load", fraction});
    let tries = 0;
    try {
      const model = await withFewerLayers(
        this.firstLayers,
        (gpuLayers) => {
          tries++;
          return loadModel(llama, this.ref.path, {gpuLayers, onLoadProgress}, this.log);
        },
        (error) => error instanceof DeviceShortage,
        async (layers) => {
          const estimate = await this.estimate(layers);
          return {tried: estimate.gpuLayers, fitting: fittingLayers(estimate)};
        }
      );
      if (time === "again" || tries > 1) this.untold = model;
      return model;
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
