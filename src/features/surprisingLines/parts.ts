import type {Region} from "../../metrics/regions";

/** A line or function of a scored text. Offsets are UTF-16. */
export interface Part {
  /** Null for a line, which is shown by its text. */
  readonly name: string | null;
  /** The regions that count for it. */
  readonly regions: readonly Region[];
  /** The part that is shown and selected: a line without its leading and trailing white space, or a function's name. */
  readonly place: Region;
}

/**
 * A text's lines, as an editor counts them. Each ends behind its line break, so that lines tile the text. A token that begins
 * with the break and holds the next line's indentation counts for the line that it ends.
 */
export function* linesInSteps(text: string): Generator<void, Part[]> {
  const lines: Part[] = [];
  for (let start = 0; start <= text.length; ) {
    const end = yield* lineEnd(text, start);
    lines.push({name: null, regions: [{start, end: nextLine(text, end)}], place: trimmed(text, start, end)});
    if (end === text.length) break;
    start = nextLine(text, end);
    if (lines.length % stepSize === 0) yield;
  }
  return lines;
}

/** A function, method or constructor, named by its language. Offsets are UTF-16. */
export interface FunctionRange extends Region {
  readonly name: string;
  readonly place: Region;
}

/**
 * A text's functions, each without the functions inside it. So no token counts twice, and a function is not surprising
 * because of another function that it surrounds. A function that reaches beyond the function around it is cut off there.
 */
export function functionParts(functions: readonly FunctionRange[]): Part[] {
  const sorted = functions.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const regions = sorted.map((): Region[] => []);
  const open: {readonly index: number; readonly end: number}[] = [];
  let from = 0;
  /** Adds the text since the last border to the innermost open function. */
  const reach = (offset: number): void => {
    const inner = open.at(-1);
    if (inner && offset > from) regions[inner.index]?.push({start: from, end: offset});
    from = offset;
  };
  const closeUpTo = (offset: number): void => {
    for (let inner = open.at(-1); inner && inner.end <= offset; inner = open.at(-1)) {
      reach(inner.end);
      open.pop();
    }
  };
  for (const [index, {start, end}] of sorted.entries()) {
    closeUpTo(start);
    reach(start);
    open.push({index, end: Math.min(end, open.at(-1)?.end ?? end)});
  }
  closeUpTo(Number.POSITIVE_INFINITY);
  return sorted.map(({name, place}, index) => ({name, place, regions: regions[index] ?? []}));
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
