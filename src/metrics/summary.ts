import {unitsOf, utf8Length, utf8Width} from "../text/textOffsets";

/** What is known of a text's N tokens. */
export interface TokenScores {
  /** N natural logprobs `ln p(x_i|c_i)`; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** N flags: 1 where the token was the model's first choice. */
  readonly top1: Uint8Array;
  /** N UTF-8 byte offsets at which tokens end, tiling the text; null where they are not known. */
  readonly ends: Uint32Array | null;
  /** N ranks (1 is the first choice; of unscored tokens without meaning), where they were asked for. */
  readonly detail?: {readonly ranks: Int32Array} | null;
}

/**
 * Numbers of scored tokens, of one text or several. A number is null where it has no value: nothing was scored, or (those
 * per character, byte and word) it is not known which part of the text was scored, or that part has none of them.
 */
export interface Measures {
  /** N. */
  readonly tokens: number;
  /** n = |S|. */
  readonly scored: number;
  /** N - n. */
  readonly unscored: number;
  /** H, nats per token. */
  readonly crossEntropy: number | null;
  /** H / ln 2, bits per token. */
  readonly crossEntropyBits: number | null;
  /** exp(H). */
  readonly perplexity: number | null;
  /** Of the perplexity: exp(H)·SE(H); infinite where the perplexity is. Null for fewer than two tokens. */
  readonly standardError: number | null;
  readonly bitsPerCharacter: number | null;
  readonly bitsPerByte: number | null;
  readonly wordPerplexity: number | null;
  /** Share of S, 0 to 1. */
  readonly top1Accuracy: number | null;
  /** Share of S with rank 10 or better, 0 to 1; null where ranks were not asked for. */
  readonly top10Accuracy: number | null;
  /** UTF-8 bytes covered by S; null where not known. */
  readonly bytes: number | null;
  /** Unicode code points covered by S; null where not known. */
  readonly characters: number | null;
  /** Words covered by S; null where not known. */
  readonly words: number | null;
  /** `Σ_S v`, nats. */
  readonly nats: number;
  /** `Σ_S (v - H)²`, nats²; null where a token has no finite v. With n and `Σ v` enough to add texts up exactly. */
  readonly squaredDeviations: number | null;
}

/** {@link Measures} of one text. */
export interface Summary extends Measures {
  /** Mean logprob, nats, of the {@link minKPercent} % of S with the lowest; their number is rounded up. */
  readonly minK: number | null;
  /** Tokens up to and including the last scored one. */
  readonly reached: number;
}

/** {@link Measures} of several texts together, as if their scored tokens were of one. */
export interface CorpusSummary extends Measures {
  readonly texts: number;
}

/** K of Min-K% (Shi et al. 2023). */
export const minKPercent = 20;

/**
 * Perplexity and its relatives, of the scored tokens S of a text, with n = |S| and `v_i = -ln p(x_i|c_i)`:
 *
 * - cross entropy `H = Σ_S v_i / n`, perplexity `exp(H)`;
 * - standard error `exp(H)·sqrt((mean(v²) - H²)/(n - 1))`, the ± of llama.cpp's tools/perplexity;
 * - bits per character and byte `Σ_S v_i / (ln 2 · C)` and `/ (ln 2 · B)`, over the code points and bytes covered by S;
 * - word perplexity `exp(Σ_S v_i / W)`, W whitespace-separated words (lm-evaluation-harness, `metrics.py`);
 * - top-1 and top-10 accuracy: the share of S with rank 1, and up to 10;
 * - Min-K%: the mean of the `ceil(n·K/100)` lowest `-v_i`.
 *
 * A character or word is covered where its first byte belongs to a scored token: each is counted once, however many
 * tokens it is cut into. Whitespace is Unicode's White_Space.
 *
 * Plain double sums: over a million tokens their rounding error stays near 1e-10 relative, far below the 1e-3 or so that
 * a quantized model's logprobs are worth, so compensated summation would buy nothing. The variance is taken about
 * the mean in a second pass, which is the formula above without its cancellation where all v are alike.
 *
 * @throws RangeError where the arrays' lengths differ or `ends` don't tile the text.
 */
