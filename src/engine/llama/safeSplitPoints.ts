import {Joints} from "./joints";

/** What decides where a text may be split, for one vocabulary. */
export interface SplitRules {
  /** The tokens as the vocabulary writes them. */
  readonly tokens: readonly string[];
  /** The pairs that the tokenizer joins, with a space in between; empty if it joins whatever makes a token. */
  readonly merges: readonly string[];
  /** Texts of the tokens that are looked for before a text is cut into words: special and user-defined ones. */
  readonly special: readonly string[];
  /** The byte that a written character stands for; undefined where it stands for itself. Null if all do, and ▁ is a space. */
  readonly byteOf: ((codePoint: number) => number | undefined) | null;
  /** The tokenizer puts a space in front of a text. */
  readonly addsSpace: boolean;
  /** Places at which words begin (splitPlaces.ts). The expression is global. */
  readonly words: RegExp | undefined;
  /**
   * Where else, if no token or merge spans the place: anywhere, because the tokenizer looks at nothing else; or where a letter, a
   * single space or line feed and a letter follow each other, which no pre-tokenizer looks across.
   */
  readonly unjoined: "anywhere" | "betweenWords" | "nowhere";
}

/** UTF-16 units on each side of a split point on which it depends that it is one. */
export const splitContext = 4;

/** A single space or line feed between two letters. Marks, such as Hindi's vowels, may go with the first. */
const betweenLetters = /(?<=[\p{L}\p{M}])(?= \p{L})|(?<=\p{L})(?=\n\p{L})/gu;

/** UTF-16 units within which the beginning of a word is good enough: then it need not be known what tokens join. */
const nearEnough = 1000;

/**
 * The points at which a text can be split so that the tokens of its parts, one after the other, are those of the whole. A point
 * is safe for one of two reasons:
 *
 * 1. A word begins there in any text ({@link SplitRules.words}).
 * 2. No token and no merge has the two bytes beside it, so that nothing is joined across it; and nothing else is looked for across
 *    it ({@link SplitRules.unjoined}).
 *
 * And for both: no special token spans it, none ends there (behind one, SentencePiece puts another space, and some take the white
 * space that follows), and no white space comes before it (some take the white space before them).
 *
 * A part that is not the first has to be tokenized without the space that SentencePiece puts in front of a text.
 *
 * test/engine/safeSplitPoints.test.ts tries this with llama.cpp's vocabularies and pre-tokenizers.
 */
export class SafeSplitPoints {
  private knownJoints: Joints | undefined;
  /** Pairs of characters that a special token has beside each other. */
  private readonly specialPairs = new Set<string>();
  /** Characters that special tokens end with. */
  private readonly specialLast: ReadonlySet<string>;

  constructor(private readonly rules: SplitRules) {
    const {special} = rules;
    for (const text of special) {
      const characters = [...text];
      for (let i = 1; i < characters.length; i++) this.specialPairs.add(`${characters[i - 1]}${characters[i]}`);
    }
    this.specialLast = new Set(special.map((text) => [...text].at(-1) ?? ""));
  }

  /** The parts to tokenize in place of a text. Each has `length` UTF-16 units, or more, up to the next safe point. */
  *parts(text: string, length: number): Generator<string> {
    for (let start = 0; start < text.length; ) {
      const end = this.next(text, start + length);
      yield text.slice(start, end);
      start = end;
    }
  }

  /** The first safe point at or behind an offset that is not 0; the text's end if there is none. */
  next(text: string, from: number): number {
    if (from >= text.length) return text.length;
    const {words, unjoined} = this.rules;
    if (unjoined === "anywhere") return this.nextUnjoined(text, from);
    const word = words === undefined ? text.length : this.find(text, from, words, () => true);
    if (unjoined === "nowhere" || word - from <= nearEnough) return word;
    return this.find(text, from, betweenLetters, (before, behind) => !this.joints.have(before, behind), word);
  }

  private nextUnjoined(text: string, from: number): number {
    const {joints} = this;
    // Behind a NUL a part has no space put in front. It must not join with the part.
    if (this.rules.addsSpace && joints.joinsNul) return text.length;
    for (let at = from; at < text.length; at++) {
      const behind = text.codePointAt(at) as number;
      const before = codePointBefore(text, at);
      if (isSurrogate(behind) || isSurrogate(before)) continue;
      if (!joints.have(before, behind) && this.isApart(before, behind)) return at;
    }
    return text.length;
  }

  /** The first place at or behind an offset, and before `limit`, that passes. */
  private find(
    text: string,
    from: number,
    places: RegExp,
    passes: (before: number, behind: number) => boolean,
    limit = text.length
  ): number {
    places.lastIndex = from;
    for (let found = places.exec(text); found !== null && found.index < limit; found = places.exec(text)) {
      const {index} = found;
      // The expression stays where it is after an empty match.
      places.lastIndex = index + 1;
      if (index < from) continue;
      const before = codePointBefore(text, index);
      const behind = text.codePointAt(index) as number;
      if (passes(before, behind) && this.isApart(before, behind)) return index;
    }
    return limit;
  }

  /** No special token lies across the place between two characters, or takes white space across it. */
  private isApart(before: number, behind: number): boolean {
    const last = String.fromCodePoint(before);
    if (this.specialLast.has(last) || /\s/.test(last)) return false;
    return !this.specialPairs.has(last + String.fromCodePoint(behind));
  }

  private get joints(): Joints {
    this.knownJoints ??= new Joints(this.rules);
    return this.knownJoints;
  }
}

function codePointBefore(text: string, at: number): number {
  const pair = at > 1 ? (text.codePointAt(at - 2) as number) : 0;
  return pair > 0xffff ? pair : text.charCodeAt(at - 1);
}

/** True for half of a pair, and also for the second half of a whole one. */
function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}
