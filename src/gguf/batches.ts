const logitBytes = 4;

/** llama.cpp's flash attention rounds otherwise in batches of fewer tokens (docs/decisions/scoring.md). */
export const fullBatch = 64;

/** The part of `count` tokens that fills whole batches. */
export function wholeBatches(count: number, batch: number): number {
  return count - (count % batch);
}

/** Repacked weights round otherwise in what is left of a batch after groups of four tokens. */
export function inFours(tokens: number): number {
  return 4 * Math.ceil(tokens / 4);
}

/** The size of a batch of `tokens` that is filled up, so that each is computed as in any other one; `room` at most. */
export function filledBatch(tokens: number, room: number): number {
  return Math.max(tokens, Math.min(room, Math.max(fullBatch, inFours(tokens))));
}

/** Logits of a batch, in bytes: llama.cpp holds them twice. */
const batchLogits = 2 ** 25;

/** Tokens per batch when scoring, at most. With a large vocabulary a full batch takes more than {@link batchLogits}. */
export function scoringBatch(vocabularySize: number): number {
  const size = Math.min(512, batchLogits / (logitBytes * Math.max(1, vocabularySize)));
  return Math.max(fullBatch, wholeBatches(size, fullBatch));
}
