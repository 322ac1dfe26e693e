import {lastAtMost, Utf8Index} from "../../text/utf8Index";
import type {ScoredText} from "./protocol";

/** UTF-16 offsets in the scored text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Tokens `[from, to)`. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** Where the tokens of a scored text are in it. */
export class TokenPlaces {
  private constructor(
    private readonly text: string,
    private readonly byteEnds: Uint32Array,
    private readonly index: Utf8Index
  ) {}

  /** Null if tokens have no place in the text. Long texts take some steps, each well below a millisecond. */
  static *of({text, byteEnds}: Pick<ScoredText, "text" | "byteEnds">): Generator<void, TokenPlaces | null> {
    return byteEnds && new TokenPlaces(text, byteEnds, yield* Utf8Index.of(text));
  }

  /**
   * The range of the text that tokens cover. It ends with a whole character, and of tokens that are a part of one it is the
   * character. Null if there are no such tokens.
   */
  rangeOf({from, to}: TokenRange): TextRange | null {
    const endByte = this.byteEnds[to - 1];
    if (endByte === undefined || from >= to) return null;
    const startByte = this.byteEnds[from - 1] ?? 0;
    const start = this.index.unitAt(startByte);
    const end = this.index.unitAt(endByte);
    // An ASCII character has no parts: a token that covers nothing is the space that SentencePiece puts in front.
    if (endByte === startByte || this.index.byteAt(end) === endByte) return {start, end};
    return {start, end: end + ((this.text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)};
  }

  /** The tokens that a range of the text has a part in; null if it is empty. */
  tokensIn({start, end}: TextRange): TokenRange | null {
    const {byteEnds} = this;
    if (start >= end || byteEnds.length === 0) return null;
    const startByte = this.index.byteAt(start);
    const endByte = this.index.byteAt(end);
    const from = (byteEnds[0] ?? 0) > startByte ? 0 : lastAtMost(byteEnds, startByte) + 1;
    const last = (byteEnds[0] ?? 0) >= endByte ? 0 : lastAtMost(byteEnds, endByte - 1) + 1;
    return from < byteEnds.length ? {from, to: Math.min(last, byteEnds.length - 1) + 1} : null;
  }
}
