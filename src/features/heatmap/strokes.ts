import {type BucketName, bucketOf, buckets} from "../../metrics/buckets";
import type {MovingPieces} from "./movingPieces";

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
  readonly bucket: BucketName;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** VS Code draws only this much of a line by default (editor.stopRenderingLineAfter). */
const maxLineLength = 10_000;

/** Buckets without a colour: tokens that are as expected, and tokens without a score. */
const uncoloured: ReadonlySet<string> = new Set<BucketName>(["p50", "unscored"]);

/** The strokes of a line, in order and without overlaps. */
export function strokesOf(pieces: MovingPieces, {number, start, length, endLength}: Line): Stroke[] {
  const strokes: Stroke[] = [];
  const end = start + Math.min(length, maxLineLength);
  for (let piece = pieces.firstEndingBehind(start); piece < pieces.ends.length; piece++) {
    const from = Math.max(pieces.starts[piece] ?? 0, start);
    if (from >= end) break;
    const to = Math.min(pieces.ends[piece] ?? 0, end);
    const bucket = colouredBucket(pieces, piece);
    if (to > from && bucket) strokes.push({bucket, line: number, from: from - start, to: to - start});
  }
  const lineBreak = endLength > 0 && length <= maxLineLength && lineBreakBucket(pieces, start + length, endLength);
  if (lineBreak) strokes.push({bucket: lineBreak, line: number, from: length, to: length});
  return strokes;
}

/** The bucket of a line break. CRLF may be two tokens: then the more surprising one counts. */
function lineBreakBucket(pieces: MovingPieces, at: number, length: number): BucketName | undefined {
  const names = [at, at + length - 1].map((offset) => {
    const piece = pieces.at(offset);
    return piece === undefined ? undefined : colouredBucket(pieces, piece);
  });
  return buckets.findLast(({name}) => names.includes(name))?.name;
}

function colouredBucket(pieces: MovingPieces, piece: number): BucketName | undefined {
  const logprob = pieces.logprobs[piece] ?? Number.NaN;
  const {name} = bucketOf(Number.isNaN(logprob) ? null : logprob);
  return uncoloured.has(name) ? undefined : name;
}
