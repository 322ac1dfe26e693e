import {metrics} from "../../metrics/metrics";
import {minTellingBytes} from "../../metrics/regions";
import {TokenSums} from "../../metrics/scoreSums";
import {utf8Length} from "../../text/textOffsets";
import type {Heat} from "./heat";
import {type Line, maxLineLength} from "./strokes";

/**
 * Bits per byte of a line, with its line break, as Surprising Lines has it (docs/metrics.md, "A part of a text"). Null where
 * the line was edited since, nothing of it is scored, it is too short to tell anything, or so long that its end is not drawn.
 */
export function lineBitsPerByte(
  {pieces, scores}: Pick<Heat, "pieces" | "scores">,
  text: string,
  line: Line
): number | null {
  if (line.length > maxLineLength || isShort(text.trim())) return null;
  const {starts, ends, firstTokens} = pieces;
  const end = line.start + line.length + line.endLength;
  const sums = new TokenSums(scores);
  let piece = pieces.firstEndingBehind(line.start);
  // A piece that an edit emptied at the line's start ends before the first one that is left.
  if (piece > 0 && starts[piece - 1] === ends[piece - 1]) return null;
  let at = Math.min(line.start, starts[piece] ?? 0);
  for (; at < end; piece++) {
    const [from, to] = [starts[piece] ?? end, ends[piece] ?? end];
    // What was written stands between the pieces; what an edit touched is an empty one.
    if (from !== at || to === from) return null;
    if (from >= line.start)
      for (let token = firstTokens[piece] ?? 0; token < (firstTokens[piece + 1] ?? 0); token++) sums.add(token);
    at = to;
  }
  return metrics.bitsPerByte.of(sums.sums);
}

function isShort(text: string): boolean {
  return text.length < minTellingBytes && utf8Length(text) < minTellingBytes;
}
