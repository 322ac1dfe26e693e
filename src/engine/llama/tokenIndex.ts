import {tokenKinds} from "../../contract/tokenInfo";
import type {SearchVocabularyParams} from "../../contract/vocabulary";

/** A vocabulary of N tokens, as a search needs it. */
export interface TokenIndex {
  /** The tokens' bytes, one after the other. */
  readonly bytes: Uint8Array;
  /** N ends in `bytes`. */
  readonly ends: Uint32Array;
  /** N indices into `tokenKinds`. */
  readonly kinds: Uint8Array;
}

/** Bytes up to which tokens are told apart by length: those of real vocabularies are far shorter. */
const maxOrdered = 1 << 12;

/** What is looked for, understood. */
export type Needle =
  | {readonly type: "all"}
  /** Tokens with these bytes in them. */
  | {readonly type: "bytes"; readonly bytes: Uint8Array}
  | {readonly type: "ids"; readonly first: number; readonly last: number}
  /** Tokens in whose text a regular expression finds something. */
  | {readonly type: "pattern"; readonly source: string; readonly flags: "u" | "iu"};

export interface IndexSearch extends Pick<SearchVocabularyParams, "kinds" | "order"> {
  readonly needle: Needle;
}

/** Finds tokens. A pattern can take for ever: only a thread that may be ended should look for one. */
export class TokenFinder {
  private readonly buffer: Buffer;
  private readonly lossy = new TextDecoder("utf-8", {ignoreBOM: true});
  private texts: readonly string[] | undefined;

  constructor(private readonly index: TokenIndex) {
    const {buffer, byteOffset, byteLength} = index.bytes;
    this.buffer = Buffer.from(buffer, byteOffset, byteLength);
  }

  find({needle, kinds, order}: IndexSearch): Int32Array {
    const {kinds: kindOf, ends} = this.index;
    const wanted = tokenKinds.map((kind) => kinds.includes(kind));
    const ids = new Int32Array(ends.length);
    let found = 0;
    this.eachMatch(needle, (id) => {
      if (wanted[kindOf[id] ?? -1]) ids[found++] = id;
    });
    return order === "longest" ? this.longestFirst(ids.subarray(0, found)) : ids.slice(0, found);
  }

  private eachMatch(needle: Needle, see: (id: number) => void): void {
    const last = this.index.ends.length - 1;
    switch (needle.type) {
      case "all":
        for (let id = 0; id <= last; id++) see(id);
        break;
      case "ids":
        for (let id = needle.first; id <= Math.min(needle.last, last); id++) see(id);
        break;
      case "bytes":
        this.eachWithBytes(needle.bytes, see);
        break;
      case "pattern":
        this.eachWithPattern(new RegExp(needle.source, needle.flags), see);
        break;
      default:
        needle satisfies never;
    }
  }

  /** All bytes are searched at once; what is found across a token's end doesn't count. */
  private eachWithBytes(bytes: Uint8Array, see: (id: number) => void): void {
    const {ends} = this.index;
    let id = 0;
    for (let at = this.buffer.indexOf(bytes); at !== -1; ) {
      while ((ends[id] ?? 0) <= at) id++;
      const end = ends[id] ?? 0;
      const isWithin = at + bytes.length <= end;
      if (isWithin) see(id);
      at = this.buffer.indexOf(bytes, isWithin ? end : at + 1);
    }
  }

  private eachWithPattern(pattern: RegExp, see: (id: number) => void): void {
    this.texts ??= this.allTexts();
    for (const [id, text] of this.texts.entries()) if (pattern.test(text)) see(id);
  }

  private allTexts(): readonly string[] {
    const {bytes, ends} = this.index;
    return Array.from(ends, (end, id) => this.lossy.decode(bytes.subarray(ends[id - 1] ?? 0, end)));
  }

  /** Counts how many there are of each length, and so knows each one's place: much faster than comparing them. */
  private longestFirst(ids: Int32Array): Int32Array {
    const {ends} = this.index;
    const length = (id: number): number => Math.min(maxOrdered, (ends[id] ?? 0) - (ends[id - 1] ?? 0));
    const places = new Uint32Array(maxOrdered + 2);
    for (const id of ids) places[maxOrdered - length(id) + 1] = (places[maxOrdered - length(id) + 1] ?? 0) + 1;
    for (let i = 1; i < places.length; i++) places[i] = (places[i] ?? 0) + (places[i - 1] ?? 0);
    const ordered = new Int32Array(ids.length);
    for (const id of ids) {
      const place = places[maxOrdered - length(id)] ?? 0;
      ordered[place] = id;
      places[maxOrdered - length(id)] = place + 1;
    }
    return ordered;
  }
}
