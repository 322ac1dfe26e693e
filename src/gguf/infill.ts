import type {GgufHeader} from "./header";
import {infillTexts} from "./infillTexts";
import {isList, type MetadataArray} from "./metadata";

/** A fill-in-the-middle token: its key, its older key, and its texts if the file has neither. */
interface Mark {
  readonly keys: readonly string[];
  readonly texts: readonly string[];
}

const marks: readonly Mark[] = [
  {keys: ["tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id"], texts: infillTexts.prefix},
  {keys: ["tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id"], texts: infillTexts.suffix},
  {keys: ["tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id"], texts: infillTexts.middle}
];

/** Whether the model has tokens for prefix, suffix and middle. Null if its vocabulary was not read. */
export function hasInfillTokens({metadata, tensors}: GgufHeader): boolean | null {
  if (tensors === null) return null;
  const tokens = metadata.get("tokenizer.ggml.tokens");
  return isList(tokens) && marks.every((mark) => hasMark(metadata, tokens, mark));
}

function hasMark(metadata: GgufHeader["metadata"], tokens: MetadataArray, {keys, texts}: Mark): boolean {
  const named = keys.some((key) => {
    const id = metadata.get(key);
    return typeof id === "number" && Number.isSafeInteger(id) && id >= 0 && id < tokens.length;
  });
  return named || texts.some((text) => tokens.infillTexts.has(text));
}
