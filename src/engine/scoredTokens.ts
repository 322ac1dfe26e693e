import type {ScoreDetail} from "../contract/scoring";

/** Scores of N tokens; NaN, 0 and -1 where a token is unscored. */
export interface ScoredTokens {
  readonly logprobs: Float64Array;
  readonly top1: Uint8Array;
  readonly detail: ScoreDetail | null;
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

/** The same scores with the best `top` alternatives of those that there are; 0 leaves out all detail. */
export function withTop(scored: ScoredTokens, top: number): ScoredTokens {
  const {detail} = scored;
  if (detail === null || detail.top === top) return scored;
  if (top === 0) return {...scored, detail: null};
  const {topIds, topLogprobs} = emptyDetail(detail.ranks.length, top);
  for (let token = 0; token < detail.ranks.length; token++) {
    const from = token * detail.top;
    topIds.set(detail.topIds.subarray(from, from + top), token * top);
    topLogprobs.set(detail.topLogprobs.subarray(from, from + top), token * top);
  }
  return {...scored, detail: {...detail, top, topIds, topLogprobs}};
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
