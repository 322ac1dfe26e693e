import type {Llama, LlamaModel, Token} from "node-llama-cpp";
import type {GgufModel} from "../../contract/models";
import type {EngineLog} from "../backend";
import {bosOf} from "./bos";
import {loadModel} from "./loadModel";
import {llamaRuntime} from "./runtime";
import {Vocabulary} from "./vocabulary";
import {vocabularyWarnings} from "./warnings";

/** What is known of a model without its weights. */
export interface LoadedVocabulary {
  readonly llama: Llama;
  /** The model without its weights. */
  readonly model: LlamaModel;
  readonly vocabulary: Vocabulary;
  /** BOS, where the vocabulary asks for it in front of a text. */
  readonly bos: Token | null;
  /** Those that are the same whatever is asked. */
  readonly warnings: readonly string[];
}

/** The file has to be checked before (`checkHeaders`). */
export async function loadVocabulary({path, gpu, threads}: GgufModel, log: EngineLog): Promise<LoadedVocabulary> {
  const llama = await llamaRuntime(gpu, threads, log);
  const model = await loadModel(llama, {modelPath: path, vocabOnly: true, gpuLayers: 0}, log);
  const vocabulary = new Vocabulary(model);
  return {
    llama,
    model,
    vocabulary,
    bos: bosOf(model),
    warnings: vocabularyWarnings(model, vocabulary)
  };
}
