import {colouredLevel} from "./heatColour";
import type {LevelledPieces} from "./strokes";

/** 1: towards the end. */
export type Direction = 1 | -1;

/** Pieces between two yields: below a millisecond's work. */
const stepSize = 1 << 12;

/** A piece beyond the threshold, and whether the search came to it from the other end of the text. */
export interface Surprise {
  readonly piece: number;
  readonly wrapped: boolean;
}

/**
 * The next piece beyond the threshold, seen from an offset at which none counts itself; then from the other end on. Undefined if
 * there is none at all.
 */
export function* surpriseFrom(
  {pieces, levelOf}: LevelledPieces,
  offset: number,
  direction: Direction
): Generator<void, Surprise | undefined> {
  const {starts, ends} = pieces;
  const {length} = starts;
  const behind = pieces.firstEndingBehind(offset);
  const start = starts[behind] ?? Number.POSITIVE_INFINITY;
  let piece = behind;
  if (direction === 1 && start <= offset) piece++;
  if (direction === -1 && start >= offset) piece--;
  let wrapped = false;
  for (let seen = 0; seen < length; seen++, piece += direction) {
    if (seen % stepSize === stepSize - 1) yield;
    wrapped ||= piece < 0 || piece >= length;
    piece = (piece + length) % length;
    const isThere = (ends[piece] ?? 0) > (starts[piece] ?? 0);
    if (isThere && colouredLevel(levelOf(piece)) !== undefined) return {piece, wrapped};
  }
  return undefined;
}
