import * as l10n from "@vscode/l10n";
import type {ControlledEvaluateIndexOutput, ControlledEvaluateInputItem, Token} from "node-llama-cpp";
import {EngineError} from "../../contract/errors";

export type GenerateNext = NonNullable<Exclude<ControlledEvaluateInputItem, Token>[1]["generateNext"]>;
export type Next = ControlledEvaluateIndexOutput["next"];

export const wholeDistribution: GenerateNext = {logits: true};

/**
 * Three numbers instead of a vocabulary: the token's logit, the greatest logit (the token selected at temperature 0)
 * and `Σ exp(logit - greatest)`. O(vocabulary), nothing is sorted.
 */
export function scoreOf(target: Token): GenerateNext {
  return {totalLogitWeight: true, logits: {filter: {tokens: [target], includeSelected: true}}};
}

export function readScore(next: Next | undefined, target: Token): {logprob: number; first: boolean} {
  const own = next?.logits?.get(target);
  let greatest = Number.NEGATIVE_INFINITY;
  for (const logit of next?.logits?.values() ?? []) if (logit > greatest) greatest = logit;
  if (own === undefined || next?.totalLogitWeight === undefined) throw noNumbers();
  // Max-subtracted log-softmax: ln p = (logit - max) - ln Σ exp(logit - max).
  const logprob = own - greatest - Math.log(next.totalLogitWeight);
  if (Number.isNaN(logprob)) throw noNumbers();
  return {logprob, first: own === greatest};
}

/**
 * Logprob, rank (1 + the number of greater logits), entropy (nats) and the `top` best of a whole distribution, summed in
 * double precision.
 */
export function readDistribution(
  next: Next | undefined,
  target: Token,
  top: number
): {logprob: number; rank: number; entropy: number; top: {id: number; logprob: number}[]} {
  const logits = next?.logits;
  const own = logits?.get(target);
  if (logits === undefined || own === undefined) throw noNumbers();
  let greatest = Number.NEGATIVE_INFINITY;
  let rank = 1;
  for (const logit of logits.values()) {
    if (logit > greatest) greatest = logit;
    if (logit > own) rank++;
  }
  let weight = 0;
  let moment = 0;
  // H = -Σ p ln p = ln Z - Σ e^d d / Z with d = logit - max, Z = Σ e^d.
  for (const logit of logits.values()) {
    const difference = logit - greatest;
    const term = Math.exp(difference);
    weight += term;
    if (term > 0) moment += term * difference;
  }
  const logZ = Math.log(weight);
  if (Number.isNaN(logZ)) throw noNumbers();
  const best = bestOf(logits, top).map(([id, logit]) => ({id: id as number, logprob: logit - greatest - logZ}));
  return {logprob: own - greatest - logZ, rank, entropy: logZ - moment / weight, top: best};
}

/** The `count` greatest entries, greatest first; equal ones by id. */
function bestOf(logits: ReadonlyMap<Token, number>, count: number): [Token, number][] {
  const best: [Token, number][] = [];
  for (const entry of logits) {
    const last = best[count - 1];
    if (last !== undefined && !precedes(entry, last)) continue;
    let at = best.length;
    while (at > 0 && precedes(entry, best[at - 1] as [Token, number])) at--;
    best.splice(at, 0, entry);
    if (best.length > count) best.pop();
  }
  return best;
}

function precedes(a: [Token, number], b: [Token, number]): boolean {
  return a[1] > b[1] || (a[1] === b[1] && a[0] < b[0]);
}

/** The weights are damaged, or the device is: no number that is shown comes of it. */
export function noNumbers(): EngineError {
  return new EngineError(
    "wrongNumbers",
    l10n.t(
      "The model answers with no numbers (NaN): its file is damaged, or its device computes wrongly. Choose another model or set tokenscope.gpu to off."
    )
  );
}
