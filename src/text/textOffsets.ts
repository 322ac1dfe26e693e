/**
 * Lengths and offsets of a text in three units: UTF-8 bytes (tokens), UTF-16 units (editor and JavaScript) and Unicode
 * code points (metrics). Each function walks the text once and allocates nothing per character: texts may have
 * megabytes.
 *
 * A lone surrogate counts as U+FFFD, which UTF-8 encoders write for it: 3 bytes, 1 unit, 1 code point.
 */

/** The number of UTF-8 bytes of a text. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let unit = 0; unit < text.length; ) {
    const width = utf8Width(text, unit);
    bytes += width;
    unit += unitsOf(width);
  }
  return bytes;
}

/** The number of Unicode code points of a text. */
export function codePoints(text: string): number {
  let points = 0;
  for (let unit = 0; unit < text.length; points++) unit += unitsOf(utf8Width(text, unit));
  return points;
}

/**
 * Converts UTF-8 byte offsets to UTF-16 offsets.
 *
 * @param byteOffsets N ascending byte offsets into the text. An offset inside a character means the character's start,
 * so that no character is cut in half. An offset beyond the text means its end.
 * @returns N ascending offsets in UTF-16 units, none of them inside a surrogate pair.
 * @throws RangeError if the byte offsets descend.
 */
export function utf16Offsets(text: string, byteOffsets: Uint32Array): Uint32Array {
  return new OffsetWalk(text, byteOffsets).upTo(byteOffsets.length);
}

/** {@link utf16Offsets} in pieces, from the first offset on. */
export class OffsetWalk {
  private readonly offsets: Uint32Array;
  private done = 0;
  private unit = 0;
  private byte = 0;

  constructor(
    private readonly text: string,
    private readonly byteOffsets: Uint32Array
  ) {
    this.offsets = new Uint32Array(byteOffsets.length);
  }

  /** All offsets, of which the first `count` are converted by then. */
  upTo(count: number): Uint32Array {
    const {text, byteOffsets, offsets} = this;
    let {done, unit, byte} = this;
    for (; done < count && done < offsets.length; done++) {
      const target = byteOffsets[done] ?? 0;
      const previous = byteOffsets[done - 1] ?? 0;
      if (target < previous) throw new RangeError(`byte offset ${target} after ${previous}`);
      while (unit < text.length) {
        const width = utf8Width(text, unit);
        if (byte + width > target) break;
        byte += width;
        unit += unitsOf(width);
      }
      offsets[done] = unit;
    }
    Object.assign(this, {done, unit, byte});
    return offsets;
  }
}

/** The number of UTF-8 bytes, 1 to 4, of the character at a UTF-16 offset inside the text. */
export function utf8Width(text: string, unit: number): number {
  const code = text.charCodeAt(unit);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  const pair = isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(unit + 1));
  return pair ? 4 : 3;
}

/** The number of UTF-16 units of a character of `width` UTF-8 bytes: 4 bytes make a surrogate pair. */
export function unitsOf(width: number): number {
  return width === 4 ? 2 : 1;
}

function isHighSurrogate(code: number): boolean {
  return (code & 0xfc00) === 0xd800;
}

/** False for NaN, which charCodeAt returns beyond the end of the text. */
function isLowSurrogate(code: number): boolean {
  return (code & 0xfc00) === 0xdc00;
}
