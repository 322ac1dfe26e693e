import type {ControlledEvaluateIndexOutput, ControlledEvaluateInputItem, Token} from "node-llama-cpp";
import {firstChoice, type Predictions} from "./evaluator";
import {noNumbers} from "./noNumbers";
import {setMasses} from "./predictions";

type GenerateNext = NonNullable<Exclude<ControlledEvaluateInputItem, Token>[1]["generateNext"]>;
type Next = ControlledEvaluateIndexOutput["next"];

interface Candidate {
  readonly id: number;
  readonly logprob: number;
}

/** What is read of one prediction: one of {@link Predictions}, whose units and unknown values it has. */
interface Prediction {
  readonly logprob: number;
  readonly rank: number;
  readonly entropy: number;
  /** Best first, equal ones by id. */
  readonly top: readonly Candidate[];
}

/**
 * The cheapest that can be asked of node-llama-cpp for a prediction: it makes a JavaScript number of each logit that it returns.
 * Where one alternative is enough, a whole vocabulary is not: at temperature 0 the selected token is the greatest, and the total
 * weight is `Σ exp(logit - greatest)`, O(vocabulary), nothing is sorted.
 */
export function requestFor(target: number, top: number, rows = false): GenerateNext {
  if (top > 1 || rows) return {logits: true};
  if (target === firstChoice) return {token: true, totalLogitWeight: true};
  return {totalLogitWeight: true, logits: {filter: {tokens: [target as Token], includeSelected: true}}};
}

/** What is read of predictions. */
interface Reading {
  /** An id, or {@link firstChoice}. */
  readonly target: number;
  readonly top: number;
  /** One of a batch's sets of tokens. */
  readonly set?: Uint32Array | undefined;
}

/**
 * Writes the answer to {@link requestFor} to place `at`. Throws EngineError ("wrongNumbers") where a number is missing or NaN:
 * some token is selected all the same.
 */
export function readPrediction(predictions: Predictions, at: number, next: Next, reading: Reading): void {
  const {target, top, set} = reading;
  const {logits} = predictions;
  const read =
    top > 1 || logits !== undefined || set !== undefined
      ? readDistribution
      : target === firstChoice
        ? readSelected
        : readScore;
  const {logprob, rank, entropy, top: best} = read(next, target, top);
  if (Number.isNaN(logprob)) throw noNumbers();
  predictions.logprobs[at] = logprob;
  predictions.ranks[at] = rank;
  predictions.entropies[at] = entropy;
  for (const [k, candidate] of best.entries()) {
    predictions.topIds[at * top + k] = candidate.id;
    predictions.topLogprobs[at * top + k] = candidate.logprob;
  }
  if (logits !== undefined) readRow(logits.subarray(at * size(predictions), (at + 1) * size(predictions)), next);
  if (set !== undefined) {
    const row = new Float32Array(next.logits?.size ?? 0);
    readRow(row, next);
    setMasses(predictions, at, row, set);
  }
}

/** The vocabulary's size. */
function size({logits, logprobs}: Predictions): number {
  return (logits?.length ?? 0) / logprobs.length;
}

function readRow(row: Float32Array, {logits}: Next): void {
  row.fill(Number.NaN);
  for (const [id, logit] of logits ?? []) row[id] = logit;
  if (row.some(Number.isNaN)) throw noNumbers();
}

function readSelected({token, totalLogitWeight}: Next): Prediction {
  if (token === undefined || token === null || totalLogitWeight === undefined) throw noNumbers();
  // The greatest: ln p = 0 - ln Σ exp(logit - greatest).
  const logprob = -Math.log(totalLogitWeight);
  return {logprob, rank: 1, entropy: Number.NaN, top: [{id: token, logprob}]};
}

function readScore({logits, totalLogitWeight}: Next, target: number): Prediction {
  const own = logits?.get(target as Token);
  if (logits === undefined || own === undefined || totalLogitWeight === undefined) throw noNumbers();
  const [best] = bestOf(logits, 1);
  if (best === undefined) throw noNumbers();
  const [id, greatest] = best;
  // Max-subtracted log-softmax: ln p = (logit - max) - ln Σ exp(logit - max).
  const logZ = Math.log(totalLogitWeight);
  return {
    logprob: own - greatest - logZ,
    rank: own === greatest ? 1 : 0,
    entropy: Number.NaN,
    top: [{id, logprob: -logZ}]
  };
}

/** Summed in double precision. */
function readDistribution({logits}: Next, target: number, top: number): Prediction {
  if (logits === undefined) throw noNumbers();
  const best = bestOf(logits, top);
  const greatest = best[0]?.[1];
  const own = target === firstChoice ? greatest : logits.get(target as Token);
  if (greatest === undefined || own === undefined) throw noNumbers();
  let rank = 1;
  let weight = 0;
  let moment = 0;
  // H = -Σ p ln p = ln Z - Σ e^d d / Z with d = logit - max, Z = Σ e^d.
  for (const logit of logits.values()) {
    if (logit > own) rank++;
    const difference = logit - greatest;
    const term = Math.exp(difference);
    weight += term;
    if (term > 0) moment += term * difference;
  }
  const logZ = Math.log(weight);
  return {
    logprob: own - greatest - logZ,
    rank,
    entropy: logZ - moment / weight,
    top: best.map(([id, logit]) => ({id, logprob: logit - greatest - logZ}))
  };
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
