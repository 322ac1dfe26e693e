/** What of a vocabulary decides where a text may be cut. */
export interface CutRules {
  /** The bytes of every token. */
  readonly tokens: Iterable<Uint8Array>;
  /** Texts of the tokens that are looked for before a text is cut into words: special ones, and the user's. */
  readonly special: readonly string[];
  /** What the tokenizer joins, as bytes, the left side and the right; empty where it joins whatever is a token. */
  readonly merges: Iterable<readonly [left: Uint8Array, right: Uint8Array]>;
  /** The tokenizer puts a space in front of a text. */
  readonly addsSpace: boolean;
}

const space = 0x20;
const lineFeed = 0x0a;

/** A space or a line feed alone between two letters. */
const betweenLetters = /(\p{L})([ \n])(?=(\p{L}))/gu;

/**
 * Where a text can be cut so that the tokens of its parts, one after the other, are those of the whole: between a letter and
 * the single space or line feed behind it, with a letter behind that, where nothing in the vocabulary spans the two.
 *
 * Tokenizers that cut a text into words first begin one there (or, if they don't, join nothing across it): what they look
 * ahead for lies behind white space, digits and punctuation, never behind a letter that white space follows. SentencePiece
 * joins only what makes a token. Its space in front of a text is the one that the part would have begun with.
 *
 * test/engine/safeSplitPoints.test.ts holds this to llama.cpp's vocabularies.
 */
export class Cuts {
  /** Last bytes of letters behind which a space, or a line feed, can be cut off. */
  private readonly unsafe = {[space]: new Set<number>(), [lineFeed]: new Set<number>()};
  private readonly addsSpace: boolean;
  private readonly possible: boolean;
  /** With which a special token begins or ends. */
  private readonly specialFirst: ReadonlySet<string>;
  private readonly specialLast: ReadonlySet<string>;
  private readonly utf8 = new TextEncoder();

  constructor({tokens, special, merges, addsSpace}: CutRules) {
    for (const bytes of tokens) for (let i = 1; i < bytes.length; i++) this.spans(bytes[i - 1], bytes[i]);
    for (const [left, right] of merges) this.spans(left.at(-1), right[0]);
    this.specialFirst = new Set(special.map((text) => [...text][0] ?? ""));
    this.specialLast = new Set(special.map((text) => [...text].at(-1) ?? ""));
    this.addsSpace = addsSpace;
    // The space that a part would begin with is left out of it: the tokenizer has to put nothing but that in front.
    this.possible = !(addsSpace && [" ", "\u2581"].some((first) => this.specialFirst.has(first)));
  }

  /**
   * What to tokenize in a text's place, part by part: each has `length` UTF-16 units, or as many more as there are to the next
   * place for a cut.
   */
  *parts(text: string, length: number): Generator<string> {
    for (let start = 0; start < text.length; ) {
      const end = this.cutBehind(text, start + length);
      yield text.slice(start > 0 && this.addsSpace ? start + 1 : start, end);
      start = end;
    }
  }

  private cutBehind(text: string, offset: number): number {
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
