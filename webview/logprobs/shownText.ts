import type {ScoredText} from "../../src/features/logprobs/protocol";
import {OffsetWalk} from "../../src/text/textOffsets";
import {shortLabel, tokenLabel} from "../../src/text/tokenLabel";
import {visibleText} from "../../src/text/visibleText";
import {clusterEnd} from "./clusters";

const lineFeed = 10;

/**
 * A scored text as it is drawn: places and labels of its tokens. All of it is made on demand, because most tokens of a long
 * text are never looked at.
 */
export class ShownText {
  readonly count: number;
  /** The text in UTF-8; empty if tokens have no place in it. */
  readonly bytes: Uint8Array;
  private readonly walk: OffsetWalk | null;
  /** A text of ASCII has the same offsets in bytes and in UTF-16. */
  private readonly sameOffsets: Uint32Array | null;

  constructor(readonly scored: ScoredText) {
    const {text, ids, byteEnds} = scored;
    this.count = ids.length;
    this.bytes = new TextEncoder().encode(byteEnds ? text : "");
    this.sameOffsets = this.bytes.length === text.length && (byteEnds?.at(-1) ?? 0) <= text.length ? byteEnds : null;
    this.walk = byteEnds && new OffsetWalk(text, byteEnds);
  }

  /** Whether tokens have a place in the text. */
  get hasPlaces(): boolean {
    return this.scored.byteEnds !== null;
  }

  /**
   * N UTF-16 offsets at which tokens end. A token that ends inside a character ends where that character starts. Null if
   * tokens have no place in the text.
   */
  get ends(): Uint32Array | null {
    return this.sameOffsets ?? this.walk?.upTo(this.count) ?? null;
  }

  start(token: number): number {
    return token === 0 ? 0 : this.end(token - 1);
  }

  end(token: number): number {
    const ends = this.sameOffsets ?? this.walk?.upTo(token + 1);
    return ends?.[token] ?? 0;
  }

  /**
   * Where the drawn part of a token ends: a character that tokens share is drawn once, whole. One whose bytes they share is drawn
   * by the token with its last byte; marks and joiners are drawn by the token with the character that they change.
   */
  drawnEnd(token: number): number {
    return token < 0 ? 0 : clusterEnd(this.scored.text, this.end(token));
  }

  /** Whether the token ends with a line break, which is drawn after its element. */
  endsLine(token: number): boolean {
    const {byteEnds} = this.scored;
    const end = byteEnds?.[token] ?? 0;
    return end > (byteEnds?.[token - 1] ?? 0) && this.bytes[end - 1] === lineFeed;
  }

  /** Null if not scored. */
  logprob(token: number): number | null {
    const logprob = this.scored.logprobs[token] ?? Number.NaN;
    return Number.isNaN(logprob) ? null : logprob;
  }

  /** The text of tokens `[from, to)`, as it was scored. */
  textOf(from: number, to: number): string {
    const {text, texts} = this.scored;
    if (to <= from) return "";
    return this.hasPlaces ? text.slice(this.start(from), this.end(to - 1)) : (texts?.slice(from, to).join("") ?? "");
  }

  /** The token on one line, with all characters visible (text/tokenLabel.ts). */
  label(token: number): string {
    const {byteEnds, texts} = this.scored;
    if (!byteEnds) return shortLabel(visibleText(texts?.[token] ?? ""));
    return tokenLabel(this.bytes.subarray(byteEnds[token - 1] ?? 0, byteEnds[token] ?? 0));
  }
}
