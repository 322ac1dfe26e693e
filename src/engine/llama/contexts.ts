import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {automaticContextLimit, type GgufModel, type MemoryEstimate} from "../../contract/models";
import type {EngineLog} from "../backend";
import type {ContextOptions, EvaluationContext} from "./evaluator/evaluator";
import {contextShortage, contextTooLarge, DeviceShortage, isShortage, loadError} from "./loadErrors";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {estimateHeader} from "./memory";
import {trainedContextOf} from "./modelHeader";
import {explaining} from "./runtime";
import type {LoadedWeights, Weights} from "./weights";

/** A context had no room on the device beside the weights: with fewer layers there, it may have. */
export class NoRoomBeside extends Error {
  constructor(readonly weights: LoadedWeights) {
    super("The device's memory has no room for a context");
  }
}

/** Makes KV caches: contexts with one sequence each. */
export class Contexts {
  constructor(
    private readonly ref: GgufModel,
    private readonly vocabulary: Promise<LoadedVocabulary>,
    private readonly weights: Weights,
    private readonly log: EngineLog
  ) {}

  /** Throws NoRoomBeside where fewer layers on the device would help, and EngineError where they would not. */
  async create(weights: LoadedWeights, options: ContextOptions): Promise<EvaluationContext> {
    const {size} = options;
    const {
      model: {fileInfo}
    } = await this.vocabulary;
    if (size > automaticContextLimit) {
      const tooLarge = contextTooLarge(await this.estimate(weights, size), trainedContextOf(fileInfo));
      if (tooLarge !== undefined) throw tooLarge;
    }
    try {
      const context = await this.make(weights, options);
      this.weights.tell();
      return context;
    } catch (error) {
      if (error instanceof DeviceShortage && weights.llama.gpu !== false) throw new NoRoomBeside(weights);
      if (!isShortage(error)) throw error;
      const {context, free} = await this.estimate(weights, size);
      throw contextShortage(size, context, free);
    }
  }

  private async estimate({llama, evaluator}: LoadedWeights, size: number): Promise<MemoryEstimate> {
    const {model} = await this.vocabulary;
    const ref = {...this.ref, contextSize: size, gpuLayers: evaluator.gpuLayers};
    return await estimateHeader(llama, model.fileInfo, ref);
  }

  private async make({evaluator}: LoadedWeights, options: ContextOptions): Promise<EvaluationContext> {
    const {size} = options;
    return await explaining(
      () => evaluator.createContext(options),
      (error, logged) => {
        this.log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
        const reason = loadError(error, logged, "");
        return isShortage(reason)
          ? reason
          : new EngineError(
              "contextFailed",
              l10n.t("A context of {0} tokens could not be made: try a smaller one.", size)
            );
      }
    );
  }
}
