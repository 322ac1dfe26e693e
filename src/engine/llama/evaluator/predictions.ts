import {constrainedPosition} from "../../../grammar/constrained";
import {TokenSet} from "../../../grammar/tokenSet";
import type {Batch, Predictions, SetMasses} from "./evaluator";

/** M predictions of which nothing is known yet, with `top` alternatives each. `sets`: as the batch has them. */
export function unknownPredictions(count: number, top: number, sets?: Batch["sets"]): Predictions {
  return {
    ...(sets && {masses: unknownMasses(count)}),
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
  if (part.masses === undefined) return;
  whole.masses?.cutOff.set(part.masses.cutOff, first);
  whole.masses?.decided.set(part.masses.decided, first);
}

/** Writes what a set of tokens does to a row of logits. */
export function setMasses({masses}: Predictions, row: number, logits: Float32Array, bits: Uint32Array): void {
  if (masses === undefined) return;
  const {cutOff, decided} = constrainedPosition(logits, new TokenSet(logits.length, bits));
  masses.cutOff[row] = cutOff;
  masses.decided[row] = decided;
}

function unknownMasses(count: number): SetMasses {
  return {cutOff: new Float64Array(count).fill(Number.NaN), decided: new Float64Array(count).fill(Number.NaN)};
}
