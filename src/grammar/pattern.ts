import {charClass, literal, repeated} from "./gbnf";
import {maxRepetitions, parseGrammar} from "./parseGrammar";

type Range = readonly [number, number];

const last = 0x10ffff;
const digits: readonly Range[] = [[0x30, 0x39]];
const word: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a]
];
const space: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff]
];
const lineEnds: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029]
];
const classes: ReadonlyMap<string, readonly Range[]> = new Map([
  ["d", digits],
  ["D", others(digits)],
  ["w", word],
  ["W", others(word)],
  ["s", space],
  ["S", others(space)]
]);
const controls: ReadonlyMap<string, number> = new Map([
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
  ["0", 0]
]);

/** How JSON writes what can't stand for itself in a string. */
const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x22, '"'],
  [0x5c, "\\"],
  [8, "b"],
  [12, "f"],
  [10, "n"],
  [13, "r"],
  [9, "t"]
]);

/** A part of an expression that a grammar can't express. */
class Unsupported extends Error {}

/**
 * What a regular expression matches, as GBNF for the characters between a JSON string's quotes; null if a grammar can't say it: look-around,
 * back references, properties of characters, anchors inside. `char` is the rule for any character of a string, for patterns that are
 * not anchored.
 */
export function patternGrammar(pattern: string, char: string): string | null {
  try {
    const expression = new PatternReader(pattern, char).read();
    // Its repetitions may be too many together.
    parseGrammar(`root ::= ${expression}\n${char} ::= "x"`);
    return expression;
  } catch {
    return null;
  }
}

class PatternReader {
  private readonly characters: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(
    pattern: string,
    private readonly char: string
  ) {
    this.characters = [...pattern];
  }

  read(): string {
    const alternates: string[] = [];
    do {
      const fromStart = this.take("^");
      const body = this.sequence();
      const toEnd = this.take("$");
      const any = `${this.char}*`;
      alternates.push([fromStart ? "" : any, body, toEnd ? "" : any].filter(Boolean).join(" ") || '""');
    } while (this.take("|"));
    if (this.at < this.characters.length) throw new Unsupported();
    return `( ${alternates.join(" | ")} )`;
  }

  private get next(): string | undefined {
    return this.characters[this.at];
  }

  private take(character: string): boolean {
    const found = this.next === character;
    if (found) this.at++;
    return found;
  }

  private sequence(): string {
    const items: string[] = [];
    while (this.next !== undefined && !"|)$".includes(this.next)) items.push(this.quantified(this.atom()));
    return items.join(" ");
  }

  private atom(): string {
    const character = this.characters[this.at++];
    switch (character) {
      case "(":
        return this.group();
      case "[":
        return inJson(this.charClass());
      case ".":
        return inJson(others(lineEnds));
      case "\\":
        return inJson(this.escape());
      case undefined:
      case "^":
      case "*":
      case "+":
      case "?":
        throw new Unsupported();
      default:
        return inJson(single(character));
    }
  }

  private group(): string {
    if (++this.depth > 50) throw new Unsupported();
    if (this.take("?") && !this.take(":")) {
      const isName = this.take("<") && this.next !== "=" && this.next !== "!";
      if (!isName) throw new Unsupported();
      while (!this.take(">")) if (this.at++ >= this.characters.length) throw new Unsupported();
    }
    const alternates = [this.sequence()];
    while (this.take("|")) alternates.push(this.sequence());
    if (!this.take(")")) throw new Unsupported();
    this.depth--;
    return `( ${alternates.map((one) => one || '""').join(" | ")} )`;
  }

