import type {ShownText} from "./shownText";

/** Small enough to be built and laid out within a frame, together with the others that fill a window. */
const preferredTokens = 64;
const maxTokens = 320;

const lineFeed = 10;

/**
 * The tokens, cut into blocks that are drawn together. A block starts on a new line, so it ends where a token ends a line. Only a
 * line of more than {@link maxTokens} is cut inside.
 */
export class Blocks {
  readonly count: number;
  /** The first token of each block, and the number of tokens. */
  private readonly starts: Uint32Array;

  constructor(private readonly shown: ShownText) {
    const starts = [0];
    let start = 0;
    for (let token = 0; token + 1 < shown.count; token++) {
      const size = token + 1 - start;
      if (size < preferredTokens || (size < maxTokens && !shown.endsLine(token))) continue;
      start = token + 1;
      starts.push(start);
    }
    this.count = shown.count === 0 ? 0 : starts.length;
    this.starts = Uint32Array.from([...starts, shown.count]);
  }

  start(block: number): number {
    return this.starts[block] ?? 0;
  }

  end(block: number): number {
    return this.start(block + 1);
  }

  /** The block of a token. */
  of(token: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.start(middle) <= token) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** An estimate of the rows that a block takes in a window of so many columns. */
  rows(block: number, columns: number): number {
    const {byteEnds, texts} = this.shown.scored;
    const start = this.start(block);
    const end = this.end(block);
    if (byteEnds) return rowsOf(this.shown.bytes, byteEnds[start - 1] ?? 0, byteEnds[end - 1] ?? 0, columns);
    let width = 0;
    for (let token = start; token < end; token++) width += (texts?.[token]?.length ?? 0) + 1;
    return Math.max(1, Math.ceil(width / columns));
  }
}

/** Rows of UTF-8 bytes in a font of fixed width, where characters of East Asia and emoji take two columns. */
function rowsOf(bytes: Uint8Array, start: number, end: number, columns: number): number {
  let rows = 0;
  let width = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === lineFeed) {
      rows += Math.max(1, Math.ceil(width / columns));
      width = 0;
    } else if (byte < 0x80) width++;
    else if (byte >= 0xc0) width += byte >= 0xe3 && byte !== 0xef ? 2 : 1;
  }
  return rows + (width > 0 || rows === 0 ? Math.max(1, Math.ceil(width / columns)) : 0);
}
