import {unitsOf, utf8Length, utf8Width} from "../text/textOffsets";

/** A part of a text: UTF-16 offsets, end exclusive. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** What is known of a text's N tokens, and where they stand. */
export interface LocatedScores {
  /** N natural logprobs; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** N UTF-8 byte offsets at which tokens end, tiling the text. */
  readonly ends: Uint32Array;
}

/** What adds up over the parts of a text. */
export interface RegionSums {
  readonly tokens: number;
  /** Tokens that have a logprob. */
  readonly scored: number;
  /** `Σ v_i / ln 2` of the scored tokens: bits. */
  readonly bits: number;
  /** UTF-8 bytes covered by the scored tokens. */
  readonly bytes: number;
}

/** Numbers of a part of a text (docs/metrics.md, "A part of a text"). Null where nothing was scored, or no byte covered. */
export interface RegionNumbers extends RegionSums {
  readonly bitsPerByte: number | null;
  readonly perplexity: number | null;
}

/**
 * Sums of parts of a scored text, in the order of `regions`, which may be unsorted, overlap and leave gaps.
 *
 * A token belongs, whole, to the regions in which its first byte lies, so regions that tile the text add up to it. A token
 * that begins inside a character (byte tokens) belongs where the character begins; one that covers no byte (the space that
 * SentencePiece puts in front) belongs where the next byte is, at the text's end where the last one is.
 *
 * One walk over the text, one over each region's tokens: linear in text and regions where these do not overlap.
 *
 * @throws RangeError where the arrays' lengths differ, `ends` don't tile the text, or a region doesn't lie in it.
 */
export function regionSums(text: string, scores: LocatedScores, regions: readonly Region[]): RegionSums[] {
  const steps = regionSumsInSteps(text, scores, regions);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link regionSums}, handing back control after every few milliseconds' work at most. */
export function* regionSumsInSteps(
  text: string,
  {logprobs, ends}: LocatedScores,
  regions: readonly Region[]
): Generator<void, RegionSums[]> {
  const tokens = logprobs.length;
  if (ends.length !== tokens) throw new RangeError(`${tokens} logprobs, ${ends.length} ends`);
  const firstAt = yield* firstTokens(text, ends);
  const sums: RegionSums[] = [];
  let work = 0;
  for (const {start, end} of regions) {
    const first = firstAt[start];
    const last = firstAt[end];
    if (first === undefined || last === undefined || start > end)
      throw new RangeError(`a region from ${start} to ${end} in a text of ${text.length}`);
    let scored = 0;
    let nats = 0;
    let bytes = 0;
    for (let token = first; token < last; token++) {
      const logprob = logprobs[token] ?? Number.NaN;
      if (!Number.isNaN(logprob)) {
        scored++;
        nats -= logprob;
        bytes += (ends[token] ?? 0) - startOf(ends, token);
      }
      if (++work % stepSize === 0) yield;
    }
    sums.push({tokens: last - first, scored, bits: nats / Math.LN2, bytes});
    if (++work % stepSize === 0) yield;
  }
  return sums;
}

/** The sums of parts that do not overlap, taken together. */
export function addSums(parts: Iterable<RegionSums>): RegionSums {
  let [tokens, scored, bits, bytes] = [0, 0, 0, 0];
  for (const part of parts) {
    tokens += part.tokens;
    scored += part.scored;
    bits += part.bits;
    bytes += part.bytes;
  }
  return {tokens, scored, bits, bytes};
}

/** `bits / bytes`, and `exp(bits · ln 2 / scored)`. */
export function regionNumbers({tokens, scored, bits, bytes}: RegionSums): RegionNumbers {
  return {
    tokens,
    scored,
    bits,
    bytes,
    bitsPerByte: bytes === 0 ? null : bits / bytes,
    perplexity: scored === 0 ? null : Math.exp((bits * Math.LN2) / scored)
  };
}

/** Characters or tokens between two offers to stop: well below a millisecond's work. */
const stepSize = 1 << 14;

/** For each UTF-16 offset, 0 to the text's length, the first token that belongs there or behind. */
function* firstTokens(text: string, ends: Uint32Array): Generator<void, Uint32Array> {
  const tokens = ends.length;
  const firstAt = new Uint32Array(text.length + 1);
  let token = 0;
  let byte = 0;
  let characters = 0;
  for (let unit = 0; unit < text.length; ) {
    firstAt[unit] = token;
    const width = utf8Width(text, unit);
    byte += width;
    while (token < tokens && startOf(ends, token) < byte) {
      if ((ends[token] ?? 0) < startOf(ends, token)) throw new RangeError(`token ${token} ends before its start`);
      token++;
    }
    // Between the halves of a surrogate pair nothing begins.
    if (width === 4) firstAt[unit + 1] = token;
    unit += unitsOf(width);
    if (++characters % stepSize === 0) yield;
  }
  if (startOf(ends, tokens) !== byte)
    throw new RangeError(`tokens end at byte ${startOf(ends, tokens)}, the text at ${utf8Length(text)}`);
  firstAt[text.length] = tokens;
  return firstAt;
}

function startOf(ends: Uint32Array, token: number): number {
  return ends[token - 1] ?? 0;
}
