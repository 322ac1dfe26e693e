import type {LevelFinder} from "../../metrics/colourScale";
import {colouredLevels} from "./heatColour";

/** Marks of one document, at most: a ruler that is full of them leads nowhere. In a short text, one for so many pieces. */
const maxMarks = 40;
const piecesPerMark = 20;

/** A document's pieces are divided into this many parts of equal length, of which each has one mark at most. */
const parts = 200;

/** Pieces between two yields: below a millisecond's work. */
const stepSize = 1 << 12;

const strongest = Math.max(...colouredLevels);

/**
 * The pieces that the overview ruler marks: those of the strongest level, of neighbours only the most surprising one, and of these
 * the most surprising ones, {@link maxMarks} at most. In the order of the text.
 */
export function* rulerMarks(logprobs: Float64Array, levelOf: LevelFinder): Generator<void, number[]> {
  const found = new Map<number, number>();
  for (let piece = 0; piece < logprobs.length; piece++) {
    if (piece % stepSize === stepSize - 1) yield;
    if (levelOf(piece) !== strongest) continue;
    const part = Math.floor((piece / logprobs.length) * parts);
    const before = found.get(part);
    if (before === undefined || surprisal(logprobs, piece) > surprisal(logprobs, before)) found.set(part, piece);
  }
  const marks = [...found.values()].sort((a, b) => surprisal(logprobs, b) - surprisal(logprobs, a));
  const most = Math.min(maxMarks, Math.ceil(logprobs.length / piecesPerMark));
  return marks.slice(0, most).sort((a, b) => a - b);
}

function surprisal(logprobs: Float64Array, piece: number): number {
  // Two infinite surprisals can't be subtracted.
  return Math.min(Number.MAX_VALUE, 0 - (logprobs[piece] ?? 0));
}
