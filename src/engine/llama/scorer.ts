import * as l10n from "@vscode/l10n";
import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  LlamaContextSequence,
  Token
} from "node-llama-cpp";
import {EngineError} from "../../contract/errors";
import type {Alternatives, ScoreDetail} from "../../contract/scoring";
import type {Windowing} from "../../metrics/windowing";
import type {RequestContext} from "../backend";
import type {Foreground} from "../foreground";
import {Mutex} from "../mutex";
import {planWindows, type Window, windowOf} from "../scoringWindows";
import {needsAllPredictions} from "./modelHeader";
import {keepCommonStart, wholeBatches} from "./sequenceState";

/** What is to be scored. All positions are indices into `ids`. */
export interface Scoring {
  /** Tokens that are context only, then the text's. */
  readonly ids: Int32Array;
  /** In front of every window, or null. */
  readonly bos: Token | null;
  readonly windowing: Windowing;
  /** Scores begin here: what stands before is context, or known already. */
  readonly from: number;
  readonly vocabularySize: number;
}

/**
 * node-llama-cpp makes a sampler for every evaluation, with room for all candidates (12 bytes each) in native memory that V8
 * knows nothing of: it would see no reason to collect the dead ones. After so many bytes it is told to (--expose-gc).
 */
const deadSamplers = 32 << 20;

/** Scores of `ids`; what is not scored here is left as it is. */
export interface ScoredTokens {
  readonly logprobs: Float64Array;
  readonly top1: Uint8Array;
  readonly detail: ScoreDetail | null;
}

/**
 * Scores tokens window by window, on several sequences at once where there are several windows: while the scores of one
 * window's batch are read off its logits, which is work for a single core, another window's batch is evaluated. For that
 * the sequences have to be of different contexts.
 *
 * Every batch begins at a multiple of `batchSize` in its window, so that the same tokens are computed in the same batches
 * whatever was scored before, and get the same scores to the last bit; `from` has to be such a beginning ({@link batchStart}).
 *
 * Resolves with the position up to which all is scored, `ids.length` unless it was told to stop.
 */
export async function scoreTokens(
  sequences: readonly LlamaContextSequence[],
  {ids, bos, windowing, from, vocabularySize}: Scoring,
  scored: ScoredTokens,
  batchSize: number,
  foreground: Foreground,
  {signal, stop, onProgress}: Omit<RequestContext, "stop"> & {readonly stop?: {readonly aborted: boolean}}
): Promise<number> {
  const todo = [...planWindows(ids.length, windowing)].filter(({end}) => end > from);
  const total = todo.reduce((sum, {start, end}) => sum + end - start, 0);
  const windows = todo.values();
  /** One batch at a time, and a completion before the next: it waits for one batch, however many sequences there are. */
  const evaluating = new Mutex();
  let done = 0;
  let dead = 0;
  let failed = false;

  /** Scores windows as long as there are some. Resolves with the first position it left unscored. */
  const work = async (sequence: LlamaContextSequence): Promise<number> => {
    for (const window of windows) {
      const input = contextTokens(ids, bos, window);
      // Input p predicts the token after it: `start + p` with BOS in front, else `start + p + 1`.
      const firstPredicted = window.start + (bos === null ? 1 : 0);
      const scoreFrom = Math.max(window.scoreFrom, from);
      // What predicts nothing may be in the KV cache from the last time.
      const predictsNothing = input.slice(0, Math.max(0, scoreFrom - firstPredicted));
      const known = await keepCommonStart(sequence, predictsNothing, batchSize);
      done += known;
      for (let at = known; at < input.length; at += batchSize) {
        const batch = input.slice(at, at + batchSize);
        let read: Promise<void> | undefined;
        await evaluating.run(async () => {
          await foreground.turn();
          signal.throwIfAborted();
          if (stop?.aborted || failed) return;
          await new Promise<void>((evaluated) => {
            read = scoreBatch(sequence, batch, firstPredicted + at, scoreFrom, ids, scored, evaluated);
            read.then(evaluated, evaluated);
          });
        });
        if (read === undefined) return Math.max(scoreFrom, firstPredicted + at);
        await read;
        done += batch.length;
        dead += 12 * vocabularySize;
        if (dead > deadSamplers) {
          dead = 0;
          globalThis.gc?.();
        }
        // Windows overlap: in tokens of the text, as people count it.
        onProgress({stage: "score", done: from + Math.floor((done / total) * (ids.length - from)), total: ids.length});
      }
    }
    return ids.length;
  };

  const ends = await Promise.allSettled(
    sequences.map((sequence) =>
      work(sequence).catch((error: unknown) => {
        failed = true;
        throw error;
      })
    )
  );
  // Only now no sequence is in use any more.
  const reached = ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
  const unfinished = windows.next().value?.scoreFrom ?? ids.length;
  return Math.min(unfinished, ...reached);
}

