import * as l10n from "@vscode/l10n";

/** A JSON value with its place in the text. */
export type PlacedJson = {readonly start: number; readonly end: number} & (
  | {readonly kind: "object"; readonly entries: readonly (readonly [key: string, value: PlacedJson])[]}
  | {readonly kind: "array"; readonly items: readonly PlacedJson[]}
  | {readonly kind: "string"; readonly value: string}
  | {readonly kind: "other"; readonly value: number | boolean | null}
);

/** What is wrong in a text, and where. */
export class TextProblemAt extends Error {
  constructor(
    message: string,
    /** UTF-16 units from the start. */
    readonly offset: number
  ) {
    super(message);
  }
}

/** Values in values, more than any prompt has. */
const maxDepth = 200;

const blank = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

/** Reads JSON (RFC 8259), with the place of each value. Throws a {@link TextProblemAt}. */
export function parsePlacedJson(text: string): PlacedJson {
  return new Reader(text).whole();
}

/** The value that JSON.parse would give. */
export function plainValue(json: PlacedJson): unknown {
  switch (json.kind) {
    case "object":
      return Object.fromEntries(json.entries.map(([key, value]) => [key, plainValue(value)]));
    case "array":
      return json.items.map(plainValue);
    default:
      return json.value;
  }
}

/** A member of an object. Of several with one name the last counts, as in JSON.parse. */
export function member(json: PlacedJson, name: string): PlacedJson | undefined {
  return json.kind === "object" ? json.entries.findLast(([key]) => key === name)?.[1] : undefined;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): PlacedJson {
    if (this.text.startsWith("\ufeff")) this.at = 1;
    const value = this.value(0);
    this.skipBlank();
    if (this.at < this.text.length) throw this.problem(l10n.t("the JSON has ended before this"));
    return value;
  }

  private value(depth: number): PlacedJson {
    this.skipBlank();
    if (depth > maxDepth) throw this.problem(l10n.t("there are too many values in each other"));
    const start = this.at;
    switch (this.text[start]) {
      case "{":
        return {kind: "object", entries: this.entries(depth), start, end: this.at};
      case "[":
        return {kind: "array", items: this.items(depth), start, end: this.at};
      case '"':
        return {kind: "string", value: this.string(), start, end: this.at};
    }
    const written = this.take(word) ?? this.take(number);
    if (written === undefined) throw this.problem(l10n.t("a value is expected here"));
    return {kind: "other", value: JSON.parse(written) as number | boolean | null, start, end: this.at};
  }

  private entries(depth: number): (readonly [string, PlacedJson])[] {
    const entries: (readonly [string, PlacedJson])[] = [];
    this.at++;
    if (this.takes("}")) return entries;
    do {
      this.skipBlank();
      if (this.text[this.at] !== '"') throw this.problem(l10n.t("a name in quotes is expected here"));
      const name = this.string();
      if (!this.takes(":")) throw this.problem(l10n.t("a colon is expected here"));
      entries.push([name, this.value(depth + 1)]);
    } while (this.takes(","));
    if (!this.takes("}")) throw this.problem(l10n.t("a comma or a closing brace is expected here"));
    return entries;
  }

  private items(depth: number): PlacedJson[] {
    const items: PlacedJson[] = [];
    this.at++;
    if (this.takes("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.takes(","));
    if (!this.takes("]")) throw this.problem(l10n.t("a comma or a closing bracket is expected here"));
    return items;
  }

  private string(): string {
    const start = this.at;
    let end = start;
    let backslashes: number;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end === -1) throw this.problem(l10n.t("this string has no end"));
      for (backslashes = 0; this.text[end - 1 - backslashes] === "\\"; ) backslashes++;
    } while (backslashes % 2 === 1);
    try {
      const value = JSON.parse(this.text.slice(start, end + 1)) as string;
      this.at = end + 1;
      return value;
    } catch {
      throw this.problem(l10n.t("this string has a line end in it, or a character that must be escaped"));
    }
  }

  private takes(sign: string): boolean {
    this.skipBlank();
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    this.at += found?.length ?? 0;
    return found;
  }

  private skipBlank(): void {
    this.take(blank);
  }

  private problem(message: string): TextProblemAt {
    return new TextProblemAt(message, this.at);
  }
}
