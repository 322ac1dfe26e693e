import type {Predictions} from "./evaluator";

/** M predictions of which nothing is known yet, with `top` alternatives each. */
export function unknownPredictions(count: number, top: number): Predictions {
  return {
    logprobs: new Float64Array(count).fill(Number.NaN),
    ranks: new Int32Array(count),
    entropies: new Float64Array(count).fill(Number.NaN),
    topIds: new Int32Array(count * top).fill(-1),
    topLogprobs: new Float64Array(count * top).fill(Number.NaN)
  };
}

/** Writes predictions into others of the same `top`, from place `first` on. */
export function setPredictions(whole: Predictions, first: number, part: Predictions, top: number): void {
  whole.logprobs.set(part.logprobs, first);
  whole.ranks.set(part.ranks, first);
  whole.entropies.set(part.entropies, first);
  whole.topIds.set(part.topIds, first * top);
  whole.topLogprobs.set(part.topLogprobs, first * top);
}
