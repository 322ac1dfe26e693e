import type {LlamaModel} from "node-llama-cpp";
import type {TokenBytes} from "../../grammar/tokenTrie";
import {asToken, type Vocabulary} from "./vocabulary";

/** A vocabulary as llama.cpp's grammars see it: special tokens are what they are written as, unused ones nothing. */
export function grammarTokens(model: LlamaModel, vocabulary: Vocabulary): TokenBytes {
  const nothing = new Uint8Array();
  return {
    size: vocabulary.size,
    bytes: (id) => (model.getTokenAttributes(asToken(id)).unused ? nothing : vocabulary.decode(id)),
    endsText: (id) => model.isEogToken(asToken(id))
  };
}
