import type {ShownText} from "./shownText";

/** Small enough to be built and laid out within a frame, together with the others that fill a window. */
const preferredTokens = 64;
const maxTokens = 320;

/** Tokens between two yields. */
const stepSize = 1 << 14;

const lineFeed = 10;

/**
 * The tokens, cut into blocks that are drawn together. A block starts on a new line, so it ends where a token ends a line. Only a
 * line of more than {@link maxTokens} is cut inside.
 */
export class Blocks {
  readonly count: number;
  /** Of each block, its lines and the columns of the widest one: most blocks have no line that wraps. */
  private readonly lines: Uint32Array;
  private readonly widest: Uint32Array;

  private constructor(
    private readonly shown: ShownText,
    /** The first token of each block, and the number of tokens. */
    private readonly starts: Uint32Array
  ) {
    this.count = starts.length - 1;
    this.lines = new Uint32Array(this.count);
    this.widest = new Uint32Array(this.count);
  }

  /** Yields after some milliseconds' work. */
  static *inSteps(shown: ShownText): Generator<void, Blocks> {
    const starts = shown.count === 0 ? [] : [0];
    let start = 0;
    for (let token = 0; token + 1 < shown.count; token++) {
      if (token % stepSize === stepSize - 1) yield;
      const size = token + 1 - start;
      if (size < preferredTokens || (size < maxTokens && !shown.endsLine(token))) continue;
      start = token + 1;
      starts.push(start);
    }
    const blocks = new Blocks(shown, Uint32Array.from([...starts, shown.count]));
    for (let block = 0; block < blocks.count; block++) {
      if (blocks.start(block + 1) % stepSize < blocks.start(block) % stepSize) yield;
      blocks.measure(block);
    }
    return blocks;
  }

  private measure(block: number): void {
    this.eachLine(block, (width) => {
      this.lines[block] = (this.lines[block] ?? 0) + 1;
      this.widest[block] = Math.max(this.widest[block] ?? 0, width);
    });
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
    if ((this.widest[block] ?? 0) <= columns) return this.lines[block] ?? 0;
    let rows = 0;
    this.eachLine(block, (width) => {
      rows += Math.max(1, Math.ceil(width / columns));
    });
    return rows;
  }

  /** Tells the columns of each line of a block. Tokens without a place stand in one line. */
  private eachLine(block: number, tell: (width: number) => void): void {
    const {byteEnds, texts} = this.shown.scored;
    const start = this.start(block);
    const end = this.end(block);
    if (byteEnds) {
      eachLine(this.shown.bytes, byteEnds[start - 1] ?? 0, byteEnds[end - 1] ?? 0, tell);
      return;
    }
    let width = 0;
    for (let token = start; token < end; token++) width += (texts?.[token]?.length ?? 0) + 1;
    tell(width);
  }
}

/** Lines of UTF-8 bytes in a font of fixed width, where characters of East Asia and emoji take two columns. One line at least. */
function eachLine(bytes: Uint8Array, start: number, end: number, tell: (width: number) => void): void {
  let width = 0;
  let isInLine = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    isInLine = byte !== lineFeed;
    if (!isInLine) {
      tell(width);
      width = 0;
    } else if (byte < 0x80) width++;
    else if (byte >= 0xc0) width += byte >= 0xe3 && byte !== 0xef ? 2 : 1;
  }
  if (isInLine) tell(width);
}
