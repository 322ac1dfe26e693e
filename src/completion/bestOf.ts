import {editSimilarity} from "../text/editDistance";
import {toLineFeeds} from "./lines";

/** One completion that a model has written at the cursor. */
export interface WrittenCompletion {
  /** As it would be inserted; "" where nothing is left of it. */
  readonly text: string;
  /** Natural logprobs of the tokens that the text comes from. */
  readonly logprobs: ArrayLike<number>;
}

/** What one or several samples have come to. */
export interface Candidate {
  readonly text: string;
  /** Samples with exactly this text. */
  readonly count: number;
  readonly tokens: number;
  /** Sum of the tokens' logprobs, nats. Of samples with one text but other tokens, the most probable. */
  readonly total: number;
  /** Mean logprob of a token, nats. */
  readonly mean: number;
  /** Mean edit similarity with each of the other samples, 0 to 1; null for a single sample. */
  readonly agreement: number | null;
}

/** What candidates are ranked by: mean logprob of a token, total logprob, or agreement with the other samples. */
export const rankings = ["mean", "total", "agreement"] as const;

export type Ranking = (typeof rankings)[number];

/** The different texts among the samples, in the order in which they came. Empty ones are dropped. */
export function candidates(samples: readonly WrittenCompletion[]): readonly Candidate[] {
  const groups = new Map<string, Omit<Candidate, "agreement">>();
  for (const {text, logprobs} of samples) {
    const tokens = logprobs.length;
    if (text === "" || tokens === 0) continue;
    let total = 0;
    for (let i = 0; i < tokens; i++) total += logprobs[i] ?? 0;
    const known = groups.get(text);
    const count = (known?.count ?? 0) + 1;
    const best = known !== undefined && known.total >= total ? known : {text, tokens, total, mean: total / tokens};
    groups.set(text, {...best, count});
  }
  const distinct = [...groups.values()];
  return distinct.map((one) => ({...one, agreement: agreement(one, distinct)}));
}

/** Candidates, the best first. What is equal in the ranking goes by the mean logprob, and then by what came first. */
export function ranked(all: readonly Candidate[], by: Ranking): readonly Candidate[] {
  const value = (one: Candidate): number => one[by] ?? 0;
  return all.toSorted((a, b) => value(b) - value(a) || b.mean - a.mean);
}

/**
 * How many of a sample's first tokens its shown text comes from: a cut end does not count. All of them where the text was changed
 * otherwise, as by another indentation.
 *
 * @param texts The tokens' texts.
 */
export function tokensOfShown(texts: readonly string[], shown: string): number {
  const text = toLineFeeds(shown);
  const at = texts.join("").indexOf(text);
  if (at < 0) return texts.length;
  let length = 0;
  const last = texts.findIndex((token) => {
    length += token.length;
    return length >= at + text.length;
  });
  return last < 0 ? texts.length : last + 1;
}

function agreement(
  {text, count}: Pick<Candidate, "text" | "count">,
  all: readonly Pick<Candidate, "text" | "count">[]
): number | null {
  const samples = all.reduce((sum, one) => sum + one.count, 0);
  if (samples < 2) return null;
  // The other samples with this very text agree wholly.
  let sum = count - 1;
  for (const other of all) if (other.text !== text) sum += other.count * editSimilarity(text, other.text);
  return sum / (samples - 1);
}
