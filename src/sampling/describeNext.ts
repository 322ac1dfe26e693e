import {Candidates} from "./candidates";
import type {SampledDistribution} from "./distribution";
import {Draws} from "./draw";
import type {SamplerName, SamplerStage} from "./settings";

/** A token of {@link NextDescription}, without its text. */
export interface DescribedToken {
  readonly id: number;
  /** In the model's own distribution. */
  readonly logprob: number;
  readonly after: number;
  readonly cutBy?: SamplerName;
  readonly drawn?: number;
}

/** What NextDistribution says of a distribution, but for the texts. */
export interface NextDescription {
  readonly entropy: number;
  readonly top: readonly DescribedToken[];
  readonly rest: {
    readonly tokens: number;
    readonly probability: number;
    readonly after: number;
    readonly drawn?: number;
  };
  readonly stages: readonly SamplerStage[];
  readonly after: {readonly candidates: number; readonly entropy: number};
}

export interface DescribeOptions {
  /** So many of the most probable tokens one by one. */
  readonly top: number;
  readonly draws?: {readonly count: number; readonly seed: number};
}

/** @param logits Those that the distribution was made of. */
export function describeNext(
  logits: Float32Array,
  distribution: SampledDistribution,
  {top, draws}: DescribeOptions
): NextDescription {
  const {raw, stages, ids, probabilities} = distribution;
  const best = Candidates.of(logits);
  best.orderFirst(top);
  const shown = best.ids.slice(0, Math.min(top, best.count));
  const counts = draws && new Draws(distribution, draws.seed).counts(draws.count);
  const tokens = Array.from(shown, (id): DescribedToken => {
    const cutBy = distribution.cutBy(id);
    return {
      id,
      logprob: (logits[id] as number) - raw.logSum,
      after: distribution.after(id),
      ...(cutBy !== undefined && {cutBy}),
      ...(counts && {drawn: counts.get(id) ?? 0})
    };
  });
  const isShown = new Uint8Array(logits.length);
  for (const id of shown) isShown[id] = 1;
  let probability = 0;
  for (let i = shown.length; i < best.count; i++) probability += Math.exp((best.logits[i] as number) - raw.logSum);
  let after = 0;
  for (let i = 0; i < ids.length; i++) if (isShown[ids[i] as number] === 0) after += probabilities[i] as number;
  return {
    entropy: raw.entropy,
    top: tokens,
    rest: {
      tokens: logits.length - shown.length,
      probability,
      after,
      ...(counts && draws && {drawn: draws.count - tokens.reduce((sum, {drawn}) => sum + (drawn ?? 0), 0)})
    },
    stages,
    after: {candidates: ids.length, entropy: distribution.entropy}
  };
}
