import type {GgufHeader, TensorInfo} from "./header";
import {isList, type MetadataValue} from "./metadata";

/** LLAMA_MAX_LAYERS and LLAMA_MAX_EXPERTS (llama-hparams.h). */
const maxLayers = 512;
const maxExperts = 1024;

/**
 * Max items of all lists of a model: node-llama-cpp makes a JavaScript value of each. The largest known has 1.3
 * million, for a vocabulary of 262,144 tokens with its merges, scores and types.
 */
const maxItems = 2 ** 21;

/** Max tokens of a vocabulary: llama.cpp holds several copies of each. */
const maxTokens = 2 ** 20;

/** Draft models and a sound decoder, whose embeddings are not of their own tokens. */
const otherEmbeddings: ReadonlySet<unknown> = new Set(["dflash", "eagle3", "wavtokenizer-dec"]);

/** Q8_1, Q8_K, I8, I16, I32, I64 and F64: llama.cpp has no code to multiply with them, and crashes. */
const notMultiplied: ReadonlySet<number> = new Set([9, 15, 24, 25, 26, 27, 28]);

/** Tensors that every architecture multiplies with. */
const multiplied =
  /^(?:output|output_norm|blk\.\d+\.(?:attn_(?:q|k|v|qkv|output|norm)|ffn_(?:up|down|gate)(?:_exps)?|ffn_norm))\.weight$/;

/** Reads a key of the architecture. */
type Own = (key: string) => MetadataValue | undefined;

/**
 * Whether llama.cpp would end the process, or never finish, instead of refusing a model with this header. `others` are
 * the headers of a split model's other files.
 */
export function wouldAbortLlama(header: GgufHeader, others: readonly GgufHeader[] = []): boolean {
  const {metadata} = header;
  const architecture = metadata.get("general.architecture");
  const own: Own = (key) => metadata.get(`${architecture}.${key}`);
  if (tooManyItems([header, ...others])) return true;
  const tensors = new Map<string, TensorInfo>();
  for (const part of [header, ...others]) {
    for (const tensor of part.tensors ?? []) {
      if (tensors.has(tensor.name) || (notMultiplied.has(tensor.type) && multiplied.test(tensor.name))) return true;
      tensors.set(tensor.name, tensor);
    }
  }
  if (tokenizerLoops(metadata)) return true;
  const layers = own("block_count");
  // Without the key llama.cpp refuses the file itself, or doesn't know the architecture.
  if (typeof layers !== "number") return false;
  return (
    layersAbort(layers, own("nextn_predict_layers")) ||
    expertsAbort(own) ||
    normsAbort(own) ||
    (!otherEmbeddings.has(architecture) &&
      embeddingsAbort(tensors, own("embedding_length"), metadata.get("tokenizer.ggml.tokens"))) ||
    attentionAborts(tensors, own) ||
    feedForwardAborts(tensors, own) ||
    (tensors.has("position_embd.weight") && own("context_length") === 0)
  );
}

function tooManyItems(headers: readonly GgufHeader[]): boolean {
  const items = headers.reduce((sum, {listItems}) => sum + listItems, 0);
  const tokens = headers[0]?.metadata.get("tokenizer.ggml.tokens");
  return items > maxItems || (isList(tokens) && tokens.length > maxTokens);
}

/** Nearly all architectures have one row of that length per token. */
function embeddingsAbort(
  tensors: ReadonlyMap<string, TensorInfo>,
  length: MetadataValue | undefined,
  tokens: MetadataValue | undefined
): boolean {
  const embeddings = tensors.get("token_embd.weight");
  if (embeddings === undefined) return false;
  const [columns, rows] = embeddings.dimensions;
  return columns !== length || (isList(tokens) && rows !== tokens.length);
}

/** With attention weights, the number of heads and their length must not be 0. */
function attentionAborts(tensors: ReadonlyMap<string, TensorInfo>, own: Own): boolean {
  if (!has(tensors, "attn_q")) return false;
  const heads = maxOf(own("attention.head_count"));
  const length = own("attention.key_length") ?? Math.floor(numberOr0(own("embedding_length")) / heads);
  return heads === 0 || length === 0 || own("attention.value_length") === 0 || own("attention.head_count_kv") === 0;
}

function feedForwardAborts(tensors: ReadonlyMap<string, TensorInfo>, own: Own): boolean {
  if (maxOf(own("feed_forward_length")) > 0) return false;
  return has(tensors, "ffn_down") || (has(tensors, "ffn_down_exps") && own("expert_feed_forward_length") === undefined);
}

/** Whether the first layer has these weights. */
function has(tensors: ReadonlyMap<string, TensorInfo>, name: string): boolean {
  return tensors.has(`blk.0.${name}.weight`);
}

/** The assertions in llama.cpp's `llama_model_base::load_hparams`, as in the functions below. */
function layersAbort(layers: number, predicting: MetadataValue | undefined): boolean {
  return layers < 1 || layers > maxLayers || (typeof predicting === "number" && predicting > layers);
}

function expertsAbort(own: Own): boolean {
  const count = numberOr0(own("expert_count"));
  const used = maxOf(own("expert_used_count"));
  const groups = numberOr0(own("expert_group_count"));
  const groupsUsed = numberOr0(own("expert_group_used_count"));
  if (count > maxExperts || used > count) return true;
  if (count === 0) return groups !== 0;
  if (used === 0 || groups >= count) return true;
  return groups > 1 && (count % groups !== 0 || groupsUsed === 0 || groupsUsed >= groups);
}

/** The epsilons, which must not be negative. */
function normsAbort(own: Own): boolean {
  const added = ["layer_norm_epsilon", "layer_norm_rms_epsilon", "group_norm_epsilon"].map((name) =>
    own(`attention.${name}`)
  );
  return added.some((value) => typeof value === "number" && !(value >= 0));
}

/** An RWKV tokenizer without a token for every byte loops forever and takes ever more memory. */
function tokenizerLoops(metadata: GgufHeader["metadata"]): boolean {
  if (metadata.get("tokenizer.ggml.model") !== "rwkv") return false;
  const tokens = metadata.get("tokenizer.ggml.tokens");
  if (!isList(tokens)) return false;
  // Written as Python literals; in all known vocabularies they are the first 256 after token 0.
  const bytes = tokens.items.filter(
    (token) => typeof token === "string" && /^(?:[ -~]|\\x[0-9a-f]{2}|\\.)$/s.test(token)
  );
  return new Set(bytes).size < 256;
}

function numberOr0(value: MetadataValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** A number, or the largest of a list. */
function maxOf(value: MetadataValue | undefined): number {
  if (!isList(value)) return numberOr0(value);
  return value.items.reduce<number>((most, item) => Math.max(most, numberOr0(item)), 0);
}
