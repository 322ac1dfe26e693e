import path from "node:path";
import * as l10n from "@vscode/l10n";
import type {Llama, LlamaModel} from "node-llama-cpp";
import type {DeviceState} from "../../contract/devices";
import type {MemoryEstimate, ModelRef} from "../../contract/models";
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
 * A model's weights, loaded when they are first needed. Where the device's memory does not suffice for the layers that were
 * to be on it, fewer are put there, down to none, and a person is told.
 */
export class Weights {
  private loading: Promise<LlamaModel> | undefined;
  private loaded: LlamaModel | undefined;
  /** With how many layers a load begins. */
  private wanted: Layers;
  /** Runs them. */
  private llama: Promise<Llama>;
  /** Has fewer layers on the device than it was to have, and nobody knows. */
  private untold: LlamaModel | undefined;

  /** `vocabulary` is the same model without its weights. */
  constructor(
    private readonly spec: ModelRef,
    private readonly vocabulary: Promise<{readonly llama: Llama; readonly model: LlamaModel}>,
    private readonly log: EngineLog,
    private readonly notify: Notify
  ) {
    this.wanted = spec.gpuLayers ?? "auto";
    this.llama = vocabulary.then(({llama}) => llama);
    this.llama.catch(() => undefined);
  }

  /** Layers on the device; undefined where nothing is loaded. */
  get layers(): number | undefined {
    return this.loaded?.gpuLayers;
  }

  /** What they are on; null where nothing is loaded. */
  get device(): DeviceState["device"] | null {
    return this.loaded === undefined ? null : deviceOf(this.loaded);
  }

  async get({onProgress}: LoadContext): Promise<LlamaModel> {
    this.loading ??= this.kept(this.load("first", onProgress));
    return await this.loading;
  }

  /**
   * Loads anew in place of `model`, which left too little of the device's memory for a context, with fewer layers there. What
   * was made of it is disposed of with it. Nothing happens where `model` is not the one in use any more.
   */
  async reload(model: LlamaModel, {onProgress}: LoadContext): Promise<void> {
    if (this.loaded !== model) return;
    const tried = model.gpuLayers;
    this.loaded = undefined;
    const loadAnew = async (): Promise<LlamaModel> => {
      await model.dispose();
      if (tried > 0) this.wanted = fewerLayers(tried, fittingLayers(await this.estimate(tried)));
      // With a device, llama.cpp computes there what it can, and has buffers there, even where it has no layers.
      else this.llama = llamaRuntime("off", this.spec.threads, this.log);
      return await this.load("again", onProgress);
    };
    this.loading = this.kept(loadAnew());
    await this.loading;
  }

  /** Tells a person where fewer layers are on the device than were to be: for when it is seen that it stays so. */
  tell(): void {
    if (this.untold === undefined) return;
    const message = fewerLayersText(this.untold.gpuLayers, this.untold.fileInsights.totalLayers);
    this.untold = undefined;
    this.log("warn", message);
    this.notify({kind: "fewerLayers", model: this.spec.path, message});
  }

  /** As they are loaded, or would be. */
  async estimate(layers: Layers = this.layers ?? this.wanted): Promise<MemoryEstimate> {
    const {model} = await this.vocabulary;
    const spec = {...this.spec, gpuLayers: layers === "auto" ? null : layers};
    return await estimateHeader(await this.llama, model.fileInfo, spec);
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
        this.wanted,
        (gpuLayers) => {
          tries++;
          return loadModel(llama, this.spec.path, {gpuLayers, onLoadProgress}, this.log);
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
      const {weights, free} = await this.estimate(tries > 1 ? 0 : this.wanted);
      throw weightsShortage(path.basename(this.spec.path), weights, free);
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
