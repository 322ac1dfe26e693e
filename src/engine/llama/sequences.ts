import * as l10n from "@vscode/l10n";
import type {LlamaContextSequence, LlamaModel} from "node-llama-cpp";
import {EngineError} from "../../contract/errors";
import {automaticContextLimit, type GgufModel, type MemoryEstimate} from "../../contract/models";
import type {EngineLog} from "../backend";
import {contextShortage, contextTooLarge, DeviceShortage, isShortage, loadError} from "./loadErrors";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {estimateHeader} from "./memory";
import {trainedContextOf} from "./modelHeader";
import {explaining} from "./runtime";
import type {Weights} from "./weights";

/** A context had no room on the device beside `model`: with fewer layers there, it may have. */
export class NoRoomBeside extends Error {
  constructor(readonly model: LlamaModel) {
    super("The device's memory has no room for a context");
  }
}

/** Makes KV caches: contexts with one sequence each. */
export class Sequences {
  constructor(
    private readonly ref: GgufModel,
    private readonly loaded: Promise<LoadedVocabulary>,
    private readonly weights: Weights,
    private readonly log: EngineLog
  ) {}

  /** Throws NoRoomBeside where fewer layers on the device would help, and EngineError where they would not. */
  async create(model: LlamaModel, tokens: number): Promise<LlamaContextSequence> {
    if (tokens > automaticContextLimit) {
      const tooLarge = contextTooLarge(await this.estimate(model, tokens), trainedContextOf(model.fileInfo));
      if (tooLarge !== undefined) throw tooLarge;
    }
    try {
      const sequence = await this.make(model, tokens);
      this.weights.tell();
      return sequence;
    } catch (error) {
      if (error instanceof DeviceShortage && model.llama.gpu !== false) throw new NoRoomBeside(model);
      if (!isShortage(error)) throw error;
      const {context, free} = await this.estimate(model, tokens);
      throw contextShortage(tokens, context, free);
    }
  }

  private async estimate(model: LlamaModel, tokens: number): Promise<MemoryEstimate> {
    const ref = {...this.ref, contextSize: tokens, gpuLayers: model.gpuLayers};
    return await estimateHeader(model.llama, model.fileInfo, ref);
  }

  private async make(model: LlamaModel, tokens: number): Promise<LlamaContextSequence> {
    const {batchSize} = await this.loaded;
    const threads = model.llama.maxThreads;
    return await explaining(
      async () => {
        const context = await model.createContext({
          // The last token of a window is only predicted. node-llama-cpp would shift a context before that one is in it.
          contextSize: tokens,
          batchSize: Math.min(batchSize, tokens),
          // All or none: contexts take turns (llama.maxThreads is the same number).
          threads: {ideal: threads, min: threads}
        });
        return context.getSequence();
      },
      (error, logged) => {
        this.log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
        const reason = loadError(error, logged, "");
        return isShortage(reason)
          ? reason
          : new EngineError(
              "contextFailed",
              l10n.t("A context of {0} tokens could not be made: try a smaller one.", tokens)
            );
      }
    );
  }
}
