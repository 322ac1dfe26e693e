import type {DocumentEdits, DocumentTokens} from "../contract/documents";
import {codePoints, utf8Length, utf16Offsets} from "../text/textOffsets";
import type {PartTokenizer} from "./backend";
import type {Turns} from "./turns";

/** A part of the text, between two places at which it may be cut. */
interface Chunk {
  readonly text: string;
  /** Null: it has not been cut and tokenized since it was edited. */
  readonly ids: Int32Array | null;
  readonly characters: number;
  readonly bytes: number;
}

/** A chunk and where it begins, in UTF-16 units and tokens of the text. */
interface Place {
  readonly index: number;
  readonly chunk: Chunk;
  readonly offset: number;
  readonly tokens: number;
}

/** The sums of a text, or of a part of it. */
export interface Sums {
  readonly count: number;
  readonly characters: number;
  readonly bytes: number;
}

/** UTF-16 units of a chunk, about: it is tokenized in less than a millisecond, and its tokens need little more than their ids. */
const usualLength = 1000;

/** UTF-16 units that the edits of one change may copy, at most: some tenths of a second's work. */
const maxCopied = 1 << 29;

/**
 * A text with its tokens, kept up to date. It is a list of chunks, cut where the tokens of the parts are those of the whole. An
 * edit takes the chunks that it touches, which are then cut and tokenized again; the others stay. A text that can't be cut is one
 * chunk.
 *
 * `edit` changes the text at once. `settle` then tokenizes what has changed; it may be stopped, and goes on when it is called
 * again. The rest may only be asked when all is settled.
 */
export class LiveText {
  private chunks: Chunk[] = [];
  /** UTF-16 units of the text, and of its chunks that are not tokenized. */
  private units = 0;
  private unsettled = 0;
  private readonly sums = {count: 0, characters: 0, bytes: 0};
  /** Where the last edit began. */
  private edited = {index: 0, offset: 0};

  constructor(
    private readonly parts: PartTokenizer,
    text: string,
    private readonly chunkLength = usualLength
  ) {
    this.replace(0, 0, text);
  }

  get length(): number {
    return this.units;
  }

  /** Of the whole text. */
  get total(): Sums {
    return {...this.sums};
  }

  /** Makes edits one after the other. False, and nothing has changed, if they do not fit the text, or would take too long. */
  edit({starts, removed, added, text}: DocumentEdits): boolean {
    const {length} = starts;
    if (removed.length !== length || added.length !== length || !this.fits(starts, removed, added, text.length))
      return false;
    let at = 0;
    for (let i = 0; i < length; i++) {
      const start = starts[i] as number;
      const end = at + (added[i] as number);
      this.replace(start, start + (removed[i] as number), text.slice(at, end));
      at = end;
    }
    return true;
  }

  /** Cuts and tokenizes what has changed. `onProgress` is told UTF-16 units now and then. */
  async settle(turns: Turns, onProgress: (done: number, total: number) => void): Promise<void> {
    const total = this.unsettled;
    for (let from = 0; this.unsettled > 0; ) {
      from = this.settleSome(from, turns);
      if (this.unsettled === 0) return;
      if (turns.reports) onProgress(total - this.unsettled, total);
      await turns.next();
    }
  }

  /** The tokens of a range as a text by itself. */
  ofRange(start: number, end: number): Sums {
    const sums = {count: 0, characters: 0, bytes: 0};
    const till = Math.min(end, this.units);
    if (start >= till) return sums;
    const pieces: {text: string; known: Sums | null}[] = [];
    for (const {chunk, offset} of this.placesFrom(start)) {
      if (offset >= till) break;
      // Where the range begins, the text does: another text stood before.
      const isKnown = offset > start && offset + chunk.text.length <= till;
      const text = chunk.text.slice(Math.max(0, start - offset), till - offset);
      pieces.push({text, known: isKnown ? {...chunk, count: chunk.ids?.length ?? 0} : null});
    }
    this.joinShort(pieces);
    for (const [i, {text, known}] of pieces.entries()) {
      const count = known?.count ?? this.parts.tokenize(text.toWellFormed(), i > 0).length;
      add(sums, known ?? {count, characters: codePoints(text), bytes: utf8Length(text)});
    }
    return sums;
  }

