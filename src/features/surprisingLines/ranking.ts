import type {Part} from "../../metrics/functionParts";
import {
  type LocatedScores,
  minTellingBytes,
  type Region,
  type RegionNumbers,
  regionNumbers,
  regionSumsInSteps
} from "../../metrics/regions";
import {addSums, type ScoreSums} from "../../metrics/scoreSums";
import {utf8Length} from "../../text/textOffsets";

/** How parts of a text are ranked. */
export type Measure = "bitsPerByte" | "bits";

/**
 * Parts with fewer UTF-8 bytes, without the white space at their ends, are not ranked. By total bits, lines of one or two bytes are
 * left out like blank lines.
 */
export const minBytes: Readonly<Record<Measure, number>> = {bitsPerByte: minTellingBytes, bits: 3};

/** The most surprising parts are shown, the others only counted. */
export const maxShownParts = 100;

export interface RankedPart {
  readonly part: Part;
  readonly numbers: RegionNumbers;
}

export interface Ranking {
  /** The most surprising part first; equal parts in the order of the text. */
  readonly parts: readonly RankedPart[];
  /** The number of ranked parts, shown or not. */
  readonly ranked: number;
  /** The number of parts that are too short. */
  readonly short: number;
}

export type Rankings = Readonly<Record<Measure, Ranking>>;

/** Ranks parts of a text, without blank parts and parts that have no scored token. */
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
  // The place of a function is its name, which may be short: what counts is the length of its body.
  const bytes = part.name === null ? shortLength(text, part) : numbers.bytes;
  if (numbers.scored === 0 || bytes === 0) return;
  for (const measure of ["bitsPerByte", "bits"] as const) {
    const value = numbers[measure];
    if (value === null || bytes < minBytes[measure]) top[measure].short++;
    else top[measure].add({part, numbers}, value);
  }
}

/** Parts between two yields. */
const stepSize = 1 << 10;

/** The bytes of a short place. For a long place, any number that is large enough. */
function shortLength(text: string, {place: {start, end}}: Part): number {
  const units = end - start;
  return units >= Math.max(minBytes.bitsPerByte, minBytes.bits) ? units : utf8Length(text.slice(start, end));
}

/** Keeps the {@link maxShownParts} highest of the parts that are added. */
class Top {
  short = 0;
  private ranked = 0;
  private readonly best: {readonly ranked: RankedPart; readonly value: number}[] = [];

  add(ranked: RankedPart, value: number): void {
    this.ranked++;
    const last = this.best.at(-1);
    if (this.best.length >= maxShownParts && last && value <= last.value) return;
    let [low, high] = [0, this.best.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.best[middle]?.value ?? 0) >= value) low = middle + 1;
      else high = middle;
    }
    this.best.splice(low, 0, {ranked, value});
    if (this.best.length > maxShownParts) this.best.pop();
  }

  ranking(): Ranking {
    return {parts: this.best.map(({ranked}) => ranked), ranked: this.ranked, short: this.short};
  }
}
