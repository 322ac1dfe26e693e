import {unitsOf, utf8Length, utf8Width} from "./textOffsets";

/** What is known of a text's N tokens. */
export interface TokenScores {
  /** N natural logprobs `ln p(x_i|c_i)`; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** N flags: 1 where the token was the model's first choice. */
  readonly top1: Uint8Array;
  /** N UTF-8 byte offsets at which tokens end, tiling the text; null where they are not known. */
  readonly ends: Uint32Array | null;
}

/**
 * Numbers of a scored text. A number is null where it has no value: nothing was scored, or (those per character, byte and
 * word) it is not known which part of the text was scored, or that part has none of them.
 */
export interface Summary {
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
  /** Of the perplexity: exp(H)·SE(H). Null for fewer than two tokens. */
  readonly standardError: number | null;
  readonly bitsPerCharacter: number | null;
  readonly bitsPerByte: number | null;
  readonly wordPerplexity: number | null;
  /** Share of S, 0 to 1. */
  readonly top1Accuracy: number | null;
  /** UTF-8 bytes covered by S; null where not known. */
  readonly bytes: number | null;
  /** Unicode code points covered by S; null where not known. */
  readonly characters: number | null;
  /** Words covered by S; null where not known. */
  readonly words: number | null;
}

/**
 * Perplexity and its relatives, of the scored tokens S of a text, with n = |S| and `v_i = -ln p(x_i|c_i)`:
 *
 * - cross entropy `H = Σ_S v_i / n`, perplexity `exp(H)`;
 * - standard error `exp(H)·sqrt((mean(v²) - H²)/(n - 1))`, the ± of llama.cpp's tools/perplexity;
 * - bits per character and byte `Σ_S v_i / (ln 2 · C)` and `/ (ln 2 · B)`, over the code points and bytes covered by S;
 * - word perplexity `exp(Σ_S v_i / W)`, W whitespace-separated words (lm-evaluation-harness, `metrics.py`);
 * - top-1 accuracy: the share of S with rank 1.
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
  const tokens = logprobs.length;
  if (top1.length !== tokens || (ends && ends.length !== tokens)) {
    throw new RangeError(`${tokens} logprobs, ${top1.length} top-1 flags, ${ends?.length ?? "no"} ends`);
  }

  let scored = 0;
  let hits = 0;
  let sum = 0;
  for (const [token, logprob] of logprobs.entries()) {
    if (Number.isNaN(logprob)) continue;
    scored++;
    sum -= logprob;
    if (top1[token] === 1) hits++;
  }
  const coverage = ends ? coveredBy(text, logprobs, ends) : coveredUnseen(text, scored, tokens);
  const crossEntropy = ratio(sum, scored);
  const perplexity = crossEntropy === null ? null : Math.exp(crossEntropy);
  const standardError =
    crossEntropy === null || perplexity === null || scored < 2
      ? null
      : perplexity * standardErrorOfMean(logprobs, crossEntropy, scored);
  const perWord = ratio(sum, coverage?.words ?? 0);
  return {
    tokens,
    scored,
    unscored: tokens - scored,
    crossEntropy,
    crossEntropyBits: ratio(sum / Math.LN2, scored),
    perplexity,
    // A token the model holds impossible makes both sums infinite, and leaves the error without a value.
    standardError: Number.isFinite(standardError) ? standardError : null,
    bitsPerCharacter: ratio(sum / Math.LN2, coverage?.characters ?? 0),
    bitsPerByte: ratio(sum / Math.LN2, coverage?.bytes ?? 0),
    wordPerplexity: perWord === null ? null : Math.exp(perWord),
    top1Accuracy: ratio(hits, scored),
    bytes: coverage?.bytes ?? null,
    characters: coverage?.characters ?? null,
    words: coverage?.words ?? null
  };
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

/** `sqrt((mean(v²) - H²)/(n - 1))`, nats; n ≥ 2. */
function standardErrorOfMean(logprobs: Float64Array, crossEntropy: number, scored: number): number {
  let squares = 0;
  for (const logprob of logprobs) {
    if (!Number.isNaN(logprob)) squares += (-logprob - crossEntropy) ** 2;
  }
  return Math.sqrt(squares / scored / (scored - 1));
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