export function summarize(text: string, scores: TokenScores): Summary {
  const {logprobs, top1, ends} = scores;
  const ranks = scores.detail?.ranks ?? null;
  const tokens = logprobs.length;
  if (top1.length !== tokens || (ends && ends.length !== tokens) || (ranks && ranks.length !== tokens)) {
    throw new RangeError(`${tokens} logprobs, ${top1.length} top-1 flags, ${ends?.length ?? "no"} ends`);
  }

  const surprisals = new Float64Array(tokens);
  let scored = 0;
  let reached = 0;
  let firsts = 0;
  let amongTen = 0;
  let nats = 0;
  for (const [token, logprob] of logprobs.entries()) {
    if (Number.isNaN(logprob)) continue;
    surprisals[scored++] = -logprob;
    reached = token + 1;
    nats -= logprob;
    if (top1[token] === 1) firsts++;
    if (ranks && (ranks[token] ?? 0) <= 10) amongTen++;
  }
  const ofScored = surprisals.subarray(0, scored);
  return {
    ...measures({
      tokens,
      scored,
      nats,
      squaredDeviations: squaredDeviations(ofScored, nats / scored),
      firsts,
      amongTen: ranks && amongTen,
      coverage: ends ? coveredBy(text, logprobs, ends) : coveredUnseen(text, scored, tokens)
    }),
    minK: lowestMean(ofScored),
    reached
  };
}

/**
 * Several texts as one: every number over all their scored tokens, from each text's own sums. Perplexity is
 * `exp(ΣΣ v / Σ n)`, which is not the mean of the texts' perplexities. The squared deviations add up by
 * `M = Σ_j (M_j + n_j·(H_j - H)²)` (Chan, Golub and LeVeque 1979), without the cancellation of `Σ v²`.
 */
export function corpusSummary(summaries: readonly Summary[]): CorpusSummary {
  const withScores = summaries.filter(({scored}) => scored > 0);
  const total = (of: (summary: Summary) => number) => withScores.reduce((sum, one) => sum + of(one), 0);
  /** Null as soon as it is not known of one text. */
  const totalKnown = (of: (summary: Summary) => number | null): number | null =>
    withScores.reduce<number | null>((sum, one) => add(sum, of(one)), 0);
  const scored = total((one) => one.scored);
  const nats = total((one) => one.nats);
  const mean = nats / scored;
  const [bytes, characters, words] = [
    totalKnown((one) => one.bytes),
    totalKnown((one) => one.characters),
    totalKnown((one) => one.words)
  ];
  return {
    texts: summaries.length,
    ...measures({
      tokens: summaries.reduce((sum, one) => sum + one.tokens, 0),
      scored,
      nats,
      squaredDeviations: totalKnown((one) =>
        add(one.squaredDeviations, one.scored * (one.nats / one.scored - mean) ** 2)
      ),
      // A share of n, times n, is the count it was made of but for a rounding error.
      firsts: total((one) => Math.round((one.top1Accuracy ?? 0) * one.scored)),
      amongTen: totalKnown((one) => (one.top10Accuracy === null ? null : Math.round(one.top10Accuracy * one.scored))),
      coverage: bytes === null || characters === null || words === null ? null : {bytes, characters, words}
    })
  };
}

/** `Σ_S v / ln 2`: bits. */
export function bitsOf({nats}: Pick<Measures, "nats">): number {
  return nats / Math.LN2;
}

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** What all the numbers follow from. */
interface Sums {
  readonly tokens: number;
  readonly scored: number;
  /** `Σ_S v`. */
  readonly nats: number;
  readonly squaredDeviations: number | null;
  /** Tokens of S with rank 1, and with rank 10 or better; null where ranks are not known. */
  readonly firsts: number;
  readonly amongTen: number | null;
  /** Null where not known. */
  readonly coverage: Coverage | null;
}

