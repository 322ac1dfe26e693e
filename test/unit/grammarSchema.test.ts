import {strict as assert} from "node:assert";
import {Grammar, type GrammarState} from "../../src/grammar/grammar";
import {parseGrammar} from "../../src/grammar/parseGrammar";
import type {GrammarRules, Item} from "../../src/grammar/rules";
import {schemaGrammar} from "../../src/grammar/schemaGrammar";
import {Random} from "../faults/random";
import {cases} from "../harness/thorough";
import {grammarCases, textCases} from "./grammarCases";

const utf8 = new TextEncoder();

function accepts(grammar: Grammar, text: string): boolean {
  let state: GrammarState | null = grammar.start;
  for (const character of text) state = state && grammar.accept(state, utf8.encode(character));
  return state?.canEnd === true;
}

function read(text: string): Grammar {
  return new Grammar(parseGrammar(text));
}

/** Writes random texts of a grammar's language. */
class Writer {
  /** The fewest rules inside each other that a rule needs to come to an end. */
  private readonly heights: number[];

  constructor(
    private readonly rules: GrammarRules,
    private readonly random: Random
  ) {
    this.heights = rules.rules.map(() => Number.POSITIVE_INFINITY);
    for (let changed = true; changed; ) {
      changed = false;
      for (const [id, {alternates}] of rules.rules.entries()) {
        const height = 1 + Math.min(...alternates.map((items) => this.heightOf(items)));
        if (height < (this.heights[id] ?? 0)) {
          this.heights[id] = height;
          changed = true;
        }
      }
    }
  }

  text(): string {
    return this.rule(this.rules.root, 0);
  }

  private heightOf(items: readonly Item[]): number {
    return Math.max(0, ...items.map((item) => (item.kind === "rule" ? (this.heights[item.rule] ?? 0) : 0)));
  }

  private rule(id: number, depth: number): string {
    const alternates = this.rules.rules[id]?.alternates ?? [];
    const lowest = alternates.toSorted((a, b) => this.heightOf(a) - this.heightOf(b))[0] ?? [];
    const items = depth > 40 ? lowest : this.random.pick(alternates);
    return items.map((item) => this.item(item, depth)).join("");
  }

  private item(item: Item, depth: number): string {
    if (item.kind === "rule") return this.rule(item.rule, depth + 1);
    assert.ok(item.kind === "chars");
    const characters = candidates.filter((codePoint) => item.set.has(codePoint));
    return String.fromCodePoint(this.random.pick(characters));
  }
}

const candidates = [...Array.from({length: 95}, (_, i) => 0x20 + i), 0x0a, 0x09, 0x0d, 0x7f, 0xe9, 0x2603, 0x1f600];

/** Where a grammar takes less than llama.cpp's, and why. */
const stricter: ReadonlyMap<string, string> = new Map([
  ...[
    "min -5",
    "min -123",
    "min -123 max 42",
    "min -10 max 10",
    "min + max items with min + max values across zero"
  ].map((name) => [name, "-0 is not among the numbers below 0"] as const),
  ["max -5", "no leading zeros"],
  ["maxItems 0", "white space once"],
  ["unanchored regexp", "llama.cpp takes any string"],
  ["regexp with unsupported shorthand", "llama.cpp takes any string"],
  ["regexp quote", "a quote in a string is escaped"],
  ["regexp with top-level alternation", "a quote in a string is escaped"],
  ["regexp", "a quote in a string is escaped"],
  ...otherKeys().map((name) => [name, "a backslash in a name begins an escape"] as const)
]);

/** Where one takes more. */
const looser: ReadonlyMap<string, string> = new Map([
  ["regexp quote", "a quote in a string is escaped"],
  ["regexp with top-level alternation", "any character may be escaped where nearly all are allowed"],
  ["regexp", "any character may be escaped where nearly all are allowed"],
  ["mix of allOf, anyOf and $ref (similar to https://json.schemastore.org/tsconfig.json)", "none is required"],
  ...otherKeys().map((name) => [name, "the beginning of a known name is another name"] as const)
]);

/** Cases with properties that the schema does not name beside some that it does. */
function otherKeys(): readonly string[] {
  return [
    "required + additional props",
    "optional + additional props",
    "required + optional + additional props",
    "optional props with empty name",
    "optional props with nested names",
    "optional props with common prefix"
  ];
}

describe("Schemas become llama.cpp's grammars", () => {
  const all = grammarCases();

  it("all cases are there", () => {
    assert.ok(all.length >= 60, `${all.length} cases`);
    assert.ok(textCases().length >= 25, `${textCases().length} cases`);
  });

  for (const {name, schema, grammar} of all)
    it(name, () => {
      if (grammar === null) {
        assert.throws(() => schemaGrammar(schema), {name: "GrammarError"});
        return;
      }
      const own = parseGrammar(schemaGrammar(schema).grammar);
      const theirs = parseGrammar(grammar.replaceAll(/^[ \t]+/gm, ""));
      const random = new Random(4);
      const compare = (from: GrammarRules, to: GrammarRules) => {
        const writer = new Writer(from, random);
        const reader = new Grammar(to);
        for (let i = 0; i < cases(60, 2000); i++) {
          const text = writer.text();
          if (text.length < 2000) assert.ok(accepts(reader, text), `${from === own ? "ours" : "theirs"}: ${text}`);
        }
      };
      if (!looser.has(name)) compare(own, theirs);
      if (!stricter.has(name)) compare(theirs, own);
    });
});

describe("Schemas take the texts that llama.cpp's tests take", () => {
  for (const {name, schema, yes, no} of textCases())
    it(`${name} ${JSON.stringify(schema).slice(0, 60)}`, () => {
      const grammar = read(schemaGrammar(schema).grammar);
      for (const text of yes) assert.ok(accepts(grammar, text), text);
      for (const text of no) assert.ok(!accepts(grammar, text), text);
    });
});
