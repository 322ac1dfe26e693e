import type {Alternatives} from "../../contract/scoring";
import type {PositionTask} from "../backend";
import type {Predictions} from "./evaluator/evaluator";
import {batchStart, type CacheInUse, evaluateUpTo, type JobServices} from "./logitsAfter";
import type {ScoringCache} from "./scoringContext";
import {windowTokens} from "./windowTokens";

type FoundAlternatives = Omit<Alternatives, "top"> & {readonly top: readonly {id: number; logprob: number}[]};

/**
 * What the model expected at a position, in the context in which the token there was scored. Resolves with undefined where the job
 * is to end.
 */
export async function alternativesAt(
  cacheInUse: CacheInUse,
  {ids, position, window, top}: PositionTask,
  bos: number | null,
  {turn, signal}: JobServices
): Promise<FoundAlternatives | undefined> {
  const input = windowTokens(ids, bos, {...window, end: Math.min(window.end, ids.length)});
  const target = {id: ids[position] as number, at: position - window.start - (bos === null ? 1 : 0), top};
  for (;;) {
    const step = await turn.batch(async () => ({
      found: await evaluateTowards(await cacheInUse(), input, target, signal)
    }));
    if (step === undefined) return undefined;
    if (step.found !== undefined) return alternativesOf(step.found);
  }
}

interface Target {
  readonly id: number;
  /** The token of the input that predicts it. */
  readonly at: number;
  readonly top: number;
}

/** Evaluates the next batch on the way to a target. Resolves with the prediction there, if it was in that batch. */
async function evaluateTowards(
  cache: ScoringCache,
  input: Int32Array,
  {id, at, top}: Target,
  signal: AbortSignal
): Promise<Predictions | undefined> {
  // In a batch like that in which it was scored: in another one the same token may be rounded otherwise.
  const start = batchStart(at, cache);
  if (!(await evaluateUpTo(cache, input, start, signal))) return undefined;
  const tokens = input.subarray(start, start + cache.step);
  const batch = {tokens, targets: Int32Array.of(id), readFrom: at - start, top};
  const {predictions} = await cache.context.evaluate({...batch, filled: true}, signal);
  return await predictions;
}

function alternativesOf({logprobs, ranks, entropies, topIds, topLogprobs}: Predictions): FoundAlternatives {
  return {
    logprob: logprobs[0] as number,
    rank: ranks[0] as number,
    entropy: entropies[0] as number,
    top: Array.from(topIds, (id, place) => ({id, logprob: topLogprobs[place] as number})).filter(({id}) => id >= 0)
  };
}
