import type {ScoredText} from "../../src/features/logprobs/protocol";
import {utf16Offsets} from "../../src/text/textOffsets";
import {shortLabel, tokenLabel} from "../../src/text/tokenLabel";
import {visibleText} from "../../src/text/visibleText";

/** Maximum tokens that are drawn: each takes half a kilobyte of the browser's memory, and a line of 10 MB has millions. */
export const maxDrawn = 300_000;

/** A scored text as it is drawn: places and labels of its tokens. */
export class ShownText {
  readonly count: number;
  /** The number of tokens that are drawn: the first ones. */
  readonly drawn: number;
  /**
   * N UTF-16 offsets at which tokens end. A token that ends inside a character ends where that character starts. Null if
   * tokens have no place in the text.
   */
  readonly ends: Uint32Array | null;
  /** The text in UTF-8; empty if tokens have no place in it. */
  readonly bytes: Uint8Array;

  constructor(readonly scored: ScoredText) {
    const {text, ids, byteEnds} = scored;
    this.count = ids.length;
    this.drawn = Math.min(this.count, maxDrawn);
    this.ends = byteEnds && utf16Offsets(text, byteEnds);
    this.bytes = new TextEncoder().encode(byteEnds ? text : "");
  }

  start(token: number): number {
    return this.ends?.[token - 1] ?? 0;
  }

  end(token: number): number {
    return this.ends?.[token] ?? 0;
  }

  /** Whether the token ends with a line break, which is drawn after its element. */
  endsLine(token: number): boolean {
    const end = this.end(token);
    return end > this.start(token) && this.scored.text[end - 1] === "\n";
  }

  /** Null if not scored. */
  logprob(token: number): number | null {
    const logprob = this.scored.logprobs[token] ?? Number.NaN;
    return Number.isNaN(logprob) ? null : logprob;
  }

  /**
   * The token on one line, with all characters visible (text/tokenLabel.ts). Made on demand: most tokens of a long text are
   * never looked at.
   */
  label(token: number): string {
    const {byteEnds, texts} = this.scored;
    if (!byteEnds) return shortLabel(visibleText(texts?.[token] ?? ""));
    return tokenLabel(this.bytes.subarray(byteEnds[token - 1] ?? 0, byteEnds[token] ?? 0));
  }
}
