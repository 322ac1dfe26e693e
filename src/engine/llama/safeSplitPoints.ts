/** What decides where a text may be split, for one vocabulary. */
export interface SplitRules {
  /** The bytes of each token. */
  readonly tokens: Iterable<Uint8Array>;
  /** Texts of the tokens that are looked for before a text is cut into words: special and user-defined ones. */
  readonly special: readonly string[];
  /** The pairs that the tokenizer joins, as bytes; empty if it joins whatever makes a token. */
  readonly merges: Iterable<readonly [left: Uint8Array, right: Uint8Array]>;
  /** The tokenizer puts a space in front of a text. */
  readonly addsSpace: boolean;
}

const space = 0x20;
const lineFeed = 0x0a;

/** A single space or line feed between two letters. */
const betweenLetters = /(\p{L})([ \n])(?=(\p{L}))/gu;

/**
 * The points at which a text can be split so that the tokens of its parts, one after the other, are those of the whole: between
 * a letter and a single space or line feed that another letter follows, if no token or merge spans the two.
 *
 * A tokenizer that cuts a text into words begins a word there, or at least joins nothing across the point: it looks ahead after
 * white space, digits and punctuation, never after a letter that white space follows. SentencePiece joins only what makes a
 * token; the space that it puts in front of a text stands for the one that the part would have begun with.
 *
 * test/engine/safeSplitPoints.test.ts tries this with llama.cpp's vocabularies.
 */
export class SafeSplitPoints {
  /** Last bytes of letters after which a space, or a line feed, can't be split off. */
  private readonly unsafe = {[space]: new Set<number>(), [lineFeed]: new Set<number>()};
  private readonly addsSpace: boolean;
  private readonly possible: boolean;
  /** Characters that special tokens begin and end with. */
  private readonly specialFirst: ReadonlySet<string>;
  private readonly specialLast: ReadonlySet<string>;
  private readonly utf8 = new TextEncoder();

  constructor({tokens, special, merges, addsSpace}: SplitRules) {
    for (const bytes of tokens) for (let i = 1; i < bytes.length; i++) this.spans(bytes[i - 1], bytes[i]);
    for (const [left, right] of merges) this.spans(left.at(-1), right[0]);
    this.specialFirst = new Set(special.map((text) => [...text][0] ?? ""));
    this.specialLast = new Set(special.map((text) => [...text].at(-1) ?? ""));
    this.addsSpace = addsSpace;
    // A part loses its first space, because the tokenizer puts one in front: no special token may be in the way.
    this.possible = !(addsSpace && [" ", "\u2581"].some((first) => this.specialFirst.has(first)));
  }

  /**
   * The parts to tokenize in place of a text. Each has `length` UTF-16 units, or more, up to the next safe point.
   */
  *parts(text: string, length: number): Generator<string> {
    for (let start = 0; start < text.length; ) {
      const end = this.splitAfter(text, start + length);
      yield text.slice(start > 0 && this.addsSpace ? start + 1 : start, end);
      start = end;
    }
  }

  private splitAfter(text: string, offset: number): number {
    if (!this.possible || offset >= text.length) return text.length;
    betweenLetters.lastIndex = offset;
    for (let found = betweenLetters.exec(text); found !== null; found = betweenLetters.exec(text)) {
      const [, before = "", white = "", behind = ""] = found;
      if (this.isSafe(before, white, behind)) return found.index + before.length;
    }
    return text.length;
  }

  private isSafe(before: string, white: string, behind: string): boolean {
    if (white === "\n" && this.addsSpace) return false;
    if (this.specialLast.has(before) || this.specialFirst.has(behind)) return false;
    const last = this.utf8.encode(before).at(-1) ?? 0;
    return !this.unsafe[white === " " ? space : lineFeed].has(last);
  }

  private spans(before: number | undefined, behind: number | undefined): void {
    if (before !== undefined && (behind === space || behind === lineFeed)) this.unsafe[behind].add(before);
  }
}
