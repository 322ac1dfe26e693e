import type {Candidates} from "./candidates";
import {firstReaching} from "./ordering";

/*
 * The samplers that take tokens away, as llama.cpp's llama-sampler.cpp has them, in double precision. One token is always left
 * (min_keep is 0 or 1 there; both mean the same).
 */

export function topK(candidates: Candidates, k: number): void {
  if (k <= 0 || k >= candidates.count) return;
  candidates.orderFirst(k);
  candidates.truncate(k);
}

/** The token with which the sum reaches `p` is the last one that is left. */
export function topP(candidates: Candidates, p: number): void {
  if (p >= 1) return;
  const {max, sum} = candidates.softmax;
  const {logits} = candidates;
  candidates.keepReaching({
    share: (place) => Math.exp((logits[place] as number) - max) / sum,
    reaches: (cumulated) => cumulated >= p
  });
}

/** A token with exactly this share of the first choice's probability is left. */
export function minP(candidates: Candidates, p: number): void {
  if (p <= 0) return;
  // Above 1, not even the first choice reaches it.
  if (p > 1) {
    keepBest(candidates);
    return;
  }
  const {logits} = candidates;
  const least = (logits[candidates.best()] as number) + Math.log(p);
  candidates.filter((place) => (logits[place] as number) >= least);
}

export function keepBest(candidates: Candidates): void {
  const best = candidates.best();
  candidates.filter((place) => place === best);
}

/** The token with which the sum exceeds `p` is the last one that is left. */
export function typicalP(candidates: Candidates, p: number): void {
  if (p >= 1) return;
  // So that places are in the order of ids.
  candidates.orderById();
  const {count, logits} = candidates;
  const {max, sum, entropy} = candidates.softmax;
  const logSum = Math.log(sum);
  const places = new Int32Array(count);
  const closeness = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    places[i] = i;
    closeness[i] = -Math.abs(max - (logits[i] as number) + logSum - entropy);
  }
  const {kept} = firstReaching({keys: closeness, labels: places}, count, {
    share: (i) => Math.exp((logits[places[i] as number] as number) - max) / sum,
    reaches: (cumulated) => cumulated > p
  });
  const left = new Uint8Array(count);
  for (let i = 0; i < kept; i++) left[places[i] as number] = 1;
  candidates.filter((place) => left[place] === 1);
}

/** Whether XTC can take something away at all. */
export function xtcIsOn({probability, threshold}: {readonly probability: number; readonly threshold: number}): boolean {
  return probability > 0 && threshold <= 0.5;
}

/** XTC where it acts: of those with at least the threshold, only the last one in order is left. */
export function excludeTopChoices(candidates: Candidates, threshold: number): void {
  const {ids, logits, count} = candidates;
  const {max, sum} = candidates.softmax;
  const reaches = (place: number) => Math.exp((logits[place] as number) - max) / sum >= threshold;
  let last = -1;
  let above = 0;
  for (let i = 0; i < count; i++) {
    if (!reaches(i)) continue;
    above++;
    if (last < 0 || isBehind(i, last)) last = i;
  }
  if (above < 2) return;
  const [lastLogit, lastId] = [logits[last] as number, ids[last] as number];
  candidates.filter((place) => {
    const logit = logits[place] as number;
    return logit < lastLogit || (logit === lastLogit && (ids[place] as number) >= lastId);
  });

  function isBehind(a: number, b: number): boolean {
    const [one, other] = [logits[a] as number, logits[b] as number];
    return one < other || (one === other && (ids[a] as number) > (ids[b] as number));
  }
}
