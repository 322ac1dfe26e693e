import {utf8Length} from "../text/textOffsets";
import {commonRuns} from "./commonRuns";

/** A text in tokens: N UTF-8 byte offsets at which they end. They tile the text. */
export interface PlacedTokens {
  readonly text: string;
  readonly ends: Uint32Array;
}

/** What a piece is: the same bytes in both texts, or a token that only one of them has. */
export const pieceKinds = {both: 0, onlyA: 1, onlyB: 2} as const;

/**
 * Two texts in P pieces, which tile the tokens of both in order: piece i has the tokens `[aEnds[i-1] ?? 0, aEnds[i])` of A, and
 * those of B in the same way.
 */
export interface Alignment {
  /** P of {@link pieceKinds}. */
  readonly kinds: Uint8Array;
  readonly aEnds: Uint32Array;
  readonly bEnds: Uint32Array;
}

/** Tokens between two yields: about a millisecond's work. */
const stepSize = 1 << 12;

/**
 * Aligns the tokens of two texts. Equal texts: a piece lies between two places where a token ends in both, so tokens that are cut
 * alike pair up. Different texts: the tokens that both have in the same order (commonRuns.ts) pair up; what lies between is aligned
 * as equal texts are if its bytes are the same, and is else a piece for each token that only one of them has.
 *
 * @throws RangeError if `ends` don't tile a text.
 */
export function* alignTokens(a: PlacedTokens, b: PlacedTokens): Generator<void, Alignment> {
  for (const tokens of [a, b]) yield* checkTiling(tokens);
  const pieces = new Pieces();
  const whole = {aStart: 0, aEnd: a.ends.length, bStart: 0, bEnd: b.ends.length};
  if (a.text === b.text) yield* pairByBytes(a.ends, b.ends, whole, pieces);
  else yield* alignTexts(a, b, pieces);
  return pieces.alignment();
}

/** Tokens of A and B. */
interface Ranges {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

class Pieces {
  private readonly kinds: number[] = [];
  private readonly aEnds: number[] = [];
  private readonly bEnds: number[] = [];

  add(kind: number, aEnd: number, bEnd: number): void {
    this.kinds.push(kind);
    this.aEnds.push(aEnd);
    this.bEnds.push(bEnd);
  }

  alignment(): Alignment {
    return {
      kinds: Uint8Array.from(this.kinds),
      aEnds: Uint32Array.from(this.aEnds),
      bEnds: Uint32Array.from(this.bEnds)
    };
  }
}

/** Pieces of ranges with the same bytes. A token without a byte joins the piece behind it; at the end, the one before it. */
function* pairByBytes(
  aEnds: Uint32Array,
  bEnds: Uint32Array,
  {aStart, aEnd, bStart, bEnd}: Ranges,
  pieces: Pieces
): Generator<void> {
  if (aStart === aEnd || bStart === bEnd) return onlyOnes({aStart, aEnd, bStart, bEnd}, pieces);
  const [aByte, bByte] = [aEnds[aStart - 1] ?? 0, bEnds[bStart - 1] ?? 0];
  let [a, b] = [aStart, bStart];
  for (let work = 0; a < aEnd || b < bEnd; ) {
    let aAt = (aEnds[a++] ?? 0) - aByte;
    let bAt = (bEnds[b++] ?? 0) - bByte;
    while (aAt !== bAt) {
      if (aAt < bAt) aAt = (aEnds[a++] ?? 0) - aByte;
      else bAt = (bEnds[b++] ?? 0) - bByte;
      if (++work % stepSize === 0) yield;
    }
    // The other side may have further tokens, but only such without a byte.
    if (a === aEnd || b === bEnd) [a, b] = [aEnd, bEnd];
    pieces.add(pieceKinds.both, a, b);
    if (++work % stepSize === 0) yield;
  }
}

function* alignTexts(a: PlacedTokens, b: PlacedTokens, pieces: Pieces): Generator<void> {
  const encoder = new TextEncoder();
  const [aBytes, bBytes] = [encoder.encode(a.text), encoder.encode(b.text)];
  const known = new Map<string, number>();
  const runs = yield* commonRuns(yield* numbered(aBytes, a.ends, known), yield* numbered(bBytes, b.ends, known));
  let [aStart, bStart] = [0, 0];
  for (const run of [...runs, {a: a.ends.length, b: b.ends.length, length: 0}]) {
    const gap = {aStart, aEnd: run.a, bStart, bEnd: run.b};
    if (isSame(bytesOf(aBytes, a.ends, aStart, run.a), bytesOf(bBytes, b.ends, bStart, run.b)))
      yield* pairByBytes(a.ends, b.ends, gap, pieces);
    else onlyOnes(gap, pieces);
    for (let i = 1; i <= run.length; i++) pieces.add(pieceKinds.both, run.a + i, run.b + i);
    aStart = run.a + run.length;
    bStart = run.b + run.length;
    yield;
  }
}

function onlyOnes({aStart, aEnd, bStart, bEnd}: Ranges, pieces: Pieces): void {
  for (let token = aStart + 1; token <= aEnd; token++) pieces.add(pieceKinds.onlyA, token, bStart);
  for (let token = bStart + 1; token <= bEnd; token++) pieces.add(pieceKinds.onlyB, aEnd, token);
}

/** N numbers, the same for tokens of the same bytes. */
function* numbered(bytes: Uint8Array, ends: Uint32Array, known: Map<string, number>): Generator<void, Int32Array> {
  // Any encoding with a character of its own for each byte.
  const decoder = new TextDecoder("latin1");
  const numbers = new Int32Array(ends.length);
  for (let token = 0; token < ends.length; token++) {
    const key = decoder.decode(bytesOf(bytes, ends, token, token + 1));
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    numbers[token] = number;
    if (token % stepSize === stepSize - 1) yield;
  }
  return numbers;
}

function bytesOf(bytes: Uint8Array, ends: Uint32Array, from: number, to: number): Uint8Array {
  return bytes.subarray(ends[from - 1] ?? 0, ends[to - 1] ?? 0);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function* checkTiling({text, ends}: PlacedTokens): Generator<void> {
  let last = 0;
  for (let token = 0; token < ends.length; token++) {
    const end = ends[token] ?? 0;
    if (end < last) throw new RangeError(`token ${token} ends at byte ${end}, before its start at ${last}`);
    last = end;
    if (token % stepSize === stepSize - 1) yield;
  }
  const length = utf8Length(text);
  if (last !== length) throw new RangeError(`tokens end at byte ${last}, the text at ${length}`);
}
