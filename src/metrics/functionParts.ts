import type {Region} from "./regions";

/** A line or function of a scored text. Offsets are UTF-16. */
export interface Part {
  /** Null for a line, which is shown by its text. */
  readonly name: string | null;
  /** The regions that count for it. */
  readonly regions: readonly Region[];
  /** The part that is shown and selected: a line without its leading and trailing white space, or a function's name. */
  readonly place: Region;
  /** All of it: a function with its body and the functions inside it. */
  readonly whole: Region;
  /** Functions inside it count for themselves. */
  readonly hasInner: boolean;
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
  const surrounding = new Set<number>();
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
    const around = open.at(-1);
    if (around && end > start) surrounding.add(around.index);
    open.push({index, end: Math.min(end, around?.end ?? end)});
  }
  closeUpTo(Number.POSITIVE_INFINITY);
  return sorted.map(({name, place, start, end}, index) => ({
    name,
    place,
    regions: regions[index] ?? [],
    whole: {start, end},
    hasInner: surrounding.has(index)
  }));
}