  /** At half a character of the range's ends, the place between two chunks may be none to cut: a short piece goes with the next. */
  private joinShort(pieces: {text: string; known: Sums | null}[]): void {
    const {context} = this.parts;
    const join = (at: number): void => {
      const text = pieces[at]?.text.concat(pieces[at + 1]?.text ?? "") ?? "";
      pieces.splice(at, 2, {text, known: null});
    };
    while (pieces.length > 1 && (pieces[0]?.text.length ?? 0) < context) join(0);
    while (pieces.length > 1 && (pieces.at(-1)?.text.length ?? 0) < context) join(pieces.length - 2);
  }

  /** The tokens that lie in a range or reach into it. */
  async tokens(start: number, end: number, turns: Turns): Promise<DocumentTokens> {
    const found = {ids: [] as Int32Array[], ends: [] as (Uint32Array | null)[]};
    let first = this.sums.count;
    let begins = this.units;
    let isFirst = true;
    for (const place of this.placesFrom(start)) {
      const {chunk, offset, tokens} = place;
      if (offset >= Math.max(end, start + 1)) break;
      const ids = chunk.ids ?? new Int32Array();
      const ends = await this.endsOf(place, turns.signal);
      const from = ends === null ? 0 : firstReaching(ends, offset, start);
      const till = ends === null ? ids.length : Math.min(ids.length, firstAtLeast(ends, end) + 1);
      // Not by the tokens that were found: a tokenizer may drop all that a part has.
      if (isFirst) {
        first = tokens + from;
        begins = ends?.[from - 1] ?? offset;
        isFirst = false;
      }
      if (from >= till) continue;
      found.ids.push(ids.subarray(from, till));
      found.ends.push(ends?.subarray(from, till) ?? null);
      if (turns.over) await turns.next();
    }
    const ends = found.ends.filter((some) => some !== null);
    return {
      first,
      start: begins,
      ids: joined(found.ids, Int32Array),
      ends: ends.length === found.ends.length ? joined(ends, Uint32Array) : null
    };
  }

  /** Where the first `count` tokens end; null if there are fewer, or if tokens have no place in the text. */
  async tokenEnd(count: number, signal: AbortSignal): Promise<number | null> {
    if (count === 0) return 0;
    for (const place of this.placesFrom(0)) {
      const {chunk, tokens} = place;
      if (count > tokens + (chunk.ids?.length ?? 0)) continue;
      return (await this.endsOf(place, signal))?.[count - tokens - 1] ?? null;
    }
    return null;
  }

  /** The chunk that has the unit at an offset, and those behind it. */
  private *placesFrom(start: number): Generator<Place> {
    let offset = 0;
    let tokens = 0;
    for (const [index, chunk] of this.chunks.entries()) {
      if (offset + chunk.text.length > start) yield {index, chunk, offset, tokens};
      offset += chunk.text.length;
      tokens += chunk.ids?.length ?? 0;
    }
  }

  /** Where the tokens of a chunk end, in UTF-16 units of the text. */
  private async endsOf({index, chunk, offset}: Place, signal: AbortSignal): Promise<Uint32Array | null> {
    const {text, ids} = chunk;
    const ends = await this.parts.ends(text.toWellFormed(), ids ?? new Int32Array(), index > 0, signal);
    return ends && utf16Offsets(text, ends).map((end) => end + offset);
  }

  private fits(starts: Uint32Array, removed: Uint32Array, added: Uint32Array, available: number): boolean {
    let {units} = this;
    let inserted = 0;
    for (const [i, start] of starts.entries()) {
      const gone = removed[i] as number;
      const came = added[i] as number;
      if (start + gone > units) return false;
      units += came - gone;
      inserted += came;
    }
    const longest = this.chunks.reduce((most, {text}) => Math.max(most, text.length), 0);
    return inserted === available && (starts.length === 1 || longest * starts.length <= maxCopied);
  }

