/** How sure a model was of tokens that it chose: probabilities, 0 to 1. */
export interface Confidence {
  /** The geometric mean of the tokens' probabilities, exp of the mean logprob: 1 / perplexity of what it wrote itself. */
  readonly mean: number;
  /** The least sure of them. */
  readonly weakest: number;
}

/** Of tokens with these natural logprobs; null for none. */
export function confidenceOf(logprobs: ArrayLike<number>): Confidence | null {
  if (logprobs.length === 0) return null;
  let sum = 0;
  let least = 0;
  for (let i = 0; i < logprobs.length; i++) {
    const logprob = logprobs[i] as number;
    sum += logprob;
    least = Math.min(least, logprob);
  }
  return {mean: Math.exp(sum / logprobs.length), weakest: Math.exp(least)};
}

/**
 * How many tokens from the start on the model is sure of: those before the first at which the geometric mean of all
 * probabilities up to it falls under `least`. That never changes by what comes later, so generation can end there.
 */
export function sureTokens(logprobs: ArrayLike<number>, least: number): number {
  if (least <= 0) return logprobs.length;
  const floor = Math.log(least);
  let sum = 0;
  for (let i = 0; i < logprobs.length; i++) {
    sum += logprobs[i] as number;
    if (sum < floor * (i + 1)) return i;
  }
  return logprobs.length;
}
