import type {LlamaModel, Token} from "node-llama-cpp";

/** BOS, if the vocabulary asks for it in front of a text; else null. */
export function bosOf(model: LlamaModel): Token | null {
  return model.tokens.shouldPrependBosToken ? model.tokens.bos : null;
}