  private replace(start: number, end: number, inserted: string): void {
    if (start === end && inserted === "") return;
    // Whether a place is one to cut depends on what is near it.
    const {context} = this.parts;
    const {index: first, offset} = this.seek(start - context);
    let behind = first;
    let until = offset;
    for (let chunk = this.chunks[behind]; chunk !== undefined && until <= end + context; chunk = this.chunks[behind]) {
      until += chunk.text.length;
      behind++;
    }
    const next = this.chunks[behind];
    if (next !== undefined && until - offset - (end - start) + inserted.length < this.chunkLength / 4) {
      until += next.text.length;
      behind++;
    }
    const taken = this.chunks.slice(first, behind);
    const before = taken.map(({text}) => text).join("");
    const text = before.slice(0, start - offset) + inserted + before.slice(end - offset);
    for (const chunk of taken) this.account(chunk, -1);
    const edited: Chunk[] = text === "" ? [] : [{text, ids: null, characters: 0, bytes: 0}];
    for (const chunk of edited) this.account(chunk, 1);
    this.chunks.splice(first, taken.length, ...edited);
  }

  /** The first chunk that ends at an offset or behind it. The edits of a change are near each other: it begins at the last one. */
  private seek(target: number): {index: number; offset: number} {
    let {index, offset} = this.edited;
    while (index > 0 && offset >= target) offset -= this.chunks[--index]?.text.length ?? 0;
    for (let chunk = this.chunks[index]; chunk !== undefined; chunk = this.chunks[++index]) {
      if (offset + chunk.text.length >= target) break;
      offset += chunk.text.length;
    }
    this.edited = {index, offset};
    return this.edited;
  }

  /** Tokenizes chunks for a turn. Returns the index of the next one to look at. */
  private settleSome(from: number, turns: Turns): number {
    this.edited = {index: 0, offset: 0};
    let index = from;
    for (; index < this.chunks.length; index++) {
      const chunk = this.chunks[index] as Chunk;
      if (chunk.ids !== null) continue;
      const settled: Chunk[] = [];
      let at = 0;
      try {
        do {
          const isLast = chunk.text.length - at <= 2 * this.chunkLength;
          const end = isLast ? chunk.text.length : this.parts.cut(chunk.text, at + this.chunkLength);
          settled.push(this.tokenized(chunk.text.slice(at, end), index > 0 || at > 0));
          at = end;
        } while (at < chunk.text.length && !turns.over);
      } finally {
        // Also where a part can't be tokenized: what comes before it can.
        const rest: Chunk[] = at < chunk.text.length ? [{...chunk, text: chunk.text.slice(at)}] : [];
        this.account(chunk, -1);
        for (const part of [...settled, ...rest]) this.account(part, 1);
        this.chunks.splice(index, 1, ...settled, ...rest);
        index += settled.length - 1;
      }
      if (turns.over) return index + 1;
    }
    return index;
  }

  private tokenized(part: string, behind: boolean): Chunk {
    const ids = this.parts.tokenize(part.toWellFormed(), behind);
    return {text: copied(part), ids, characters: codePoints(part), bytes: utf8Length(part)};
  }

  private account({text, ids, characters, bytes}: Chunk, sign: 1 | -1): void {
    this.units += sign * text.length;
    if (ids === null) this.unsettled += sign * text.length;
    this.sums.count += sign * (ids?.length ?? 0);
    this.sums.characters += sign * characters;
    this.sums.bytes += sign * bytes;
  }
}

function add(sums: {count: number; characters: number; bytes: number}, {count, characters, bytes}: Sums): void {
  sums.count += count;
  sums.characters += characters;
  sums.bytes += bytes;
}

/**
 * The same text in memory of its own: a slice would hold on to the text that it was cut from. Where it can be, it has a byte for each
 * unit.
 */
function copied(text: string): string {
  const encoding = /^[\0-\xff]*$/.test(text) ? "latin1" : "utf16le";
  return Buffer.from(text, encoding).toString(encoding);
}

/** The index of the first value that is at least so large; the length if there is none. */
function firstAtLeast(ascending: Uint32Array, least: number): number {
  const found = ascending.findIndex((value) => value >= least);
  return found === -1 ? ascending.length : found;
}

/** The first token that lies behind `start` or reaches over it: also an empty one, which begins a character that begins there. */
function firstReaching(ends: Uint32Array, offset: number, start: number): number {
  const beginning = (token: number): number => ends[token - 1] ?? offset;
  let first = firstAtLeast(ends, start + 1);
  while (first > 0 && beginning(first - 1) >= start && ends[first - 1] === beginning(first - 1)) first--;
  return first;
}

function joined<T extends Int32Array | Uint32Array>(parts: readonly T[], type: new (length: number) => T): T {
  const whole = new type(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
