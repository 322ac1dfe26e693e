/** The model's confidence in the tokens it chose, as probabilities from 0 to 1. */
export interface Confidence {
  /** The probability of exactly this text: the product of the tokens' probabilities. */
  readonly whole: number;
  /** The geometric mean of the tokens' probabilities: 1 / perplexity. */
  readonly mean: number;
  /** The smallest of the tokens' probabilities. */
  readonly weakest: number;
}

/** The confidence in tokens with these natural logprobs; null without tokens. */
export function confidenceOf(logprobs: ArrayLike<number>): Confidence | null {
  if (logprobs.length === 0) return null;
  let sum = 0;
  let weakest = 0;
  for (let i = 0; i < logprobs.length; i++) {
    const logprob = logprobs[i] as number;
    sum += logprob;
    weakest = Math.min(weakest, logprob);
  }
  return {whole: Math.exp(sum), mean: Math.exp(sum / logprobs.length), weakest: Math.exp(weakest)};
}

/**
 * How many tokens, from the first on, have a joint probability of at least `minProbability`. Later tokens don't change
 * the number, so generation can end there. Of seven kinds of threshold this one showed the most correct text
 * (bench/README.md).
 */
export function sureTokens(logprobs: ArrayLike<number>, minProbability: number): number {
  if (minProbability <= 0) return logprobs.length;
  const floor = Math.log(minProbability);
  let sum = 0;
  for (let i = 0; i < logprobs.length; i++) {
    sum += logprobs[i] as number;
    if (sum < floor) return i;
  }
  return logprobs.length;
}

/** The text without a word at its end that the rejected token `next` would continue: half a word is of no use. */
export function withoutHalfWord(text: string, next: string): string {
  return /^[\p{L}\p{N}_]/u.test(next) ? text.replace(/[\p{L}\p{N}_]+$/u, "") : text;
}
