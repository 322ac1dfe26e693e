import {scoringBatch} from "./batches";
import type {ModelFacts} from "./facts";
import {tensorBytes as ggmlBytes} from "./ggmlTypes";
import {type KvCacheType, kvCacheNumbers} from "./kvCache";
import {possibleKvCache} from "./possibleKvCache";

/** A model's memory in bytes, by use. */
export interface MemoryParts {
  readonly weights: number;
  /** All copies that llama.cpp and this engine hold. */
  readonly vocabulary: number;
  /** Keys and values of one context. */
  readonly kvCache: number;
  /** Buffers of one context, and the logits of a batch. */
  readonly compute: number;
}

const f16 = 2;
const f32 = 4;

/** Memory of a loaded vocabulary: 1.3 kB per token, as measured (bench/README.md). */
export function vocabularyBytes(vocabularySize: number): number {
  return 1300 * vocabularySize;
}

/** llama.cpp rounds a KV cache up to a multiple of this many tokens. */
export const contextStep = 256;

/** Size of the KV cache for a context, in tokens. */
export function paddedContext(contextSize: number): number {
  return Math.ceil(contextSize / contextStep) * contextStep;
}

/**
 * The memory of a model with one context, from its header only; null if numbers are missing. For lists and before a
 * download; the engine's own estimate asks llama.cpp. Layers with a sliding window count with the whole context, layers
 * without attention have no KV heads.
 */
export function estimateMemory(facts: ModelFacts, contextSize: number, kvCache: KvCacheType): MemoryParts | null {
  const {tensorBytes, layers, heads, vocabularySize} = facts;
  const {keyLength, valueLength} = headLengths(facts);
  const kvHeads = facts.kvHeads ?? heads;
  if (tensorBytes === null || layers === null || keyLength === null || valueLength === null || kvHeads === null)
    return null;
  const headsOfAllLayers =
    typeof kvHeads === "number" ? kvHeads * layers : kvHeads.slice(0, layers).reduce((sum, count) => sum + count, 0);
  const type = kvCacheNumbers[kvCacheOfFacts(facts, kvCache)];
  const tokens = paddedContext(contextSize);
  const batch = Math.min(scoringBatch(vocabularySize ?? 0), contextSize);
  const parts = {
    weights: tensorBytes,
    vocabulary: vocabularyBytes(vocabularySize ?? 0),
    kvCache: ggmlBytes(type, [tokens, headsOfAllLayers, keyLength + valueLength]) ?? Number.NaN,
    // The logits twice (once where they are computed), and the attention of each token in the batch to the context.
    compute: 2 * batch * (vocabularySize ?? 0) * f32 + batch * tokens * f16
  };
  return Object.values(parts).every((bytes) => Number.isFinite(bytes) && bytes >= 0) ? parts : null;
}

/** The type in which a model's keys and values are held ({@link possibleKvCache}). */
export function kvCacheOfFacts(facts: ModelFacts, wanted: KvCacheType): KvCacheType {
  const {keyLength, valueLength} = headLengths(facts);
  return possibleKvCache(wanted, [keyLength, valueLength]);
}

function headLengths({heads, embeddingLength, keyLength, valueLength}: ModelFacts) {
  const usual = heads !== null && heads > 0 && embeddingLength !== null ? embeddingLength / heads : null;
  return {keyLength: keyLength ?? usual, valueLength: valueLength ?? usual};
}
