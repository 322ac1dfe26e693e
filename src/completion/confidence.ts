/** How sure a model was of tokens that it chose: probabilities, 0 to 1. */
export interface Confidence {
  /** All of them together: how probable the model holds exactly this text, the product of the tokens' probabilities. */
  readonly whole: number;
  /** The geometric mean of the tokens' probabilities, exp of the mean logprob: 1 / perplexity of what it wrote itself. */
  readonly mean: number;
  /** The minProbability sure of them. */
  readonly weakest: number;
}

/** Of tokens with these natural logprobs; null for none. */
export function confidenceOf(logprobs: ArrayLike<number>): Confidence | null {
  if (logprobs.length === 0) return null;
  let sum = 0;
  let minProbability = 0;
  for (let i = 0; i < logprobs.length; i++) {
    const logprob = logprobs[i] as number;
    sum += logprob;
    minProbability = Math.min(minProbability, logprob);
  }
  return {whole: Math.exp(sum), mean: Math.exp(sum / logprobs.length), weakest: Math.exp(minProbability)};
}

/**
 * How many tokens from the start on the model is sure of: as many as it holds to be right together with a probability of
 * `minProbability` or more. That never changes by what comes later, so generation can end there. Of seven ways to set a threshold
 * this one showed the most that was right (bench/README.md).
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

/**
 * The text of tokens that a model was sure of, when `next` would have come and it was not sure of that: without a word at
 * its end that `next` goes on with. Half a word is nothing that anyone would write.
 */
export function withoutHalfWord(text: string, next: string): string {
  return /^[\p{L}\p{N}_]/u.test(next) ? text.replace(/[\p{L}\p{N}_]+$/u, "") : text;
}
