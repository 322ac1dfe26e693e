import {metrics} from "./metrics";
import type {Summary} from "./summary";
import {type Alignment, pieceKinds} from "./tokenAlignment";

/** Bits of P pieces on both sides. */
export interface PieceBits {
  /** P sums over the piece's scored tokens. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** P differences `b - a`: below zero, B is less surprised. NaN if only one side has the piece, or a token of it is unscored. */
  readonly differences: Float64Array;
  readonly sums: ComparedSums;
}

/** Sums over all pieces. The bits of a side's four groups add up to those of its scored tokens. */
export interface ComparedSums {
  /** Pieces of both texts of which every token is scored on both sides. */
  readonly compared: SideSums;
  /** Pieces of both texts with an unscored token on either side: they are left out of the comparison. */
  readonly leftOut: SideSums;
  /** Tokens that only this text has. */
  readonly only: SideSums;
}

export interface SideSums {
  readonly pieces: number;
  readonly aTokens: number;
  readonly bTokens: number;
  readonly aBits: number;
  readonly bBits: number;
  /** Tokens without a score. */
  readonly aUnscored: number;
  readonly bUnscored: number;
}

type Sums = {-readonly [Key in keyof SideSums]: SideSums[Key]};

/** A side's N natural logprobs; NaN where unscored. */
type Logprobs = Float64Array;

/** Compares the scores of two texts piece by piece. */
export function pieceBits({kinds, aEnds, bEnds}: Alignment, aLogprobs: Logprobs, bLogprobs: Logprobs): PieceBits {
  const a = new Float64Array(kinds.length);
  const b = new Float64Array(kinds.length);
  const differences = new Float64Array(kinds.length);
  const groups = {compared: noSums(), leftOut: noSums(), only: noSums()};
  for (let piece = 0; piece < kinds.length; piece++) {
    const [aSum, bSum] = [sideOf(aLogprobs, aEnds, piece), sideOf(bLogprobs, bEnds, piece)];
    a[piece] = aSum.bits;
    b[piece] = bSum.bits;
    const isWhole = aSum.unscored + bSum.unscored === 0;
    const isCompared = kinds[piece] === pieceKinds.both && isWhole;
    differences[piece] = isCompared ? difference(aSum.bits, bSum.bits) : Number.NaN;
    const sums = isCompared ? groups.compared : kinds[piece] === pieceKinds.both ? groups.leftOut : groups.only;
    sums.pieces++;
    sums.aTokens += aSum.tokens;
    sums.bTokens += bSum.tokens;
    sums.aBits += aSum.bits;
    sums.bBits += bSum.bits;
    sums.aUnscored += aSum.unscored;
    sums.bUnscored += bSum.unscored;
  }
  return {a, b, differences, sums: groups};
}

/** What two models hold impossible is equally surprising. */
function difference(a: number, b: number): number {
  return a === b ? 0 : b - a;
}

function noSums(): Sums {
  return {pieces: 0, aTokens: 0, bTokens: 0, aBits: 0, bBits: 0, aUnscored: 0, bUnscored: 0};
}

function sideOf(
  logprobs: Logprobs,
  ends: Uint32Array,
  piece: number
): {tokens: number; bits: number; unscored: number} {
  const [from, to] = [ends[piece - 1] ?? 0, ends[piece] ?? 0];
  let nats = 0;
  let unscored = 0;
  for (let token = from; token < to; token++) {
    const logprob = logprobs[token] ?? Number.NaN;
    if (Number.isNaN(logprob)) unscored++;
    else nats -= logprob;
  }
  return {tokens: to - from, bits: nats / Math.LN2, unscored};
}

/** A number of both sides in the table of totals. */
export interface ComparedTotal {
  readonly key: "bitsPerByte" | "bitsPerCharacter" | "comparedBits" | "perplexity" | "tokens";
  /** Null where it has no value. */
  readonly a: number | null;
  readonly b: number | null;
  /** Null: the two numbers can't be compared, or the larger one is not better. */
  readonly better: "a" | "b" | "equal" | null;
}

/** What may be compared between two sides. */
export interface Comparability {
  readonly isSameText: boolean;
  /** Both cut the text into the same tokens, so that also numbers per token can be compared. */
  readonly isSameTokens: boolean;
}

export function comparability(a: ComparedTokens, b: ComparedTokens): Comparability {
  const isSameText = a.text === b.text;
  const {ids, ends} = a;
  // The same places without the same ids would be another vocabulary, with other chances.
  const isSameTokens = isSameText && isEqual(ids, b.ids) && ends !== null && b.ends !== null && isEqual(ends, b.ends);
  return {isSameText, isSameTokens};
}

interface ComparedTokens {
  readonly text: string;
  readonly ids: Int32Array;
  readonly ends: Uint32Array | null;
}

function isEqual(a: Int32Array | Uint32Array, b: Int32Array | Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The totals, those that any two models can be compared by first. `sums` is null if the tokens could not be aligned. */
export function comparedTotals(
  a: Summary,
  b: Summary,
  sums: ComparedSums | null,
  {isSameTokens}: Comparability
): ComparedTotal[] {
  const rows: ComparedTotal[] = [
    total("bitsPerByte", metrics.bitsPerByte.of(a), metrics.bitsPerByte.of(b), true),
    total("bitsPerCharacter", metrics.bitsPerCharacter.of(a), metrics.bitsPerCharacter.of(b), true)
  ];
  if (sums !== null) rows.push(total("comparedBits", sums.compared.aBits, sums.compared.bBits, true));
  rows.push(total("perplexity", metrics.perplexity.of(a), metrics.perplexity.of(b), isSameTokens));
  rows.push(total("tokens", a.tokens, b.tokens, false));
  return rows;
}

function total(key: ComparedTotal["key"], a: number | null, b: number | null, isComparable: boolean): ComparedTotal {
  if (!isComparable || a === null || b === null) return {key, a, b, better: null};
  return {key, a, b, better: a === b ? "equal" : a < b ? "a" : "b"};
}

/** Indices of the pieces with the largest differences, the largest first; of equal ones the first in the text. */
export function largestDifferences(differences: Float64Array, count: number): number[] {
  const largest: number[] = [];
  const size = (piece: number | undefined): number => (piece === undefined ? 0 : Math.abs(differences[piece] ?? 0));
  for (let piece = 0; piece < differences.length; piece++) {
    // A difference that is not known is not larger than any.
    if (!(size(piece) > (largest.length < count ? 0 : size(largest.at(-1))))) continue;
    const place = largest.findIndex((other) => size(other) < size(piece));
    largest.splice(place === -1 ? largest.length : place, 0, piece);
    largest.length = Math.min(largest.length, count);
  }
  return largest;
}