  private quantified(atom: string): string {
    const rest = this.characters.slice(this.at, this.at + 24).join("");
    const [text, min, comma, max] = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest) ?? [];
    let [from, to] = [1, 1];
    if (text !== undefined) {
      [from, to] = [Number(min), comma === undefined ? Number(min) : max ? Number(max) : Number.POSITIVE_INFINITY];
      this.at += text.length;
    } else if (this.take("*")) [from, to] = [0, Number.POSITIVE_INFINITY];
    else if (this.take("+")) to = Number.POSITIVE_INFINITY;
    else if (this.take("?")) from = 0;
    else return atom;
    // A lazy quantifier matches the same texts.
    this.take("?");
    if (from > to || from > maxRepetitions || (to !== Number.POSITIVE_INFINITY && to > maxRepetitions))
      throw new Unsupported();
    return to === 0 ? '""' : repeated(`( ${atom} )`, from, to);
  }

  private charClass(): readonly Range[] {
    const negated = this.take("^");
    const ranges: Range[] = [];
    while (!this.take("]")) {
      const low = this.classPart();
      const [one] = low;
      const isRange =
        this.next === "-" && this.characters[this.at + 1] !== "]" && low.length === 1 && one?.[0] === one?.[1];
      if (!isRange || one === undefined) {
        ranges.push(...low);
        continue;
      }
      this.take("-");
      const [high] = this.classPart();
      if (high === undefined || high[0] !== high[1] || high[0] < one[0]) throw new Unsupported();
      ranges.push([one[0], high[1]]);
    }
    return negated ? others(ranges) : merged(ranges);
  }

  private classPart(): readonly Range[] {
    const character = this.characters[this.at++];
    if (character === undefined) throw new Unsupported();
    if (character !== "\\") return single(character);
    return this.take("b") ? [[8, 8]] : this.escape();
  }

  /** What follows a backslash. */
  private escape(): readonly Range[] {
    const name = this.characters[this.at++];
    if (name === undefined) throw new Unsupported();
    const known = classes.get(name);
    if (known !== undefined) return known;
    const control = controls.get(name);
    if (control !== undefined && !(name === "0" && /\d/.test(this.next ?? ""))) return [[control, control]];
    if (name === "x" || name === "u") {
      const rest = this.characters.slice(this.at, this.at + 10).join("");
      const [text, hex] =
        /^\{([0-9a-fA-F]{1,6})\}/.exec(name === "u" ? rest : "") ??
        /^([0-9a-fA-F]+)$/.exec(rest.slice(0, name === "x" ? 2 : 4)) ??
        [];
      const codePoint = Number.parseInt(hex ?? "", 16);
      if (text === undefined || text.length < 2 || !(codePoint <= last)) throw new Unsupported();
      this.at += text.length;
      return [[codePoint, codePoint]];
    }
    // Letters and digits mean something else: \b, \1, \p, \k.
    if (/[a-zA-Z0-9]/.test(name)) throw new Unsupported();
    return single(name);
  }
}

function single(character: string): readonly Range[] {
  const codePoint = character.codePointAt(0) ?? 0;
  return [[codePoint, codePoint]];
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const all: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = all.at(-1);
    if (before !== undefined && low <= before[1] + 1) before[1] = Math.max(before[1], high);
    else all.push([low, high]);
  }
  return all;
}

/** All characters that are in none of the ranges. */
function others(ranges: readonly Range[]): readonly Range[] {
  const all: Range[] = [];
  let from = 0;
  for (const [low, high] of merged(ranges)) {
    if (low > from) all.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= last) all.push([from, last]);
  return all;
}

/** A character out of ranges, as a JSON string writes it. */
function inJson(ranges: readonly Range[]): string {
  const itself = others([...others(ranges), [0, 0x1f], [0x22, 0x22], [0x5c, 0x5c]]);
  const options = itself.length > 0 ? [charClass(itself)] : [];
  const has = (codePoint: number) => ranges.some(([low, high]) => low <= codePoint && codePoint <= high);
  for (const [codePoint, name] of shortEscapes) if (has(codePoint)) options.push(literal(`\\${name}`));
  // A set of nearly all characters takes any that is written by its number; others only those that have to be.
  if (has(0xffff)) options.push('"\\\\u" [0-9a-fA-F]{4}');
  else
    for (let codePoint = 0; codePoint < 0x20; codePoint++)
      if (has(codePoint) && !shortEscapes.has(codePoint))
        options.push(literal(`\\u${codePoint.toString(16).padStart(4, "0")}`));
  if (options.length === 0) throw new Unsupported();
  return options.length === 1 ? (options[0] ?? "") : `( ${options.join(" | ")} )`;
}
