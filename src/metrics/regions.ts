import {unitsOf, utf8Length, utf8Width} from "../text/textOffsets";
import {metrics} from "./metrics";
import {bitsOf, type ScoreSums, type TokenScores, TokenSums} from "./scoreSums";

/** A part of a text: UTF-16 offsets, end exclusive. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** What is known of a text's N tokens, and where they stand. */
export interface LocatedScores extends TokenScores {
  readonly ends: Uint32Array;
}

/**
 * The bits per byte of a shorter part, without the white space at its ends, are not shown: those of a bracket alone on its line only
 * say that it might have been another bracket.
 */
export const minTellingBytes = 8;

/** Numbers of a part of a text (docs/metrics.md, "A part of a text"). Null where nothing was scored, or no byte covered. */
export interface RegionNumbers {
  readonly tokens: number;
  /** Tokens that have a logprob. */
  readonly scored: number;
  readonly bits: number;
  /** UTF-8 bytes covered by the scored tokens. */
  readonly bytes: number;
  readonly bitsPerByte: number | null;
  readonly perplexity: number | null;
}

/**
 * Sums of parts of a scored text, in the order of `regions`, which may be unsorted, overlap and leave gaps.
 *
 * A whole token belongs to the regions that contain its first byte, so regions that tile the text add up to it. A token that
 * begins inside a character (byte tokens) belongs where the character begins. A token that covers no byte (SentencePiece's
 * space in front) belongs where the next byte is; at the text's end, where the last byte is.
 *
 * One walk over the text and one over each region's tokens: linear, if the regions don't overlap.
 *
 * @throws RangeError where the arrays' lengths differ, `ends` don't tile the text, or a region doesn't lie in it.
 */
export function regionSums(text: string, scores: LocatedScores, regions: readonly Region[]): ScoreSums[] {
  const steps = regionSumsInSteps(text, scores, regions);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link regionSums}, which yields after a few milliseconds' work at most. */
export function* regionSumsInSteps(
  text: string,
  scores: LocatedScores,
  regions: readonly Region[]
): Generator<void, ScoreSums[]> {
  const {logprobs, ends} = scores;
  if (ends.length !== logprobs.length) throw new RangeError(`${logprobs.length} logprobs, ${ends.length} ends`);
  const firstAt = yield* firstTokens(text, ends);
  const all: ScoreSums[] = [];
  let work = 0;
  for (const {start, end} of regions) {
    const first = firstAt[start];
    const last = firstAt[end];
    if (first === undefined || last === undefined || start > end)
      throw new RangeError(`a region from ${start} to ${end} in a text of ${text.length}`);
    const running = new TokenSums(scores);
    for (let token = first; token < last; token++) {
      running.add(token);
      if (++work % stepSize === 0) yield;
    }
    all.push(running.sums);
    if (++work % stepSize === 0) yield;
  }
  return all;
}

/** The numbers of a region that are shown. */
export function regionNumbers(sums: ScoreSums): RegionNumbers {
  const {tokens, scored, bytes} = sums;
  return {
    tokens,
    scored,
    bits: bitsOf(sums),
    bytes: bytes ?? 0,
    bitsPerByte: metrics.bitsPerByte.of(sums),
    perplexity: metrics.perplexity.of(sums)
  };
}

/** Characters or tokens between two yields: well below a millisecond's work. */
const stepSize = 1 << 14;

/** For each UTF-16 offset, 0 to the text's length, the first token that belongs there or behind it. */
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
