/*
 * UTF-8 as llama.cpp's grammars read it. A first byte says how many follow, by its high four bits alone, so that overlong characters and
 * the bytes F8 to FF are taken, too.
 */

/** A character of which the first bytes are known: their bits, and how many bytes are missing. */
export interface PartialCharacter {
  readonly value: number;
  readonly missing: number;
}

/** Bytes that follow a first byte, by its high four bits. -1: it is none. */
const following = Int8Array.of(0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, 1, 1, 2, 3);

/** What a token's bytes are. */
export interface DecodedToken {
  /** Bytes at its beginning that complete a character of an earlier token. */
  readonly head: Uint8Array;
  readonly codePoints: readonly number[];
  /** The character of which it has the first bytes; null if it ends with a whole one. */
  readonly tail: PartialCharacter | null;
}

/**
 * The characters in a token's bytes; null where a grammar can never take it: it is empty, has a byte 0, or bytes that are in no text.
 */
export function decodeToken(bytes: Uint8Array): DecodedToken | null {
  if (bytes.length === 0 || bytes.includes(0)) return null;
  let at = 0;
  while (isContinuation(bytes[at])) at++;
  const head = bytes.subarray(0, at);
  const codePoints: number[] = [];
  while (at < bytes.length) {
    const first = bytes[at++] ?? 0;
    let missing = following[first >> 4] ?? -1;
    if (missing < 0) return null;
    let value = first & ((1 << (7 - missing)) - 1);
    for (; missing > 0 && at < bytes.length; missing--) {
      if (!isContinuation(bytes[at])) return null;
      value = addByte(value, bytes[at++] ?? 0);
    }
    if (missing > 0) return {head, codePoints, tail: {value, missing}};
    codePoints.push(value);
  }
  return {head, codePoints, tail: null};
}

export function addByte(value: number, byte: number): number {
  return (value << 6) | (byte & 0x3f);
}

/** The lowest and the highest character that one may become; null if none: it is an ASCII character in two bytes. */
export function possibleCharacters({value, missing}: PartialCharacter): readonly [number, number] | null {
  if (missing === 1 && value < 2) return null;
  const high = ((value + 1) << (6 * missing)) - 1;
  if (value > 0) return [value << (6 * missing), high];
  return [missing === 2 ? 1 << 11 : missing === 3 ? 1 << 16 : 0, high];
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >> 6 === 2;
}
