import {type GgufValue, ggufFile, text, texts, uint} from "../harness/ggufFile";
import {vocabularySource} from "./vocabularyFiles";

/** Pre-tokenizers on plain UTF-8, for which a vocabulary in the byte alphabet lacks many tokens. */
export const notByteAlphabet = new Set(["gemma4", "granite-embed-multi-311m", "sarvam-moe", "whitespace"]);

/** How GPT-2's vocabulary writes each byte. */
export const byteAlphabet: readonly string[] = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({length: 256}, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
})();

/** A vocabulary of GPT-2's byte tokens and those that merges make, written in the byte alphabet. */
export function byteVocabulary(preTokenizer: string, merges: readonly string[]): Buffer {
  return vocabulary(preTokenizer, byteAlphabet, merges);
}

export function vocabulary(preTokenizer: string, characters: readonly string[], merges: readonly string[]): Buffer {
  const merged = new Set(merges.map((merge) => merge.replace(" ", "")));
  const tokens = [...characters, ...merged, "<|endoftext|>"];
  const types = tokens.map((_, id): GgufValue => ({type: "int32", value: id === tokens.length - 1 ? 3 : 1}));
  return ggufFile({
    entries: [
      ["general.architecture", text("gpt2")],
      ["tokenizer.ggml.model", text("gpt2")],
      ["tokenizer.ggml.pre", text(preTokenizer)],
      ["tokenizer.ggml.tokens", texts(tokens)],
      ["tokenizer.ggml.token_type", {type: "array", of: "int32", values: types}],
      ["tokenizer.ggml.merges", texts(merges)],
      ["tokenizer.ggml.bos_token_id", uint(tokens.length - 1)],
      ["tokenizer.ggml.eos_token_id", uint(tokens.length - 1)]
    ]
  });
}

/** llama.cpp's pre-tokenizers, grouped by pattern: the cases of a `switch` over types, and the types' names. */
export function sharedPatterns(): readonly (readonly string[])[] {
  const source = vocabularySource();
  const names = new Map<string, string[]>([["default", ["default"]]]);
  for (const [, asked = "", type = ""] of source.matchAll(
    /if \(\s*((?:tokenizer_pre == "[^"]+"\s*(?:\|\|)?\s*)+)\) \{\s*pre_type = LLAMA_VOCAB_PRE_TYPE_(\w+);/g
  )) {
    const same = [...asked.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
    if (type !== "DEFAULT") names.set(type, [...(names.get(type) ?? []), ...same]);
  }
  const groups: string[][] = [["default"]];
  for (const [labels] of source.matchAll(/(?:case LLAMA_VOCAB_PRE_TYPE_\w+:\s*)+(?:\/\/.*\s*)*(?=regex_exprs = )/g))
    groups.push([...labels.matchAll(/PRE_TYPE_(\w+)/g)].flatMap(([, type = ""]) => names.get(type) ?? []));
  return groups;
}
