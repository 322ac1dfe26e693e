import {unitsOf, utf8Length, utf8Width} from "../text/textOffsets";
import type {ScoreSums, TokenScores} from "./scoreSums";

/** How much of a text its scored tokens cover. */
export type Coverage = Pick<ScoreSums, "bytes" | "characters" | "words">;

/**
 * A character or word is covered if its first byte belongs to a scored token: each counts once, into however many tokens it
 * is cut. Whitespace is Unicode's White_Space.
 *
 * @param sums Of all tokens.
 * @throws RangeError where `ends` don't tile the text.
 */
export function coverage(text: string, {logprobs, ends}: TokenScores, sums: ScoreSums): Coverage {
  if (ends) return {bytes: sums.bytes, ...coveredBy(text, logprobs, ends)};
  if (sums.scored === 0) return {bytes: 0, characters: 0, words: 0};
  // Without spans, part of a text can't be told from the rest.
  if (sums.scored < sums.tokens) return {bytes: null, characters: null, words: null};
  const bytes = utf8Length(text);
  return {bytes, ...coveredBy(text, Float64Array.of(0), Uint32Array.of(bytes))};
}

function coveredBy(
  text: string,
  logprobs: Float64Array,
  ends: Uint32Array
): {readonly characters: number; readonly words: number} {
  let start = 0;
  for (const end of ends) {
    if (end < start) throw new RangeError(`a token ends at byte ${end}, before its start at ${start}`);
    start = end;
  }

  let characters = 0;
  let words = 0;
  let byte = 0;
  let token = 0;
  let inWord = false;
  for (let unit = 0; unit < text.length; ) {
    while ((ends[token] ?? Number.POSITIVE_INFINITY) <= byte) token++;
    const covered = !Number.isNaN(logprobs[token] ?? Number.NaN);
    if (covered) characters++;
    const space = isWhitespace(text.charCodeAt(unit));
    if (covered && !space && !inWord) words++;
    inWord = !space;
    const width = utf8Width(text, unit);
    byte += width;
    unit += unitsOf(width);
  }
  if (start !== byte) throw new RangeError(`tokens end at byte ${start}, the text at ${byte}`);
  return {characters, words};
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
