/** What is known of a text's N tokens. */
export interface TokenScores {
  /** N natural logprobs `ln p(x_i|c_i)`; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** N UTF-8 byte offsets at which tokens end, tiling the text; null where they are not known. */
  readonly ends: Uint32Array | null;
  /** N flags: 1 where the token was the model's first choice. */
  readonly top1?: Uint8Array;
  /** N ranks (1 is the first choice; no meaning for unscored tokens), if they were asked for. */
  readonly detail?: {readonly ranks: Int32Array} | null;
}

/**
 * The sums that every metric follows from: of a region, a side of a change, a text or a corpus. S are the scored tokens,
 * `v = -ln p`. A sum is null where it is not known. Without scored tokens all sums but `tokens` are 0.
 */
export interface ScoreSums {
  /** N. */
  readonly tokens: number;
  /** n = |S|. */
  readonly scored: number;
  /** `Σ_S v`, nats. */
  readonly nats: number;
  /** `Σ_S (v - H)²`, nats², with `H = Σ_S v / n`. Null also where a token has no finite v. */
  readonly squaredDeviations: number | null;
  /** Tokens of S with rank 1. */
  readonly top1Hits: number | null;
  /** Tokens of S with rank 10 or better. */
  readonly top10Hits: number | null;
  /** UTF-8 bytes covered by S. */
  readonly bytes: number | null;
  /** Unicode code points covered by S. */
  readonly characters: number | null;
  /** Words covered by S. */
  readonly words: number | null;
}

/** `Σ_S v / ln 2`: bits. */
export function bitsOf({nats}: Pick<ScoreSums, "nats">): number {
  return nats / Math.LN2;
}

/**
 * Sums over single tokens.
 *
 * Plain double sums: over a million tokens their rounding error stays near 1e-10 relative. A quantized model's logprobs are
 * only good to about 1e-3, so compensated summation would gain nothing.
 */
export class TokenSums {
  private tokens = 0;
  private scored = 0;
  private nats = 0;
  private top1Hits = 0;
  private top10Hits = 0;
  private bytes = 0;

  constructor(private readonly scores: TokenScores) {}

  add(token: number): void {
    const {logprobs, ends, top1, detail} = this.scores;
    this.tokens++;
    const logprob = logprobs[token] ?? Number.NaN;
    if (Number.isNaN(logprob)) return;
    this.scored++;
    this.nats -= logprob;
    if (top1?.[token] === 1) this.top1Hits++;
    if (detail && (detail.ranks[token] ?? 0) <= 10) this.top10Hits++;
    if (ends) this.bytes += (ends[token] ?? 0) - (ends[token - 1] ?? 0);
  }

  /** What one pass over the tokens tells: no deviations from the mean, no characters and no words. */
  get sums(): ScoreSums {
    const {tokens, scored, nats} = this;
    const {ends, top1, detail} = this.scores;
    const unknown = scored === 0 ? 0 : null;
    return {
      tokens,
      scored,
      nats,
      squaredDeviations: unknown,
      top1Hits: top1 ? this.top1Hits : unknown,
      top10Hits: detail ? this.top10Hits : unknown,
      bytes: ends ? this.bytes : unknown,
      characters: unknown,
      words: unknown
    };
  }
}

/**
 * The sums of parts that do not overlap, taken together. A sum that is not known of one part is not known of all.
 *
 * The squared deviations add up by `M = Σ_j (M_j + n_j·(H_j - H)²)` (Chan, Golub and LeVeque 1979), without the
 * cancellation of `Σ v²`.
 */
export function addSums(parts: readonly ScoreSums[]): ScoreSums {
  const scoredParts = parts.filter(({scored}) => scored > 0);
  let tokens = 0;
  for (const part of parts) tokens += part.tokens;
  let [scored, nats] = [0, 0];
  for (const part of scoredParts) {
    scored += part.scored;
    nats += part.nats;
  }
  let squaredDeviations: number | null = 0;
  let top1Hits: number | null = 0;
  let top10Hits: number | null = 0;
  let bytes: number | null = 0;
  let characters: number | null = 0;
  let words: number | null = 0;
  const mean = nats / scored;
  for (const part of scoredParts) {
    const moved = part.scored * (part.nats / part.scored - mean) ** 2;
    squaredDeviations = add(squaredDeviations, add(part.squaredDeviations, moved));
    top1Hits = add(top1Hits, part.top1Hits);
    top10Hits = add(top10Hits, part.top10Hits);
    bytes = add(bytes, part.bytes);
    characters = add(characters, part.characters);
    words = add(words, part.words);
  }
  return {
    tokens,
    scored,
    nats,
    squaredDeviations: finite(squaredDeviations),
    top1Hits,
    top10Hits,
    bytes,
    characters,
    words
  };
}

/** `Σ (v - mean)²`; null where a v is not finite. */
export function squaredDeviations(surprisals: Float64Array, mean: number): number | null {
  let squares = 0;
  for (const v of surprisals) squares += (v - mean) ** 2;
  return finite(squares);
}

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

function finite(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}
