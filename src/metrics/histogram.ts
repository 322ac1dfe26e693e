import type {ColouredNumbers} from "./colourScale";

/** How many scored tokens have which values. */
export interface Histogram {
  readonly bins: readonly Bin[];
  /** Tokens in all bins. */
  readonly total: number;
  /** The bin of a token; -1 if its value is not known. */
  readonly binOf: (token: number) => number;
}

export interface Bin {
  /** The lowest value in the bin. */
  readonly from: number;
  /** The highest rank in it; of other values, where the next bin begins. Infinity if it has no end. */
  readonly to: number;
  readonly count: number;
}

/** The bounds of GLTR's buckets (arXiv 1906.04043): ranks up to 10, 100 and 1000, and beyond. */
export const gltrBounds = [10, 100, 1000] as const;

/** The GLTR bucket of a rank, 0 to 3. */
export function gltrBucket(rank: number): number {
  return gltrBounds.filter((bound) => rank > bound).length;
}

/** Ranks in steps of 1, 2, 5, 10 …, which GLTR's buckets consist of. At least its first bucket; ends with the highest rank's step. */
export function rankHistogram({logprobs, ranks}: ColouredNumbers): Histogram | null {
  if (ranks === null) return null;
  const known = (token: number) => (Number.isNaN(logprobs[token] ?? Number.NaN) ? 0 : (ranks[token] ?? 0));
  let highest = gltrBounds[0] as number;
  for (let token = 0; token < ranks.length; token++) highest = Math.max(highest, known(token));
  const ends = [1];
  while ((ends.at(-1) ?? 0) < highest) ends.push((ends.at(-1) ?? 0) * (String(ends.at(-1)).startsWith("2") ? 2.5 : 2));
  const starts = ends.map((_, bin) => (ends[bin - 1] ?? 0) + 1);
  return histogram(
    logprobs.length,
    starts,
    (bin) => ends[bin] ?? 0,
    (token) => known(token) || Number.NaN
  );
}

/** Probabilities in ten equal steps; 1 belongs to the last one. */
export function probabilityHistogram({logprobs}: ColouredNumbers): Histogram {
  const starts = Array.from({length: 10}, (_, bin) => bin / 10);
  return histogram(
    logprobs.length,
    starts,
    (bin) => (bin + 1) / 10,
    (token) => Math.exp(logprobs[token] ?? Number.NaN)
  );
}

/** From here on, all surprisals are in one bin: bits. */
export const lastSurprisal = 20;

/** Surprisals in steps of one bit, each of which halves the probability. */
export function surprisalHistogram({logprobs}: ColouredNumbers): Histogram {
  const starts = Array.from({length: lastSurprisal + 1}, (_, bin) => bin);
  const end = (bin: number) => (bin === lastSurprisal ? Number.POSITIVE_INFINITY : bin + 1);
  return histogram(logprobs.length, starts, end, (token) => (0 - (logprobs[token] ?? Number.NaN)) / Math.LN2);
}

function histogram(
  tokens: number,
  starts: readonly number[],
  endOf: (bin: number) => number,
  ofToken: (token: number) => number
): Histogram {
  const counts = new Uint32Array(starts.length);
  const binOf = (token: number) => {
    const value = ofToken(token);
    if (Number.isNaN(value)) return -1;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (value < (starts[middle] ?? 0)) high = middle - 1;
      else low = middle;
    }
    return low;
  };
  let total = 0;
  for (let token = 0; token < tokens; token++) {
    const bin = binOf(token);
    if (bin < 0) continue;
    counts[bin] = (counts[bin] ?? 0) + 1;
    total++;
  }
  return {bins: starts.map((from, bin) => ({from, to: endOf(bin), count: counts[bin] ?? 0})), total, binOf};
}
