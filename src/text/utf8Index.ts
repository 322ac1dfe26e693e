import {unitsOf, utf8Width} from "./textOffsets";

/** UTF-16 units between two known places. */
const step = 1 << 12;

/**
 * Finds places of a long text in UTF-8 bytes and in UTF-16 units, each in a moment: from the nearest of many known places, not from
 * the text's beginning.
 */
export class Utf8Index {
  private constructor(
    private readonly text: string,
    /** Places at the beginning of a character, in both units, ascending. */
    private readonly units: readonly number[],
    private readonly bytes: readonly number[]
  ) {}

  /** Reads the whole text, in steps of less than a millisecond. */
  static *of(text: string): Generator<void, Utf8Index> {
    const units = [0];
    const bytes = [0];
    let unit = 0;
    let byte = 0;
    while (unit < text.length) {
      const end = unit + step;
      while (unit < end && unit < text.length) {
        const width = utf8Width(text, unit);
        byte += width;
        unit += unitsOf(width);
      }
      units.push(unit);
      bytes.push(byte);
      yield;
    }
    return new Utf8Index(text, units, bytes);
  }

  /** The byte at which the character at a UTF-16 offset begins. */
  byteAt(offset: number): number {
    return this.walk(this.units, offset).byte;
  }

  /** The UTF-16 offset of a byte; of one inside a character, that of the character's start. */
  unitAt(offset: number): number {
    return this.walk(this.bytes, offset).unit;
  }

  /** The last beginning of a character at or before an offset in one of the units. */
  private walk(places: readonly number[], offset: number): {unit: number; byte: number} {
    const {text} = this;
    const known = lastAtMost(places, offset);
    let unit = this.units[known] ?? 0;
    let byte = this.bytes[known] ?? 0;
    while (unit < text.length) {
      const width = utf8Width(text, unit);
      if ((places === this.units ? unit + unitsOf(width) : byte + width) > offset) break;
      unit += unitsOf(width);
      byte += width;
    }
    return {unit, byte};
  }
}

/** The index of the last of ascending numbers that is at most `value`; 0 if none is. */
export function lastAtMost(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
