import {wholeBatches} from "../../gguf/batches";
import type {Turn} from "../scheduler";
import {type Batch, firstChoice} from "./evaluator/evaluator";
import type {ScoringCache} from "./scoringContext";

/** Gives the context in which a job evaluates. It is asked in each batch: between two of them others may use it, or replace it. */
export type CacheInUse = () => Promise<ScoringCache>;

export interface JobServices {
  readonly turn: Turn;
  readonly signal: AbortSignal;
}

const noTargets = new Int32Array();

/** The beginning of the batch in which a score computes the prediction behind token `at` of its window. */
export function batchStart(at: number, {step}: ScoringCache): number {
  return wholeBatches(at, step);
}

/**
 * Leaves in the context what it holds of the first `start` tokens, a batch's beginning, and evaluates the next batch of the rest as a
 * score does. Resolves with true where there was no rest.
 */
export async function evaluateUpTo(
  {context, batchSize, step}: ScoringCache,
  tokens: Int32Array,
  start: number,
  signal: AbortSignal
): Promise<boolean> {
  const known = await context.keepStart(tokens.subarray(0, start), step);
  if (known === start) return true;
  const end = Math.min(known + batchSize, start);
  // The next one asks for what stands near: what can't go back by itself goes back to here.
  const checkpoint = end === start;
  await context.evaluate(
    {tokens: tokens.subarray(known, end), targets: noTargets, top: 1, filled: true, checkpoint},
    signal
  );
  return false;
}

/** The batch that ends with a prompt, whose last token's logits are read. */
export function lastBatch(prompt: Int32Array, start: number): Batch {
  return {tokens: prompt.subarray(start), targets: Int32Array.of(firstChoice), top: 1, rows: true, filled: true};
}

/**
 * The model's logits behind the last token of a prompt, computed as a score's: the same bits whatever the context held before.
 * Undefined where the job is to end.
 */
export async function logitsAfter(
  cacheInUse: CacheInUse,
  prompt: Int32Array,
  {turn, signal}: JobServices
): Promise<Float32Array | undefined> {
  for (;;) {
    const step = await turn.batch(async () => {
      const cache = await cacheInUse();
      const start = batchStart(prompt.length - 1, cache);
      if (!(await evaluateUpTo(cache, prompt, start, signal))) return {logits: undefined};
      const {predictions} = await cache.context.evaluate(lastBatch(prompt, start), signal);
      return {logits: (await predictions).logits};
    });
    if (step === undefined || step.logits !== undefined) return step?.logits;
  }
}