function measures({tokens, scored, nats, squaredDeviations, firsts, amongTen, coverage}: Sums): Measures {
  const crossEntropy = ratio(nats, scored);
  const perplexity = crossEntropy === null ? null : Math.exp(crossEntropy);
  const finite = Number.isFinite(squaredDeviations) ? squaredDeviations : null;
  const perWord = ratio(nats, coverage?.words ?? 0);
  return {
    tokens,
    scored,
    unscored: tokens - scored,
    crossEntropy,
    crossEntropyBits: ratio(nats / Math.LN2, scored),
    perplexity,
    standardError: perplexity === null ? null : standardError(perplexity, finite, scored),
    bitsPerCharacter: ratio(nats / Math.LN2, coverage?.characters ?? 0),
    bitsPerByte: ratio(nats / Math.LN2, coverage?.bytes ?? 0),
    wordPerplexity: perWord === null ? null : Math.exp(perWord),
    top1Accuracy: ratio(firsts, scored),
    top10Accuracy: amongTen === null ? null : ratio(amongTen, scored),
    bytes: coverage?.bytes ?? null,
    characters: coverage?.characters ?? null,
    words: coverage?.words ?? null,
    nats,
    squaredDeviations: finite
  };
}

/** `sqrt((mean(v²) - H²)/(n - 1))` nats, times exp(H). What the model holds impossible (v = ∞) makes both infinite. */
function standardError(perplexity: number, squaredDeviations: number | null, scored: number): number | null {
  if (scored < 2) return null;
  if (perplexity === Number.POSITIVE_INFINITY) return perplexity;
  return squaredDeviations === null ? null : perplexity * Math.sqrt(squaredDeviations / scored / (scored - 1));
}

/** `Σ (v - mean)²`. */
function squaredDeviations(surprisals: Float64Array, mean: number): number {
  let squares = 0;
  for (const v of surprisals) squares += (v - mean) ** 2;
  return squares;
}

/** Min-K%: the mean logprob of the most surprising K %, at least one. Sorts the surprisals in place. */
function lowestMean(surprisals: Float64Array): number | null {
  const n = surprisals.length;
  // Whole numbers until the division, so that 20 % of 15 is 3 and not a little more.
  const count = Math.ceil((n * minKPercent) / 100);
  let sum = 0;
  for (const v of surprisals.sort().subarray(n - count)) sum -= v;
  return ratio(sum, count);
}

/** How much of a text the scored tokens cover. */
interface Coverage {
  readonly bytes: number;
  readonly characters: number;
  readonly words: number;
}

/** Without spans it is known only of all tokens and of none what they cover. */
function coveredUnseen(text: string, scored: number, tokens: number): Coverage | null {
  if (scored === 0) return {bytes: 0, characters: 0, words: 0};
  return scored === tokens ? coveredBy(text, Float64Array.of(0), Uint32Array.of(utf8Length(text))) : null;
}

function coveredBy(text: string, logprobs: Float64Array, ends: Uint32Array): Coverage {
  let bytes = 0;
  let start = 0;
  for (const [token, end] of ends.entries()) {
    if (end < start) throw new RangeError(`a token ends at byte ${end}, before its start at ${start}`);
    if (isScored(logprobs, token)) bytes += end - start;
    start = end;
  }

  let characters = 0;
  let words = 0;
  let byte = 0;
  let token = 0;
  let inWord = false;
  for (let unit = 0; unit < text.length; ) {
    while ((ends[token] ?? Number.POSITIVE_INFINITY) <= byte) token++;
    const covered = isScored(logprobs, token);
    if (covered) characters++;
    const space = isWhitespace(text.charCodeAt(unit));
    if (covered && !space && !inWord) words++;
    inWord = !space;
    const width = utf8Width(text, unit);
    byte += width;
    unit += unitsOf(width);
  }
  if (start !== byte) throw new RangeError(`tokens end at byte ${start}, the text at ${byte}`);
  return {bytes, characters, words};
}

function isScored(logprobs: Float64Array, token: number): boolean {
  return !Number.isNaN(logprobs[token] ?? Number.NaN);
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

/** Unicode's White_Space; all of it is in the basic plane, so one UTF-16 unit decides. */
function isWhitespace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}
