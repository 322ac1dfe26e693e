import type {ScoredText} from "../../src/features/logprobs/protocol";
import {utf16Offsets} from "../../src/text/textOffsets";
import {shortLabel, tokenLabel} from "../../src/text/tokenLabel";
import {visibleText} from "../../src/text/visibleText";

/** Tokens that are drawn: half a kilobyte of a browser's memory each. A line of 10 MB has millions. */
export const maxDrawn = 300_000;

/** A scored text as it is drawn: where its tokens stand in it, and what they look like. */
export class ShownText {
  readonly count: number;
  /** The first ones, which are drawn. */
  readonly drawn: number;
  /**
   * N UTF-16 offsets at which tokens end. A token that ends inside a character ends where that character starts. Null
   * where the tokens stand nowhere in the text.
   */
  readonly ends: Uint32Array | null;
  private readonly bytes: Uint8Array;

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

  /** The token is followed by a line break, which stands beside it. */
  endsLine(token: number): boolean {
    const end = this.end(token);
    return end > this.start(token) && this.scored.text[end - 1] === "\n";
  }

  /** Null where unscored. */
  logprob(token: number): number | null {
    const logprob = this.scored.logprobs[token] ?? Number.NaN;
    return Number.isNaN(logprob) ? null : logprob;
  }

  /**
   * The token on one line, all of it visible (metrics/tokenLabel.ts). Made when asked for: of most tokens of a long text
   * nobody does.
   */
  label(token: number): string {
    const {byteEnds, texts} = this.scored;
    if (!byteEnds) return shortLabel(visibleText(texts?.[token] ?? ""));
    return tokenLabel(this.bytes.subarray(byteEnds[token - 1] ?? 0, byteEnds[token] ?? 0));
  }
}
