import type {ColouredNumbers} from "./colourScale";

/**
 * Whether a model is as surprised as it expects to be (docs/metrics.md, "Calibration"). If the text were drawn from the model,
 * surprisal would be entropy on average, at every level of entropy. All numbers are bits.
 */
export interface Calibration {
  /** Bins of entropy that have a token, lowest first. */
  readonly bins: readonly CalibrationBin[];
  readonly all: Agreement;
  /** Mean distance of a bin's surprisal from its entropy, weighted by tokens: the expected calibration error, in bits. */
  readonly gap: number;
  /** The bin of a token, as its place in `bins`; -1 if its surprisal or entropy is not known. */
  readonly binOf: (token: number) => number;
}

export interface CalibrationBin extends Agreement {
  /** Entropies from here to before `to`. */
  readonly from: number;
  readonly to: number;
}

export interface Agreement {
  readonly tokens: number;
  /** Mean entropy: what the model expects of itself. */
  readonly entropy: number;
  readonly surprisal: number;
  /** Mean of surprisal less entropy. */
  readonly excess: number;
  /** Standard error of `excess`; NaN of one token. */
  readonly error: number;
}

/** Sums of the tokens of one bin. `squares` are squared deviations of the excess from its mean (Welford 1962). */
interface Sums {
  tokens: number;
  entropy: number;
  surprisal: number;
  excess: number;
  squares: number;
}

/** Null if no token has both a surprisal and an entropy. */
export function calibration({logprobs, entropies}: ColouredNumbers): Calibration | null {
  if (entropies === null) return null;
  const sums: (Sums | undefined)[] = [];
  const all = noTokens();
  for (let token = 0; token < logprobs.length; token++) {
    const entropy = (entropies[token] ?? Number.NaN) / Math.LN2;
    const surprisal = (0 - (logprobs[token] ?? Number.NaN)) / Math.LN2;
    if (Number.isNaN(entropy) || Number.isNaN(surprisal)) continue;
    const bit = bitOf(entropy);
    const bin = sums[bit] ?? noTokens();
    sums[bit] = bin;
    add(bin, entropy, surprisal);
    add(all, entropy, surprisal);
  }
  if (all.tokens === 0) return null;
  const bins: CalibrationBin[] = [];
  for (const [bit, ofBin] of sums.entries()) if (ofBin) bins.push({from: bit, to: bit + 1, ...agreement(ofBin)});
  const gap = bins.reduce((sum, bin) => sum + bin.tokens * Math.abs(bin.excess), 0) / all.tokens;
  const binOf = (token: number) => {
    const entropy = Number.isNaN(logprobs[token]) ? Number.NaN : (entropies[token] ?? Number.NaN) / Math.LN2;
    return bins.findIndex(({from}) => from === bitOf(entropy));
  };
  return {bins, all: agreement(all), gap, binOf};
}

/** Rounding makes an entropy less than 0. No vocabulary has one of 64 bits: a number from a damaged file must not make that many bins. */
function bitOf(entropy: number): number {
  return Math.min(63, Math.max(0, Math.floor(entropy)));
}

function noTokens(): Sums {
  return {tokens: 0, entropy: 0, surprisal: 0, excess: 0, squares: 0};
}

function add(sums: Sums, entropy: number, surprisal: number): void {
  sums.tokens++;
  sums.entropy += entropy;
  sums.surprisal += surprisal;
  const excess = surprisal - entropy;
  const deviation = excess - sums.excess;
  sums.excess += deviation / sums.tokens;
  sums.squares += deviation * (excess - sums.excess);
}

function agreement({tokens, entropy, surprisal, squares}: Sums): Agreement {
  const error = tokens < 2 ? Number.NaN : Math.sqrt(squares / (tokens - 1) / tokens);
  return {
    tokens,
    entropy: entropy / tokens,
    surprisal: surprisal / tokens,
    excess: (surprisal - entropy) / tokens,
    error
  };
}