/**
 * Evaluates a batch whose first token predicts position `predicted`, and keeps the scores from `scoreFrom` on. `evaluated`
 * is called as soon as only the reading is left.
 */
async function scoreBatch(
  sequence: LlamaContextSequence,
  batch: readonly Token[],
  predicted: number,
  scoreFrom: number,
  ids: Int32Array,
  {logprobs, top1, detail}: ScoredTokens,
  evaluated: () => void
): Promise<void> {
  let problem: unknown;
  const all = needsAllPredictions(sequence.model.fileInfo);
  const read = (target: number, next: Next): void => {
    if (target < scoreFrom) return;
    const id = ids[target] as Token;
    if (detail === null) {
      const score = readScore(next, id);
      logprobs[target] = score.logprob;
      top1[target] = score.first ? 1 : 0;
      return;
    }
    const {top} = detail;
    const score = readDistribution(next, id, top);
    logprobs[target] = score.logprob;
    top1[target] = score.rank === 1 ? 1 : 0;
    detail.ranks[target] = score.rank;
    detail.entropies[target] = score.entropy;
    for (const [k, rival] of score.top.entries()) {
      detail.topIds[target * top + k] = rival.id;
      detail.topLogprobs[target * top + k] = rival.logprob;
    }
    // The logits of a whole vocabulary for each token of a batch would be gigabytes.
    next.logits?.clear();
  };
  await sequence.controlledEvaluate(
    batch.map((token, offset): ControlledEvaluateInputItem => {
      const target = predicted + offset;
      if (target < scoreFrom && !all) return token;
      return [token, {generateNext: detail === null ? scoreOf(ids[target] as Token) : wholeDistribution}];
    }),
    {
      onTokenResult(offset, {next}) {
        evaluated();
        try {
          read(predicted + offset, next);
        } catch (error) {
          // node-llama-cpp would write it to the console and go on.
          problem ??= error;
        }
      }
    }
  );
  if (problem !== undefined) throw problem;
}

/** The beginning of the batch in which token `position` is scored; `position` itself where it gets no score. */
export function batchStart(position: number, windowing: Windowing, batchSize: number): number {
  const window = windowOf(position, windowing);
  if (window === undefined) return position;
  const firstPredicted = window.start + (windowing.bos ? 0 : 1);
  return Math.max(window.scoreFrom, firstPredicted + wholeBatches(position - firstPredicted, batchSize));
}

/** Runs a batch when its turn has come; what else is run in between may change the sequence. */
export type BatchTurn = <T>(batch: () => Promise<T>) => Promise<T>;

