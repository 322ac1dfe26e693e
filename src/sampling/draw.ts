import type {SampledDistribution} from "./distribution";
import {Random} from "./random";

/** Draws a token with one random number. */
export function draw({ids, probabilities}: SampledDistribution, random: Random): number {
  const fraction = random.fraction();
  let sum = 0;
  let last = 0;
  for (let i = 0; i < ids.length; i++) {
    const probability = probabilities[i] as number;
    if (probability === 0) continue;
    sum += probability;
    last = i;
    if (fraction < sum) break;
  }
  // Rounding may leave the sum a little below 1.
  return ids[last] as number;
}

/** Draws many tokens from one distribution: the same ones as {@link draw}, sooner. */
export class Draws {
  private readonly random: Random;
  private readonly sums: Float64Array;
  private readonly last: number;

  constructor(
    private readonly distribution: SampledDistribution,
    seed: number
  ) {
    this.random = Random.ofSeed(seed);
    const {probabilities} = distribution;
    this.sums = new Float64Array(probabilities.length);
    let sum = 0;
    let last = 0;
    for (let i = 0; i < probabilities.length; i++) {
      const probability = probabilities[i] as number;
      sum += probability;
      this.sums[i] = sum;
      if (probability > 0) last = i;
    }
    this.last = last;
  }

  next(): number {
    const fraction = this.random.fraction();
    let low = 0;
    let high = this.last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (fraction < (this.sums[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return this.distribution.ids[low] as number;
  }

  /** How often each token was drawn in so many draws; those that were drawn. */
  counts(count: number): Map<number, number> {
    const counts = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const id = this.next();
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }
}
