import type {Part} from "../../metrics/functionParts";
import type {Region} from "../../metrics/regions";

/**
 * A text's lines, as an editor counts them. Each ends behind its line break, so that lines tile the text. A token that begins
 * with the break and holds the next line's indentation counts for the line that it ends.
 */
export function* linesInSteps(text: string): Generator<void, Part[]> {
  const lines: Part[] = [];
  for (let start = 0; start <= text.length; ) {
    const end = yield* lineEnd(text, start);
    const whole = {start, end: nextLine(text, end)};
    lines.push({name: null, regions: [whole], place: trimmed(text, start, end), whole, hasInner: false});
    if (end === text.length) break;
    start = nextLine(text, end);
    if (lines.length % stepSize === 0) yield;
  }
  return lines;
}

/** Lines between two yields. */
const stepSize = 1 << 10;

/** Characters of one line between two yields: below a millisecond. */
const charactersPerStep = 1 << 16;

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** The offset of the next line break, or of the text's end. Not by indexOf, which would scan all the rest if there is no "\n". */
function* lineEnd(text: string, start: number): Generator<void, number> {
  let end = start;
  while (end < text.length && !isBreak(text.charCodeAt(end))) if (++end % charactersPerStep === 0) yield;
  return end;
}

function isBreak(unit: number): boolean {
  return unit === lineFeed || unit === carriageReturn;
}

function nextLine(text: string, end: number): number {
  if (end >= text.length) return text.length;
  return text.charCodeAt(end) === carriageReturn && text.charCodeAt(end + 1) === lineFeed ? end + 2 : end + 1;
}

function trimmed(text: string, start: number, end: number): Region {
  const line = text.slice(start, end);
  const first = start + line.length - line.trimStart().length;
  return first === end ? {start, end: start} : {start: first, end: start + line.trimEnd().length};
}