/** What the model expected where token `position` stands, in the context in which it was scored. */
export async function alternativesAt(
  sequenceInUse: () => Promise<LlamaContextSequence>,
  ids: Int32Array,
  position: number,
  bos: Token | null,
  windowing: Windowing,
  top: number,
  batchSize: number,
  turn: BatchTurn,
  signal: AbortSignal
): Promise<Omit<Alternatives, "top"> & {top: readonly {id: number; logprob: number}[]}> {
  const window = windowOf(position, windowing);
  if (window === undefined)
    throw new EngineError(
      "invalidRequest",
      l10n.t("This token has no score, because it has no context: there is nothing to compare.")
    );
  const input = contextTokens(ids, bos, {...window, end: Math.min(window.end, ids.length)});
  const target = position - window.start - (bos === null ? 1 : 0);
  // In the batch in which it was scored: in one of another size the same token may be rounded otherwise.
  const start = wholeBatches(target, batchSize);
  for (;;) {
    const output = await turn(async () => {
      signal.throwIfAborted();
      const sequence = await sequenceInUse();
      const known = await keepCommonStart(sequence, input.slice(0, start), batchSize);
      if (known < start) {
        await sequence.controlledEvaluate(input.slice(known, Math.min(known + batchSize, start)));
        return undefined;
      }
      const all = needsAllPredictions(sequence.model.fileInfo);
      const outputs = await sequence.controlledEvaluate(
        input.slice(start, start + batchSize).map((token, i): ControlledEvaluateInputItem => {
          if (start + i === target) return [token, {generateNext: wholeDistribution}];
          return all ? [token, {generateNext: {token: true}}] : token;
        })
      );
      return outputs[target - start];
    });
    if (output !== undefined) return readDistribution(output.next, ids[position] as Token, top);
  }
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

/** N unscored tokens, with `top` alternatives each where that is over 0. */
export function unscoredTokens(count: number, top: number): ScoredTokens {
  return {
    logprobs: new Float64Array(count).fill(Number.NaN),
    top1: new Uint8Array(count),
    detail: top > 0 ? emptyDetail(count, top) : null
  };
}

/** Copies the scores of the first `count` tokens. */
export function copyScores(source: ScoredTokens, target: ScoredTokens, count: number): void {
  target.logprobs.set(source.logprobs.subarray(0, count));
  target.top1.set(source.top1.subarray(0, count));
  if (source.detail === null || target.detail === null) return;
  const {ranks, entropies, topIds, topLogprobs, top} = source.detail;
  target.detail.ranks.set(ranks.subarray(0, count));
  target.detail.entropies.set(entropies.subarray(0, count));
  target.detail.topIds.set(topIds.subarray(0, count * top));
  target.detail.topLogprobs.set(topLogprobs.subarray(0, count * top));
}

/** The scores of the tokens from `start` on, as copies. */
export function tokensFrom({logprobs, top1, detail}: ScoredTokens, start: number): ScoredTokens {
  return {
    logprobs: logprobs.slice(start),
    top1: top1.slice(start),
    detail: detail && {
      top: detail.top,
      ranks: detail.ranks.slice(start),
      entropies: detail.entropies.slice(start),
      topIds: detail.topIds.slice(start * detail.top),
      topLogprobs: detail.topLogprobs.slice(start * detail.top)
    }
  };
}

/** Makes the tokens from `start` on unscored. */
export function unscore({logprobs, top1, detail}: ScoredTokens, start: number): void {
  const empty = unscoredTokens(logprobs.length - start, detail?.top ?? 0);
  logprobs.set(empty.logprobs, start);
  top1.set(empty.top1, start);
  if (detail === null || empty.detail === null) return;
  detail.ranks.set(empty.detail.ranks, start);
  detail.entropies.set(empty.detail.entropies, start);
  detail.topIds.set(empty.detail.topIds, start * detail.top);
  detail.topLogprobs.set(empty.detail.topLogprobs, start * detail.top);
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

/** The weights are damaged, or the device is: no number that is shown comes of it. */
export function noNumbers(): EngineError {
  return new EngineError(
    "wrongNumbers",
    l10n.t(
      "The model answers with no numbers (NaN): its file is damaged, or its device computes wrongly. Choose another model or set tokenscope.gpu to off."
    )
  );
}
