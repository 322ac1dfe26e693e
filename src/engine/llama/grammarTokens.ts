import type {LlamaModel} from "node-llama-cpp";
import type {TokenBytes} from "../../grammar/tokenTrie";
import {asToken, byteOfCodePoint, type Vocabulary} from "./vocabulary";

const utf8 = new TextEncoder();

/** A vocabulary as llama.cpp's grammars see it: special tokens are what they are written as, unused ones nothing. */
export function grammarTokens(model: LlamaModel, vocabulary: Vocabulary): TokenBytes {
  const nothing = new Uint8Array();
  return {
    size: vocabulary.size,
    bytes: (id) => {
      const {unused, normal} = model.getTokenAttributes(asToken(id));
      if (unused) return nothing;
      return (normal && vocabulary.isByteLevel && namedBytes(vocabulary.written(id))) || vocabulary.decode(id);
    },
    endsText: (id) => model.isEogToken(asToken(id))
  };
}

/** What llama.cpp writes for a token that is not in the byte alphabet: it names the characters. Null for one that is in it. */
function namedBytes(text: string): Uint8Array | null {
  let isNamed = false;
  const parts = Array.from(text, (character) => {
    const byte = byteOfCodePoint.get(character.codePointAt(0) ?? -1);
    if (byte !== undefined) return [byte];
    isNamed = true;
    return [...utf8.encode(`[UNK_BYTE_0x${Buffer.from(character).toString("hex")}${text}]`)];
  });
  return isNamed ? Uint8Array.from(parts.flat()) : null;
}
