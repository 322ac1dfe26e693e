import type {Llama, LlamaModel, Token} from "node-llama-cpp";
import type {GgufModel} from "../../contract/models";
import {scoringBatch} from "../../gguf/memory";
import type {EngineLog} from "../backend";
import {bosOf} from "./bos";
import {checkHeaders} from "./modelFile";
import {llamaRuntime} from "./runtime";
import {Vocabulary} from "./vocabulary";
import {vocabularyWarnings} from "./warnings";
import {loadModel} from "./weights";

/** What is known of a model without its weights. */
export interface LoadedVocabulary {
  readonly llama: Llama;
  /** The model without its weights. */
  readonly model: LlamaModel;
  readonly vocabulary: Vocabulary;
  /** BOS, where the vocabulary asks for it in front of a text. */
  readonly bos: Token | null;
  /** Tokens in a batch of a score. */
  readonly batchSize: number;
  /** Those that are the same whatever is asked. */
  readonly warnings: readonly string[];
}

export async function loadVocabulary({path, gpu, threads}: GgufModel, log: EngineLog): Promise<LoadedVocabulary> {
  const llama = await llamaRuntime(gpu, threads, log);
  await checkHeaders(path);
  const model = await loadModel(llama, path, {vocabOnly: true, gpuLayers: 0}, log);
  const vocabulary = new Vocabulary(model);
  return {
    llama,
    model,
    vocabulary,
    bos: bosOf(model),
    batchSize: scoringBatch(vocabulary.size),
    warnings: vocabularyWarnings(model, vocabulary)
  };
}
