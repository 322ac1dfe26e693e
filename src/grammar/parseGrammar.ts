import * as l10n from "@vscode/l10n";
import {anyChar, CharSet} from "./charSet";
import {GrammarError, type GrammarPlace, tooLarge} from "./grammarError";
import {GrammarReader} from "./grammarReader";
import {refuseLeftRecursion} from "./leftRecursion";
import type {GrammarRules, Item, Rule} from "./rules";

/** llama.cpp's limit: so often is something repeated at most; a higher maximum means "without end". */
export const maxRepetitions = 2000;

/** UTF-16 units of a grammar. */
const maxLength = 1 << 20;
/** Items of all rules, with what repetitions copy. */
const maxItems = 500_000;
/** Groups within groups. */
const maxDepth = 200;

export interface ParseOptions {
  /** The rule that a text must be. */
  readonly root?: string;
  /** The token that `<text>` stands for, written with its brackets; null if it is not one token. Without it, there are no such tokens. */
  readonly tokenOf?: (text: string) => number | null;
}

/**
 * Reads a grammar in GBNF as llama.cpp does (grammars/README.md there).
 * @throws GrammarError
 */
export function parseGrammar(text: string, options: ParseOptions = {}): GrammarRules {
  if (text.length > maxLength) throw tooLarge();
  const rules = new Parser(text.toWellFormed(), options).parse();
  refuseLeftRecursion(rules);
  return rules;
}

/** The items of a sequence so far, and which of them a repetition would repeat. */
interface Sequence {
  readonly items: Item[];
  /** Where the last thing begins that can be repeated. */
  last: number;
  /** Rules that one repetition of it costs, in llama.cpp's count. */
  cost: number;
}

class Parser {
  private readonly reader: GrammarReader;
  private readonly ids = new Map<string, number>();
  private readonly rules: (Rule | undefined)[] = [];
  /** Where each name was first used, for the error about one that is not defined. */
  private readonly firstUses: GrammarPlace[] = [];
  private items = 0;
  private depth = 0;

  constructor(
    text: string,
    private readonly options: ParseOptions
  ) {
    this.reader = new GrammarReader(text);
  }

  parse(): GrammarRules {
    const {reader} = this;
    reader.skipSpace(true);
    while (!reader.atEnd) this.rule();
    const name = this.options.root ?? "root";
    const root = this.ids.get(name);
    if (root === undefined || this.rules[root] === undefined)
      throw new GrammarError(l10n.t('The grammar has no rule "{0}", with which a text begins: add one.', name));
    const rules: Rule[] = [];
    for (const [name, id] of this.ids) {
      const rule = this.rules[id];
      if (rule === undefined) throw this.undefinedRule(name, this.firstUses[id]);
      rules[id] = rule;
    }
    return {rules, root};
  }

  private undefinedRule(name: string, place: GrammarPlace | undefined): GrammarError {
    const {line, column} = place ?? {line: 1, column: 1};
    return new GrammarError(
      l10n.t('Line {0}, column {1} of the grammar: the rule "{2}" is not defined.', line, column, name),
      {line, column}
    );
  }

  private rule(): void {
    const {reader} = this;
    const {place} = reader;
    const name = reader.name();
    const id = this.id(name, place);
    reader.skipSpace(false);
    reader.expect("::=");
    reader.skipSpace(true);
    // As in llama.cpp, the last definition of a name counts.
    this.rules[id] = {name, place, alternates: this.alternates(name, false)};
    reader.endOfRule();
    reader.skipSpace(true);
  }

