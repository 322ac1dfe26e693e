import type {ColouredNumbers} from "./colourScale";

/**
 * Surprisal and entropy along a text, in spans of consecutive tokens: one token each, or as many as share a pixel of a chart.
 * A mean alone would hide single surprises, a maximum alone would exaggerate: a span has both, and its minimum.
 */
export interface Spans {
  /** K + 1 bounds; span k has the tokens from `bounds[k]` to before `bounds[k + 1]`. */
  readonly bounds: Uint32Array;
  /** K least, mean and greatest surprisals, bits; NaN where no token is scored. */
  readonly min: Float64Array;
  readonly mean: Float64Array;
  readonly max: Float64Array;
  /** K first tokens with the greatest surprisal; the span's first token where none is scored. */
  readonly peaks: Uint32Array;
  /** K mean entropies, bits; NaN where none is known. Null if the text has none. */
  readonly entropy: Float64Array | null;
}

/** Cuts `tokens` tokens into at most `most` spans, whose lengths differ by one at most. */
export function spanBounds(tokens: number, most: number): Uint32Array {
  const spans = Math.min(tokens, Math.max(1, most));
  return Uint32Array.from({length: spans + 1}, (_, span) => Math.floor((span * tokens) / Math.max(1, spans)));
}

export function spansOf({logprobs, entropies}: ColouredNumbers, most: number): Spans {
  const bounds = spanBounds(logprobs.length, most);
  const length = bounds.length - 1;
  const [min, mean, max] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  const peaks = new Uint32Array(length);
  for (let span = 0; span < length; span++) {
    const end = bounds[span + 1] ?? 0;
    let [peak, scored, sum, least, greatest] = [bounds[span] ?? 0, 0, 0, Number.NaN, Number.NaN];
    for (let token = peak; token < end; token++) {
      const surprisal = 0 - (logprobs[token] ?? Number.NaN);
      if (Number.isNaN(surprisal)) continue;
      scored++;
      sum += surprisal;
      if (!(surprisal >= least)) least = surprisal;
      if (!(surprisal <= greatest)) [greatest, peak] = [surprisal, token];
    }
    min[span] = least / Math.LN2;
    mean[span] = sum / scored / Math.LN2;
    max[span] = greatest / Math.LN2;
    peaks[span] = peak;
  }
  return {bounds, min, mean, max, peaks, entropy: entropies && meanEntropies(logprobs, entropies, bounds)};
}

/** Mean entropies of scored tokens, bits. */
function meanEntropies(logprobs: Float64Array, entropies: Float64Array, bounds: Uint32Array): Float64Array {
  const means = new Float64Array(bounds.length - 1);
  for (let span = 0; span < means.length; span++) {
    let [sum, known] = [0, 0];
    for (let token = bounds[span] ?? 0; token < (bounds[span + 1] ?? 0); token++) {
      const entropy = entropies[token] ?? Number.NaN;
      if (Number.isNaN(entropy) || Number.isNaN(logprobs[token])) continue;
      sum += entropy;
      known++;
    }
    means[span] = sum / known / Math.LN2;
  }
  return means;
}

/** Bits from a text's beginning on. */
export interface RunningBits {
  /** K + 1 numbers of tokens, from 0 to N; the other arrays are about the tokens before each. */
  readonly bounds: Uint32Array;
  /** Scored tokens. */
  readonly scored: Float64Array;
  /** Surprisals' sum, bits. */
  readonly bits: Float64Array;
  /** Entropies' sum over the scored tokens, bits: what the model itself expects. Null if the entropy of one is unknown. */
  readonly expected: Float64Array | null;
}

export function runningBits({logprobs, entropies}: ColouredNumbers, most: number): RunningBits {
  const bounds = spanBounds(logprobs.length, most);
  const [scored, bits] = [new Float64Array(bounds.length), new Float64Array(bounds.length)];
  const expected = entropies && new Float64Array(bounds.length);
  let [tokens, nats, entropy] = [0, 0, 0];
  for (let bound = 1; bound < bounds.length; bound++) {
    for (let token = bounds[bound - 1] ?? 0; token < (bounds[bound] ?? 0); token++) {
      const logprob = logprobs[token] ?? Number.NaN;
      if (Number.isNaN(logprob)) continue;
      tokens++;
      nats -= logprob;
      entropy += entropies?.[token] ?? Number.NaN;
    }
    scored[bound] = tokens;
    bits[bound] = nats / Math.LN2;
    if (expected) expected[bound] = entropy / Math.LN2;
  }
  return {bounds, scored, bits, expected: Number.isNaN(entropy) ? null : expected};
}
