import {coverage} from "./coverage";
import {type KeysOf, metricValues} from "./metrics";
import {minKOf} from "./minK";
import {addSums, type ScoreSums, squaredDeviations, type TokenScores, TokenSums} from "./scoreSums";

/** The sums of scored tokens, of one text or several, and every metric that follows from them (metrics.ts). */
export interface Measures extends ScoreSums, Readonly<Record<KeysOf<{scope: "corpus"}>, number | null>> {
  /** N - n. */
  readonly unscored: number;
}

/** The sums of one text, and what does not add up over texts. */
export interface TextSums extends ScoreSums {
  /** Mean logprob, nats, of the least likely of S (minK.ts). */
  readonly minK: number | null;
  /** Tokens up to and including the last scored one. */
  readonly reached: number;
}

/** {@link Measures} of one text. */
export interface Summary extends Measures, TextSums, Readonly<Record<KeysOf<{scope: "text"}>, number | null>> {}

/** {@link Measures} of several texts together, as if their scored tokens were one text's. */
export interface CorpusSummary extends Measures {
  readonly texts: number;
}

/**
 * The metrics of a text (docs/metrics.md, "A text").
 *
 * The variance is taken about the mean in a second pass: the definition's formula, without its cancellation where all v are
 * alike.
 *
 * @throws RangeError where the arrays' lengths differ or `ends` don't tile the text.
 */
export function summarize(text: string, scores: TokenScores & {readonly top1: Uint8Array}): Summary {
  const {logprobs, top1, ends, detail} = scores;
  const tokens = logprobs.length;
  const ranks = detail?.ranks;
  if (top1.length !== tokens || (ends && ends.length !== tokens) || (ranks && ranks.length !== tokens)) {
    throw new RangeError(`${tokens} logprobs, ${top1.length} top-1 flags, ${ends?.length ?? "no"} ends`);
  }

  const running = new TokenSums(scores);
  for (let token = 0; token < tokens; token++) running.add(token);
  const {sums} = running;
  const surprisals = new Float64Array(sums.scored);
  let count = 0;
  let reached = 0;
  for (const [token, logprob] of logprobs.entries()) {
    if (Number.isNaN(logprob)) continue;
    surprisals[count++] = -logprob;
    reached = token + 1;
  }
  return summaryOf({
    ...sums,
    ...coverage(text, scores, sums),
    squaredDeviations: squaredDeviations(surprisals, sums.nats / sums.scored),
    minK: minKOf(surprisals),
    reached
  });
}

/** A text's sums with all that follows from them. */
export function summaryOf(sums: TextSums): Summary {
  return {...sums, unscored: sums.tokens - sums.scored, ...metricValues(sums, ["corpus", "text"])};
}

/**
 * Several texts as one: every metric over all their scored tokens. Perplexity is `exp(ΣΣ v / Σ n)`, which is not the mean
 * of the texts' perplexities.
 */
export function corpusSummary(texts: readonly ScoreSums[]): CorpusSummary {
  const sums = addSums(texts);
  return {
    texts: texts.length,
    ...sums,
    unscored: sums.tokens - sums.scored,
    ...metricValues(sums, ["corpus"])
  };
}
