import {fullBatch, scoringBatch, wholeBatches} from "../../gguf/batches";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {activeParameters} from "./modelHeader";
import {deviceOf, type LoadedWeights} from "./weights";

/** The smallest and the largest batch of a prompt, in tokens. */
const minBatch = 8;
const maxBatch = 512;

/**
 * A batch of a prompt that makes good use of the processor, in tokens. A model of 0.5B parameters takes 12.7 ms per token in
 * batches of 8, 9.1 in batches of 32, 7.4 in batches of 64, 7.1 in batches of 128 and 6.9 in batches of 512
 * (docs/decisions/completion.md).
 */
const goodBatch = 128;

/** Parameters times tokens that a thread computes per millisecond, from those 6.9 ms. */
const threadSpeed = 0.5e9 / 6.9;

/**
 * The time that a batch may take, in milliseconds: a more important job waits for its end. A small model does more than a good
 * batch in `batchTime`; a large one may take `maxTime` for a good batch.
 */
const batchTime = 100;
const maxTime = 1000;

/** What decides how fast a model is, as counts, not as measured times: the same request must give the same numbers. */
export interface Strength {
  /** Parameters that are used for a token. */
  readonly parameters: number;
  readonly threads: number;
  /** At least some layers are on a device. */
  readonly onDevice: boolean;
}

export function strengthOf({model}: LoadedVocabulary, weights: LoadedWeights): Strength {
  return {
    parameters: activeParameters(model.fileInfo),
    threads: weights.llama.maxThreads,
    onDevice: deviceOf(weights) !== "cpu"
  };
}

/** Tokens in a batch of a prompt. */
export function promptBatch(strength: Strength): number {
  if (strength.onDevice) return maxBatch;
  const size = Math.max(tokensIn(batchTime, strength), Math.min(goodBatch, tokensIn(maxTime, strength)));
  return Math.min(Math.max(Math.floor(size), minBatch), maxBatch);
}

/** Tokens that a CPU evaluates in this many milliseconds, about. */
function tokensIn(milliseconds: number, {parameters, threads}: Strength): number {
  return (milliseconds * threads * threadSpeed) / Math.max(1, parameters);
}

/** How the tokens of a window are cut into batches, in tokens. */
export interface Batching {
  readonly batchSize: number;
  /** A batch begins at a multiple of this in its window. */
  readonly step: number;
  /** A batch is handed over while the one before it is evaluated: two of them are as short as one may be. */
  readonly ahead: boolean;
}

/**
 * Batches of a score: what their logits leave room for, and no more than a more important job should wait for. On the CPU a token is
 * computed alike in all batches of at least {@link fullBatch} tokens (docs/decisions/scoring.md). A device has other kernels: there, the
 * same tokens are always computed in the same batches.
 */
export function scoreBatching(strength: Strength, vocabularySize: number): Batching {
  const size = Math.min(scoringBatch(vocabularySize), promptBatch(strength));
  const batchSize = Math.max(fullBatch, wholeBatches(size, fullBatch));
  const ahead = strength.onDevice || tokensIn(batchTime, strength) >= 2 * batchSize;
  return {batchSize, step: strength.onDevice ? batchSize : fullBatch, ahead};
}
