import * as l10n from "@vscode/l10n";
import {GrammarError, type GrammarPlace} from "./grammarError";

/** Escapes that stand for one character. Those with hexadecimal digits are below. */
const escapes: ReadonlyMap<string, number> = new Map(
  Object.entries({t: "\t", r: "\r", n: "\n", "\\": "\\", '"': '"', "[": "[", "]": "]", "-": "-"}).map(
    ([name, character]) => [name, character.charCodeAt(0)]
  )
);
/** Beyond all that four bytes can be: a higher one is as impossible. */
const maxCodePoint = 0x7ffffffe;
const hexDigits: Readonly<Record<string, number>> = {x: 2, u: 4, U: 8};

/** Reads a grammar's text, character by character. */
export class GrammarReader {
  private offset = 0;
  /** Where lines begin. */
  private readonly lines: readonly number[];

  constructor(private readonly text: string) {
    this.lines = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map(({0: end, index}) => index + end.length)];
  }

  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  get isDigit(): boolean {
    return /^[0-9]/.test(this.here);
  }

  get isName(): boolean {
    return /^[a-zA-Z0-9-]/.test(this.here);
  }

  get place(): GrammarPlace {
    // The last line that does not begin behind it.
    let [from, to] = [0, this.lines.length];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if ((this.lines[middle] ?? 0) <= this.offset) from = middle;
      else to = middle;
    }
    return {line: from + 1, column: this.offset - (this.lines[from] ?? 0) + 1};
  }

  peek(part: string): boolean {
    return this.text.startsWith(part, this.offset);
  }

  take(part: string): boolean {
    const found = this.peek(part);
    if (found) this.offset += part.length;
    return found;
  }

  expect(part: string): void {
    if (!this.take(part)) throw this.missing(part);
  }

  /** Skips spaces, tabs and comments, and line ends where they don't end a rule. */
  skipSpace(lineEnds: boolean): void {
    this.match(lineEnds ? /(?:[ \t\r\n]|#[^\r\n]*)*/y : /(?:[ \t]|#[^\r\n]*)*/y);
  }

  name(): string {
    return this.match(/[a-zA-Z0-9-]+/y) ?? this.refuse();
  }

  integer(): number {
    return Number(this.match(/[0-9]+/y) ?? this.refuse());
  }

  endOfRule(): void {
    if (!this.atEnd && this.match(/\r\n|\r|\n/y) === null) this.refuse();
  }

  /** A character of a literal or a class that ends with `end`: its code point. */
  character(end: string): number {
    if (this.atEnd) throw this.missing(end);
    if (this.peek("\\")) return this.escape();
    const codePoint = this.text.codePointAt(this.offset) ?? 0;
    this.offset += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  /** `<[id]>` as a number, or `<text>` as it is written. */
  token(): number | string {
    if (!this.peek("<[")) {
      if (!this.peek("<")) throw this.missing("<");
      const written = this.match(/<[^>]*>/y);
      if (written === null) throw this.missing(">");
      return written;
    }
    this.take("<[");
    const id = this.integer();
    this.expect("]>");
    return id;
  }

  private get here(): string {
    return this.text.charAt(this.offset);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0] ?? null;
    this.offset += found?.length ?? 0;
    return found;
  }

  private escape(): number {
    const {place} = this;
    const name = this.text.charAt(this.offset + 1);
    const digits = hexDigits[name];
    this.offset += 2;
    if (digits === undefined) {
      const known = escapes.get(name);
      if (known !== undefined) return known;
    } else {
      const hex = this.text.slice(this.offset, this.offset + digits);
      if (hex.length === digits && /^[0-9a-fA-F]*$/.test(hex)) {
        this.offset += digits;
        return Math.min(Number.parseInt(hex, 16), maxCodePoint);
      }
    }
    throw new GrammarError(
      l10n.t(
        'Line {0}, column {1} of the grammar: "{2}" begins no escape that GBNF has.',
        place.line,
        place.column,
        `\\${name}`
      ),
      place
    );
  }

  private refuse(): never {
    if (this.atEnd) {
      const {line, column} = this.place;
      throw new GrammarError(
        l10n.t("Line {0}, column {1} of the grammar: something is missing at its end.", line, column),
        {line, column}
      );
    }
    const {line, column} = this.place;
    const character = String.fromCodePoint(this.text.codePointAt(this.offset) ?? 0);
    throw new GrammarError(
      l10n.t('Line {0}, column {1} of the grammar: "{2}" does not belong there.', line, column, character),
      {line, column}
    );
  }

  private missing(part: string): GrammarError {
    const {line, column} = this.place;
    return new GrammarError(
      l10n.t('Line {0}, column {1} of the grammar: "{2}" is missing there.', line, column, part),
      {line, column}
    );
  }
}
