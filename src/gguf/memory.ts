import type {ModelFacts} from "./facts";

/** Bytes. */
export interface MemoryParts {
  readonly weights: number;
  /** As llama.cpp and this engine hold it, several times over. */
  readonly vocabulary: number;
  /** Keys and values of one context, F16. */
  readonly kvCache: number;
  /** Buffers of one context, and the logits of a batch. */
  readonly compute: number;
}

/**
 * Tokens evaluated between two looks at the clock: for cancelling, for progress, for letting a completion go first. Not
 * fewer than 64: below that llama.cpp's flash attention rounds otherwise (docs/decisions/scoring.md).
 */
export function scoringBatch(vocabularySize: number): number {
  // llama.cpp holds the logits of a whole batch twice: 33 MB each at most, but for vocabularies over 131,072.
  return vocabularySize <= 1 << 16 ? 128 : 64;
}

/** Bytes that a vocabulary takes once a model is loaded: 1.3 kB a token, as measured (bench/README.md). */
export function vocabularyBytes(vocabularySize: number): number {
  return 1300 * vocabularySize;
}

/** llama.cpp makes a KV cache in steps of so many tokens. */
export const contextStep = 256;

/** Tokens that a KV cache has for a context of so many: whole steps. */
export function paddedContext(contextSize: number): number {
  return Math.ceil(contextSize / contextStep) * contextStep;
}

/**
 * The memory of a model with one context of so many tokens, by its header's numbers alone; null where they don't say. For
 * lists, and before a download: the engine's own estimate asks llama.cpp. Layers with a sliding window count as if they
 * kept the whole context, and layers without attention have no KV heads.
 */
export function estimateMemory(facts: ModelFacts, contextSize: number): MemoryParts | null {
  const {tensorBytes, layers, heads, embeddingLength, vocabularySize} = facts;
  const headLength = heads !== null && heads > 0 && embeddingLength !== null ? embeddingLength / heads : null;
  const keyLength = facts.keyLength ?? headLength;
  const valueLength = facts.valueLength ?? headLength;
  const kvHeads = facts.kvHeads ?? heads;
  if (tensorBytes === null || layers === null || keyLength === null || valueLength === null || kvHeads === null)
    return null;
  const headsOfAllLayers =
    typeof kvHeads === "number" ? kvHeads * layers : kvHeads.slice(0, layers).reduce((sum, count) => sum + count, 0);
  const tokens = paddedContext(contextSize);
  const batch = Math.min(scoringBatch(vocabularySize ?? 0), contextSize);
  const parts = {
    weights: tensorBytes,
    vocabulary: vocabularyBytes(vocabularySize ?? 0),
    kvCache: tokens * headsOfAllLayers * (keyLength + valueLength) * f16,
    // Logits twice (once where they are computed), and what each token of a batch sees of the context.
    compute: 2 * batch * (vocabularySize ?? 0) * f32 + batch * tokens * f16
  };
  return Object.values(parts).every((bytes) => Number.isFinite(bytes) && bytes >= 0) ? parts : null;
}

const f16 = 2;
const f32 = 4;
