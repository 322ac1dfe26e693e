import {tokenLabel} from "../../text/tokenLabel";
import type {Cut, LineCuts} from "./protocol";

/** The ends in bytes of a text's tokens under one tokenizer; null where its tokens have no place in the text. */
export type TokenEnds = Uint32Array | null;

/** Tokens of a line that are shown. Further ones are only counted. */
export const maxCuts = 400;

/**
 * How several tokenizers cut each line of a text. Tokenizers that cut a line in the same places share a row; a token belongs
 * to the line in which it begins.
 *
 * @param bytes the text in UTF-8
 * @param ends of each tokenizer, the first one to compare with first
 * @param firstLine number of the text's first line
 */
export function* lineCuts(bytes: Uint8Array, ends: readonly TokenEnds[], firstLine: number): Generator<LineCuts> {
  const next = ends.map(() => 0);
  let line = firstLine;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    const spans = ends.map((of, i) => of && spansOf(of, next, i, end));
    yield {line, rows: rowsOf(bytes, spans)};
    start = end;
  }
}

/** Starts and ends of the tokens of one line, one after the other. */
function spansOf(ends: Uint32Array, next: number[], tokenizer: number, lineEnd: number): number[] {
  const spans: number[] = [];
  let token = next[tokenizer] ?? 0;
  for (; token < ends.length; token++) {
    const start = ends[token - 1] ?? 0;
    if (start >= lineEnd) break;
    spans.push(start, ends[token] ?? start);
  }
  next[tokenizer] = token;
  return spans;
}

function rowsOf(bytes: Uint8Array, spans: readonly (number[] | null)[]): LineCuts["rows"] {
  const groups = new Map<string, {tokenizers: number[]; spans: number[]}>();
  for (const [tokenizer, own] of spans.entries()) {
    if (own === null) continue;
    const key = own.join();
    const group = groups.get(key);
    if (group) group.tokenizers.push(tokenizer);
    else groups.set(key, {tokenizers: [tokenizer], spans: own});
  }
  const [first] = groups.values();
  const known = new Set(pairs(first?.spans ?? []).map(([start, end]) => `${start}-${end}`));
  return [...groups.values()].map((group) => {
    const all = pairs(group.spans);
    const cuts = all
      .slice(0, maxCuts)
      .map(
        ([start, end]): Cut => ({label: tokenLabel(bytes.subarray(start, end)), differs: !known.has(`${start}-${end}`)})
      );
    return {tokenizers: group.tokenizers, tokens: all.length, cuts};
  });
}

function pairs(spans: readonly number[]): [start: number, end: number][] {
  return Array.from({length: spans.length / 2}, (_, i) => [spans[2 * i] ?? 0, spans[2 * i + 1] ?? 0]);
}