  private id(name: string, place: GrammarPlace): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(name, id);
    this.firstUses[id] = place;
    return id;
  }

  /** A rule for a group or a repetition. No name in a grammar has an underscore. */
  private newId(name: string): number {
    return this.id(`${name}_${this.ids.size}`, this.reader.place);
  }

  private alternates(name: string, nested: boolean): Item[][] {
    const alternates = [this.sequence(name, nested)];
    while (this.reader.take("|")) {
      this.reader.skipSpace(true);
      alternates.push(this.sequence(name, nested));
    }
    return alternates;
  }

  private sequence(name: string, nested: boolean): Item[] {
    const sequence: Sequence = {items: [], last: 0, cost: 1};
    const {reader} = this;
    while (this.item(sequence, name, nested) || this.repetition(sequence, name, nested)) reader.skipSpace(nested);
    return sequence.items;
  }

  /** Reads what can be repeated. False if nothing such stands here. */
  private item(sequence: Sequence, name: string, nested: boolean): boolean {
    const {reader} = this;
    const start = sequence.items.length;
    const add = (...items: readonly Item[]) => {
      this.charge(items.length);
      sequence.items.push(...items);
    };
    let cost = 1;
    if (reader.take('"')) {
      while (!reader.take('"')) add({kind: "chars", set: single(reader.character('"'))});
    } else if (reader.take("[")) {
      const set = this.charClass();
      if (set !== null) add({kind: "chars", set});
    } else if (reader.peek("<") || reader.peek("!")) {
      add(this.token());
    } else if (reader.isName) {
      const {place} = reader;
      add({kind: "rule", rule: this.id(reader.name(), place)});
    } else if (reader.take("(")) {
      cost = this.group(name, add);
    } else if (reader.take(".")) {
      add({kind: "chars", set: anyChar});
    } else return false;
    sequence.last = start;
    sequence.cost = cost;
    reader.skipSpace(nested);
    return true;
  }

  /** The rest of a class; null if there is nothing in it: then it stands for nothing, as in llama.cpp. */
  private charClass(): CharSet | null {
    const {reader} = this;
    const negated = reader.take("^");
    const ranges: [number, number][] = [];
    while (!reader.take("]")) {
      const low = reader.character("]");
      const isRange = reader.peek("-") && !reader.peek("-]");
      if (isRange) reader.take("-");
      ranges.push([low, isRange ? reader.character("]") : low]);
    }
    return ranges.length > 0 ? new CharSet(negated, ranges) : null;
  }

  private token(): Item {
    const {reader} = this;
    const negated = reader.take("!");
    const {place} = reader;
    const written = reader.token();
    const id = typeof written === "number" ? written : (this.options.tokenOf?.(written) ?? null);
    if (id !== null) return {kind: "token", id, negated};
    const {line, column} = place;
    throw new GrammarError(
      l10n.t(
        'Line {0}, column {1} of the grammar: "{2}" is not one token of this model.',
        line,
        column,
        String(written)
      ),
      place
    );
  }

  /** Returns the rules that it made. */
  private group(name: string, add: (item: Item) => void): number {
    const {reader} = this;
    if (++this.depth > maxDepth) throw tooLarge();
    reader.skipSpace(true);
    const before = this.ids.size;
    const {place} = reader;
    const rule = this.newId(name);
    this.rules[rule] = {name, place, alternates: this.alternates(name, true)};
    this.depth--;
    add({kind: "rule", rule});
    reader.expect(")");
    return this.ids.size - before;
  }

  /** Reads `*`, `+`, `?`, `{m}`, `{m,}` or `{m,n}`. False if none stands here. */
  private repetition(sequence: Sequence, name: string, nested: boolean): boolean {
    const {reader} = this;
    const {place} = reader;
    if (reader.take("*")) this.repeat(sequence, name, place, 0, Number.POSITIVE_INFINITY);
    else if (reader.take("+")) this.repeat(sequence, name, place, 1, Number.POSITIVE_INFINITY);
    else if (reader.take("?")) this.repeat(sequence, name, place, 0, 1);
    else if (reader.take("{")) {
      reader.skipSpace(nested);
      const min = reader.integer();
      reader.skipSpace(nested);
      let max = min;
      if (reader.take(",")) {
        reader.skipSpace(nested);
        max = reader.isDigit ? reader.integer() : Number.POSITIVE_INFINITY;
        reader.skipSpace(nested);
      }
      reader.expect("}");
      if (min > max) {
        const {line, column} = place;
        throw new GrammarError(
          l10n.t("Line {0}, column {1} of the grammar: the repetition ends below its beginning.", line, column),
          place
        );
      }
      this.repeat(sequence, name, place, min, max > maxRepetitions && min !== max ? Number.POSITIVE_INFINITY : max);
    } else return false;
    return true;
  }

  /** Rewrites the sequence's end as llama.cpp does: S{2,4} becomes `S S A` with `A ::= S B |` and `B ::= S |`. */
  private repeat(sequence: Sequence, name: string, place: GrammarPlace, min: number, max: number): void {
    const {items} = sequence;
    const repeated = items.slice(sequence.last);
    const {line, column} = place;
    if (repeated.length === 0)
      throw new GrammarError(
        l10n.t("Line {0}, column {1} of the grammar: there is nothing before it to repeat.", line, column),
        place
      );
    const endless = max === Number.POSITIVE_INFINITY;
    const times = Math.max(1, endless || max === 0 ? min : max);
    if (min > maxRepetitions || sequence.cost * times > maxRepetitions)
      throw new GrammarError(
        l10n.t(
          "Line {0}, column {1} of the grammar: llama.cpp takes at most {2} repetitions, multiplied with those inside.",
          line,
          column,
          maxRepetitions
        ),
        place
      );
    if (min === 0) items.length = sequence.last;
    this.charge(repeated.length * (endless ? min : max));
    for (let i = 1; i < min; i++) for (const item of repeated) items.push(item);
    let rest: number | null = null;
    for (let i = endless ? 1 : max - min; i > 0; i--) {
      const id = this.newId(name);
      const next = endless ? id : rest;
      const first: Item[] = next === null ? repeated : [...repeated, {kind: "rule", rule: next}];
      this.rules[id] = {name, place, alternates: [first, []]};
      rest = id;
    }
    if (rest !== null) items.push({kind: "rule", rule: rest});
    sequence.cost *= times;
  }

  private charge(items: number): void {
    this.items += items;
    if (this.items > maxItems) throw tooLarge();
  }
}

const ascii = Array.from({length: 128}, (_, codePoint) => new CharSet(false, [[codePoint, codePoint]]));

function single(codePoint: number): CharSet {
  return ascii[codePoint] ?? new CharSet(false, [[codePoint, codePoint]]);
}
