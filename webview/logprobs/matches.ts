import type {ShownText} from "./shownText";
import type {TokenRange} from "./tokenRange";

/** UTF-16 units that are searched between two yields, and tokens that are looked at. */
const stepSize = 1 << 16;

/** Where a text has what is searched for. */
export interface Matches {
  readonly count: number;
  /** The tokens that hold a match. */
  tokens(match: number): TokenRange;
  /** N numbers, one for each token: 1 if it holds a part of a match. */
  readonly marks: Uint8Array;
}

/**
 * Finds all places of `query` that don't overlap, in upper or lower case: by Unicode's simple folding, so that a match is as long as
 * the query. Yields after some milliseconds' work.
 */
export function* findMatches(shown: ShownText, query: string): Generator<void, Matches> {
  const {text, ends} = yield* searched(shown);
  const starts = yield* findAll(text, query);
  const tokens = (match: number): TokenRange => {
    const start = starts[match] ?? 0;
    // Both tokens end behind a unit of the match: the first its first, the last its last.
    return {from: firstBeyond(ends, start), to: firstBeyond(ends, start + query.length - 1) + 1};
  };
  const marks = new Uint8Array(shown.count);
  for (const match of starts.keys()) {
    const {from, to} = tokens(match);
    marks.fill(1, from, to);
    if (match % 1000 === 999) yield;
  }
  return {count: starts.length, tokens, marks};
}

/** What is searched, and the offsets at which tokens end. Tokens without a place in the text are searched in their own texts. */
function* searched(shown: ShownText): Generator<void, {text: string; ends: Uint32Array}> {
  const {text, texts} = shown.scored;
  for (let token = stepSize; token < shown.count; token += stepSize) {
    shown.end(token);
    yield;
  }
  if (shown.ends !== null) return {text, ends: shown.ends};
  let end = 0;
  return {text: texts?.join("") ?? "", ends: Uint32Array.from(texts ?? [], (one) => (end += one.length))};
}

function* findAll(text: string, query: string): Generator<void, number[]> {
  const starts: number[] = [];
  if (query === "") return starts;
  const pattern = new RegExp(query.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&"), "giu");
  let from = 0;
  while (from < text.length) {
    const end = from + stepSize;
    const piece = text.slice(from, end + query.length - 1);
    let next = end;
    for (const {index} of piece.matchAll(pattern)) {
      starts.push(from + index);
      next = Math.max(next, from + index + query.length);
    }
    from = next;
    yield;
  }
  return starts;
}

/** The first token that ends beyond a unit. */
function firstBeyond(ends: Uint32Array, unit: number): number {
  let low = 0;
  let high = Math.max(0, ends.length - 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > unit) high = middle;
    else low = middle + 1;
  }
  return low;
}
