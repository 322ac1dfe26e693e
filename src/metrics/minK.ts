/** K of Min-K% (Shi et al. 2023). */
export const minKPercent = 20;

/**
 * Min-K%: the mean logprob of the most surprising {@link minKPercent} % of tokens, at least one; null where there are none.
 * Sorts the surprisals in place.
 */
export function minKOf(surprisals: Float64Array): number | null {
  const n = surprisals.length;
  // Whole numbers until the division, so that 20 % of 15 is 3 and not a little more.
  const count = Math.ceil((n * minKPercent) / 100);
  let sum = 0;
  for (const v of surprisals.sort().subarray(n - count)) sum -= v;
  return count === 0 ? null : sum / count;
}
