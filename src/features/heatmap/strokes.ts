import type {LevelFinder} from "../../metrics/colourScale";
import {type ColouredLevel, colouredLevel, colouredLevels} from "./heatColour";
import type {MovingPieces} from "./movingPieces";

/** The pieces of a text under edits, and the levels that they had when it was scored. */
export interface LevelledPieces {
  readonly pieces: MovingPieces;
  readonly levelOf: LevelFinder;
}

/** A line of a document. */
export interface Line {
  readonly number: number;
  /** UTF-16 offset of its first character. */
  readonly start: number;
  /** UTF-16 units without the line end. */
  readonly length: number;
  /** UTF-16 units of the line end: 1 or 2, or 0 for the document's last line. */
  readonly endLength: number;
}

/** A part of a line in one colour. An empty stroke at the line's end colours the line break. */
export interface Stroke {
  readonly level: ColouredLevel;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** VS Code draws only this much of a line by default (editor.stopRenderingLineAfter). */
export const maxLineLength = 10_000;

/** The strokes of a line, in order and without overlaps. */
export function strokesOf(heat: LevelledPieces, {number, start, length, endLength}: Line): Stroke[] {
  const {pieces, levelOf} = heat;
  const strokes: Stroke[] = [];
  const end = start + Math.min(length, maxLineLength);
  for (let piece = pieces.firstEndingBehind(start); piece < pieces.ends.length; piece++) {
    const from = Math.max(pieces.starts[piece] ?? 0, start);
    if (from >= end) break;
    const to = Math.min(pieces.ends[piece] ?? 0, end);
    const level = colouredLevel(levelOf(piece));
    if (to > from && level) strokes.push({level, line: number, from: from - start, to: to - start});
  }
  const lineBreak = endLength > 0 && length <= maxLineLength && lineBreakLevel(heat, start + length, endLength);
  if (lineBreak) strokes.push({level: lineBreak, line: number, from: length, to: length});
  return strokes;
}

/** The level of a line break. CRLF may be two tokens: then the stronger one counts. */
function lineBreakLevel({pieces, levelOf}: LevelledPieces, at: number, length: number): ColouredLevel | undefined {
  const found = [at, at + length - 1].map((offset) => {
    const piece = pieces.at(offset);
    return piece === undefined ? undefined : colouredLevel(levelOf(piece));
  });
  return colouredLevels.findLast((level) => found.includes(level));
}
