import {
  type LocatedScores,
  type Region,
  type RegionNumbers,
  regionNumbers,
  regionSumsInSteps
} from "../../metrics/regions";
import {addSums, type ScoreSums} from "../../metrics/scoreSums";
import {utf8Length} from "../../text/textOffsets";
import type {Part} from "./parts";

/** What parts of a text are ranked by. */
export type Measure = "bitsPerByte" | "bits";

/**
 * What is shorter, in UTF-8 bytes without the white space at its ends, is not ranked. Of a bracket alone on its line the
 * bits per byte say nothing but that it might have been another one; for the sum of bits, a line of a byte or two is left
 * out as a blank one is.
 */
export const minBytes: Readonly<Record<Measure, number>> = {bitsPerByte: 8, bits: 3};

/** The most surprising so many are shown, the others counted. */
export const shownParts = 100;

export interface RankedPart {
  readonly part: Part;
  readonly numbers: RegionNumbers;
}

export interface Ranking {
  /** The most surprising first; of equal ones, the first in the text. */
  readonly parts: readonly RankedPart[];
  /** How many were ranked, these included. */
  readonly ranked: number;
  /** How many are too short. */
  readonly short: number;
}

export type Rankings = Readonly<Record<Measure, Ranking>>;

/** Ranks parts of a text; blank ones, and ones without a scored token, are nowhere in it. */
export function* rankInSteps(text: string, scores: LocatedScores, parts: readonly Part[]): Generator<void, Rankings> {
  const regions: Region[] = [];
  for (const [index, part] of parts.entries()) {
    regions.push(...part.regions);
    if (index % stepSize === 0) yield;
  }
  const sums = yield* regionSumsInSteps(text, scores, regions);
  const top = {bitsPerByte: new Top(), bits: new Top()};
  let next = 0;
  for (const [index, part] of parts.entries()) {
    const own = sums.slice(next, next + part.regions.length);
    next += part.regions.length;
    if (index % stepSize === 0) yield;
    consider(text, part, own, top);
  }
  return {bitsPerByte: top.bitsPerByte.ranking(), bits: top.bits.ranking()};
}

function consider(text: string, part: Part, own: readonly ScoreSums[], top: Readonly<Record<Measure, Top>>): void {
  const numbers = regionNumbers(addSums(own));
  // A function is called by its name, however short that is: its length is what it holds.
  const bytes = part.name === null ? shortLength(text, part) : numbers.bytes;
  if (numbers.scored === 0 || bytes === 0) return;
  for (const measure of ["bitsPerByte", "bits"] as const) {
    const value = numbers[measure];
    if (value === null || bytes < minBytes[measure]) top[measure].short++;
    else top[measure].add({part, numbers}, value);
  }
}

/** Parts between two offers to stop. */
const stepSize = 1 << 10;

/** Bytes of a short place, and for a long one a number that is large enough. */
function shortLength(text: string, {place: {start, end}}: Part): number {
  const units = end - start;
  return units >= Math.max(minBytes.bitsPerByte, minBytes.bits) ? units : utf8Length(text.slice(start, end));
}

/** The greatest so many of what is added, without keeping the rest. */
class Top {
  short = 0;
  private ranked = 0;
  private readonly best: {readonly ranked: RankedPart; readonly value: number}[] = [];

  add(ranked: RankedPart, value: number): void {
    this.ranked++;
    const last = this.best.at(-1);
    if (this.best.length >= shownParts && last && value <= last.value) return;
    let [low, high] = [0, this.best.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.best[middle]?.value ?? 0) >= value) low = middle + 1;
      else high = middle;
    }
    this.best.splice(low, 0, {ranked, value});
    if (this.best.length > shownParts) this.best.pop();
  }

  ranking(): Ranking {
    return {parts: this.best.map(({ranked}) => ranked), ranked: this.ranked, short: this.short};
  }
}
