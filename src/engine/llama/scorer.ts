import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  LlamaContextSequence,
  Token
} from "node-llama-cpp";
import {type Alternatives, HumanError, type ScoreDetail, type Windowing} from "../api";
import type {RequestContext} from "../backend";
import type {Foreground} from "../foreground";
import {planWindows, type Window, windowOf} from "../windows";

/** Tokens evaluated between two looks at the clock: for cancelling, for progress, for letting a completion go first. */
export const scoringBatch = 128;

/**
 * Full detail hands the whole vocabulary's logits over for every token of a batch at the same time (16 bytes and a map
 * entry each); this many of them at once stay under some 100 MB.
 */
const detailedLogitsAtOnce = 1 << 20;

export interface ScoredTokens {
  readonly logprobs: Float64Array;
  readonly top1: Uint8Array;
  readonly detail: ScoreDetail | null;
}

/** Scores the tokens `ids` on an empty-able sequence. `bos` is in front of every window, or null. */
export async function scoreTokens(
  sequence: LlamaContextSequence,
  ids: Int32Array,
  bos: Token | null,
  windowing: Windowing,
  top: number,
  vocabularySize: number,
  foreground: Foreground,
  {signal, onProgress}: RequestContext
): Promise<ScoredTokens> {
  const count = ids.length;
  const logprobs = new Float64Array(count).fill(Number.NaN);
  const top1 = new Uint8Array(count);
  const detail = top > 0 ? emptyDetail(count, top) : null;
  const windows = [...planWindows(count, windowing)];
  const total = windows.reduce((sum, {start, end}) => sum + end - 1 - start + (bos === null ? 0 : 1), 0);
  let done = 0;
  const batchSize =
    detail === null
      ? scoringBatch
      : Math.max(1, Math.min(scoringBatch, Math.floor(detailedLogitsAtOnce / vocabularySize)));

  for (const window of windows) {
    await sequence.clearHistory();
    const input = contextTokens(ids, bos, window);
    // Input p predicts the token after it: `start + p` with BOS in front, else `start + p + 1`.
    const firstPredicted = window.start + (bos === null ? 1 : 0);
    for (let from = 0; from < input.length; from += batchSize) {
      await foreground.turn();
      signal.throwIfAborted();
      const batch = input.slice(from, from + batchSize);
      const outputs = await sequence.controlledEvaluate(
        batch.map((token, offset): ControlledEvaluateInputItem => {
          const target = firstPredicted + from + offset;
          if (target < window.scoreFrom) return token;
          return [token, {generateNext: detail === null ? scoreOf(ids[target] as Token) : wholeDistribution}];
        })
      );
      for (let offset = 0; offset < batch.length; offset++) {
        const target = firstPredicted + from + offset;
        if (target < window.scoreFrom) continue;
        const next = outputs[offset]?.next;
        if (detail === null) {
          const score = readScore(next, ids[target] as Token);
          logprobs[target] = score.logprob;
          top1[target] = score.first ? 1 : 0;
        } else {
          const score = readDistribution(next, ids[target] as Token, top);
          logprobs[target] = score.logprob;
          top1[target] = score.rank === 1 ? 1 : 0;
          detail.ranks[target] = score.rank;
          detail.entropies[target] = score.entropy;
          for (const [k, rival] of score.top.entries()) {
            detail.topIds[target * top + k] = rival.id;
            detail.topLogprobs[target * top + k] = rival.logprob;
          }
        }
      }
      done += batch.length;
      // Windows overlap: in tokens of the text, as people count it.
      onProgress({stage: "score", done: Math.floor((done / total) * count), total: count});
    }
  }
  return {logprobs, top1, detail};
}

/** What the model expected where token `position` stands, in the context in which it was scored. */
export async function alternativesAt(
  sequence: LlamaContextSequence,
  ids: Int32Array,
  position: number,
  bos: Token | null,
  windowing: Windowing,
  top: number,
  foreground: Foreground,
  signal: AbortSignal
): Promise<Omit<Alternatives, "top"> & {top: readonly {id: number; logprob: number}[]}> {
  const window = windowOf(position, windowing);
  if (window === undefined)
    throw new HumanError(
      "invalidRequest",
      "This token has no score, because it has no context: there is nothing to compare."
    );
  const input = contextTokens(ids, bos, {...window, end: position + 1});
  // All but the last may be in the KV cache already; the last has to run to give its prediction.
  await sequence.adaptStateToTokens(input.slice(0, -1), false);
  for (let from = sequence.nextTokenIndex; from < input.length - 1; from += scoringBatch) {
    await foreground.turn();
    signal.throwIfAborted();
    await sequence.controlledEvaluate(input.slice(from, Math.min(from + scoringBatch, input.length - 1)));
  }
  signal.throwIfAborted();
  const [output] = await sequence.controlledEvaluate([[input.at(-1) as Token, {generateNext: wholeDistribution}]]);
  return readDistribution(output?.next, ids[position] as Token, top);
}

/** What the model is given to score a window: the last token is only ever predicted. */
function contextTokens(ids: Int32Array, bos: Token | null, window: Window): Token[] {
  const tokens = Array.from(ids.subarray(window.start, window.end - 1)) as Token[];
  return bos === null ? tokens : [bos, ...tokens];
}

type GenerateNext = NonNullable<Exclude<ControlledEvaluateInputItem, Token>[1]["generateNext"]>;
type Next = ControlledEvaluateIndexOutput["next"];

const wholeDistribution: GenerateNext = {logits: true};

/**
 * Three numbers instead of a vocabulary: the token's logit, the greatest logit (the token selected at temperature 0)
 * and `Σ exp(logit - greatest)`. O(vocabulary), nothing is sorted.
 */
function scoreOf(target: Token): GenerateNext {
  return {totalLogitWeight: true, logits: {filter: {tokens: [target], includeSelected: true}}};
}

function readScore(next: Next | undefined, target: Token): {logprob: number; first: boolean} {
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

function emptyDetail(count: number, top: number): ScoreDetail {
  return {
    top,
    ranks: new Int32Array(count),
    entropies: new Float64Array(count).fill(Number.NaN),
    topIds: new Int32Array(count * top).fill(-1),
    topLogprobs: new Float64Array(count * top).fill(Number.NaN)
  };
}

function noNumbers(): HumanError {
  return new HumanError(
    "modelFailed",
    "The model answers with no numbers (NaN): its file is damaged, or its device computes wrongly. Choose another model or set tokenscope.gpu to off."
  );
}
