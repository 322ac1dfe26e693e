import {strict as assert} from "node:assert";
import fc from "fast-check";
import {Grammar, type GrammarState} from "../../src/grammar/grammar";
import type {JsonLayout} from "../../src/grammar/jsonRules";
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
  [
    "mix of allOf, anyOf and $ref (similar to https://json.schemastore.org/tsconfig.json)",
    "one or the other, not both"
  ],
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

describe("Schemas beyond llama.cpp's", () => {
  /** Texts that a schema takes, and those that it refuses. */
  function check(schema: unknown, yes: readonly unknown[], no: readonly unknown[], layout: JsonLayout = "write"): void {
    const {grammar} = schemaGrammar(schema, layout);
    const own = read(grammar);
    for (const value of yes) assert.ok(accepts(own, JSON.stringify(value)), JSON.stringify(value));
    for (const value of no) assert.ok(!accepts(own, JSON.stringify(value)), JSON.stringify(value));
  }

  const unchecked = (schema: unknown, layout: JsonLayout = "write") =>
    schemaGrammar(schema, layout).unchecked.map(({path, keyword}) => `${path} ${keyword}`);

  it("integers in any range", () => {
    const random = new Random(9);
    for (let run = 0; run < cases(60, 1000); run++) {
      const [a, b] = [0, 0].map(() => Math.trunc((random.fraction() - 0.4) * 10 ** random.below(5)));
      const [minimum, maximum] = [Math.min(a ?? 0, b ?? 0), Math.max(a ?? 0, b ?? 0)];
      const grammar = read(schemaGrammar({type: "integer", minimum, maximum}).grammar);
      const open = [
        read(schemaGrammar({type: "integer", exclusiveMinimum: minimum}).grammar),
        read(schemaGrammar({type: "integer", exclusiveMaximum: maximum - 0.5}).grammar)
      ] as const;
      const near = [minimum, maximum, 0, 10, 100, -10].flatMap((one) => [one - 1, one, one + 1, 10 * one, -one]);
      for (const value of near.map((one) => one + 0)) {
        const text = String(value);
        assert.equal(accepts(grammar, text), minimum <= value && value <= maximum, `${text} in ${minimum}..${maximum}`);
        assert.equal(accepts(open[0], text), value > minimum, `${text} > ${minimum}`);
        assert.equal(accepts(open[1], text), value < maximum, `${text} < ${maximum}`);
      }
    }
  });

  it("regular expressions as they are in JSON strings", () => {
    const texts = [
      "",
      "a",
      "abc",
      "ABC",
      'a"b',
      "a\\b",
      "é☃",
      "12",
      "a-1",
      "a\nb",
      "foo.bar",
      "x".repeat(12),
      "😀",
      "a]b",
      "\t"
    ];
    for (const pattern of [
      "^[a-c]+$",
      "^.*$",
      "a",
      "^a|b$",
      "^\\w+(-\\d)?$",
      "\\d{2}",
      "^[^a-z\\n]*$",
      '^a["\\\\]b$',
      "^(?:foo|bar)\\.(?<x>b.r)$",
      "^x{3,}?$",
      "^\\u{1F600}$|^\\u00e9",
      "^\\S*\\D$",
      "^[\\]a]+b$",
      "^\\s$",
      "^$",
      ""
    ]) {
      const schema = {type: "string", pattern};
      assert.deepEqual(unchecked(schema), [], pattern);
      const own = read(schemaGrammar(schema).grammar);
      for (const text of texts)
        assert.equal(accepts(own, JSON.stringify(text)), new RegExp(pattern, "u").test(text), `${pattern} ${text}`);
    }
    for (const pattern of ["^(?=a)a$", "(a)\\1", "\\bx", "^a$b", "^\\p{L}$", "(a{0,50}){50}", "^(a$)"])
      assert.deepEqual(unchecked({type: "string", pattern, minLength: 2}), ["# pattern"], pattern);
    assert.throws(() => schemaGrammar({pattern: "(a"}), /"pattern" at "#"/);
  });

  it("what stands beside alternatives, references and allOf", () => {
    const object = {
      type: "object",
      properties: {a: {type: "integer"}, b: {type: "string"}},
      additionalProperties: false
    };
    check({...object, anyOf: [{required: ["a"]}, {required: ["b"]}]}, [{a: 1}, {b: "x"}, {a: 1, b: "x"}], [{}, {c: 1}]);
    check({$ref: "#/$defs/o", required: ["a"], $defs: {o: object}}, [{a: 1}], [{}, {b: "x"}]);
    check({allOf: [{type: ["integer", "string"]}, {type: ["number", "null"]}]}, [3], ["x", null, 1.5]);
    check(
      {allOf: [{anyOf: [{const: 1}, {const: 2}, {const: 3}]}, {anyOf: [{const: 2}, {const: 3}]}, {enum: [3, 4]}]},
      [3],
      [1, 2, 4]
    );
    check({allOf: [{minimum: 3}, {maximum: 5, type: "integer"}]}, [3, 5], [2, 6]);
    check({allOf: [object, {properties: {a: {minimum: 4}, c: {}}}]}, [{a: 4}, {}], [{a: 3}, {c: 1}]);
    check({oneOf: [{const: 1}, {allOf: [{const: 1}, {const: 2}]}]}, [1], [2]);
    check({enum: [1, "a", null], type: ["string", "null"]}, ["a", null], [1]);
  });

  it("schemas that refer to themselves", () => {
    const tree = {$ref: "#/$defs/a~1b", $defs: {"a/b": {type: "array", items: {$ref: "#/$defs/a~1b"}}}};
    check(tree, [[], [[], [[]]]], [1, [1]]);
    check(
      {type: "object", properties: {next: {anyOf: [{$ref: "#"}, {type: "null"}]}}},
      [{}, {next: {next: null}}],
      [{next: 1}]
    );
  });

  it("tuples", () => {
    const tuple = {prefixItems: [{const: 1}, {const: 2}], items: {type: "string"}};
    check(
      tuple,
      [
        [1, 2],
        [1, 2, "x"],
        [1, 2, "x", "y"]
      ],
      [[], [1], [1, 2, 3], [2, 1]]
    );
    check(tuple, [[], [1], [1, 2], [1, 2, "x", "y"]], [[2], [1, 2, 3]], "read");
    check({...tuple, minItems: 1, maxItems: 3}, [[1], [1, 2, "x"]], [[], [1, 2, "x", "y"]], "read");
    check({...tuple, items: false}, [[1, 2]], [[1, 2, 3]], "read");
    check({items: [{const: 1}], additionalItems: {const: 2}}, [[1], [1, 2, 2]], [[], [1, 1]]);
  });

  it("properties with any names", () => {
    for (const layout of ["write", "read"] as const) {
      const properties = {'a"b': {const: 1}, "é\\": {const: 2}, __proto__x: {const: 3}, "": {const: 4}};
      check(
        {properties, required: ["é\\"], additionalProperties: {const: 5}},
        [{"é\\": 2, 'a"b': 1, z: 5}],
        [{}, {'a"b': 1}],
        layout
      );
      check(
        JSON.parse('{"properties": {"__proto__": {"const": 1}}}'),
        [JSON.parse('{"__proto__": 1}')],
        [JSON.parse('{"__proto__": 2}')],
        layout
      );
    }
  });

  it("texts by others: white space, and properties in any order", () => {
    const schema = {
      type: "object",
      properties: {a: {type: "integer"}, b: {enum: [[1, {c: 2}]]}, c: {type: "number"}},
      required: ["a", "c"]
    };
    const own = read(schemaGrammar(schema, "read").grammar);
    const value = {c: 1.25e-30, extra: {x: []}, b: [1, {c: 2}], a: -7, "a ": "\u007f"};
    for (const space of [0, 2, "\t"] as const) assert.ok(accepts(own, `\n${JSON.stringify(value, null, space)}\r\n`));
    for (const wrong of [{...value, a: 1.5}, {a: 1}, {a: 1, c: "x"}, {...value, b: [1]}])
      assert.ok(!accepts(own, JSON.stringify(wrong)));
    assert.ok(!accepts(own, '{"a": 1, "a": 1, "c": 2}'));
    assert.deepEqual(unchecked(schema, "read"), []);
  });

  it("any JSON, however it is laid out", () => {
    const own = read(schemaGrammar(true, "read").grammar);
    const seeded = {seed: 18, numRuns: cases(200, 5000)};
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, "\t", " \n "), (value, space) => {
        assert.ok(accepts(own, JSON.stringify(value, null, space)));
        const text = JSON.stringify(value);
        for (const wrong of [`${text},`, `[${text}`, `${text}}`, `{${text}}`]) assert.ok(!accepts(own, wrong), wrong);
      }),
      seeded
    );
  });

  it("objects with many properties are read in any order, and what is not checked is said", () => {
    const names = [..."abcdefgh"];
    const schema = {properties: Object.fromEntries(names.map((name) => [name, {type: "integer"}])), required: ["a"]};
    check(schema, [Object.fromEntries(names.toReversed().map((name) => [name, 1])), {}], [{b: "x"}], "read");
    assert.deepEqual(unchecked(schema, "read"), ["# required"]);
    assert.deepEqual(unchecked(schema), []);
  });

  it("keywords that are not checked are named", () => {
    assert.deepEqual(
      unchecked({
        title: "T",
        type: "object",
        properties: {
          list: {type: "array", items: {type: "number", minimum: 0}, uniqueItems: true, minItems: 5000},
          text: {type: ["string", "null"], format: "email", maxLength: 3000},
          any: {not: {type: "null"}, minimumx: 3}
        },
        patternProperties: {x: true}
      }).toSorted(),
      [
        "# patternProperties",
        "#/properties/any minimumx",
        "#/properties/any not",
        "#/properties/list minItems",
        "#/properties/list uniqueItems",
        "#/properties/list/items minimum",
        "#/properties/text format",
        "#/properties/text maxLength"
      ]
    );
  });

  const deep = (depth: number) => JSON.parse(`${'{"items":'.repeat(depth)}{}${"}".repeat(depth)}`) as unknown;
  const circle: {items?: unknown} = {};
  circle.items = circle;
  const refused: readonly (readonly [name: string, schema: unknown, message: RegExp])[] = [
    ["no schema", 3, /stands at "#"/],
    ["a list", [], /stands at "#"/],
    ["nothing", undefined, /stands at "#"/],
    ["false", false, /No value/],
    ["an unknown type", {type: "kaboom"}, /"type" at "#"/],
    ["no types", {type: []}, /"type" at "#"/],
    ["an empty enum", {enum: []}, /No value/],
    ["an enum of another type", {type: "string", enum: [1]}, /No value/],
    ["two constants", {allOf: [{const: 1}, {const: 2}]}, /No value/],
    ["an empty range", {type: "integer", minimum: 3, maximum: 2}, /No value/],
    ["too few items", {minItems: 3, maxItems: 2, type: "array"}, /No value/],
    ["a property that must be there and can't", {properties: {a: false}, required: ["a"]}, /No value/],
    ["a reference elsewhere", {$ref: "https://example.com/x"}, /leads nowhere/],
    ["a reference to nothing", {$ref: "#/definitions/x"}, /leads nowhere/],
    ["a reference to itself", {$ref: "#"}, /too large|without end/],
    ["one through alternatives", {anyOf: [{$ref: "#"}]}, /without end/],
    ["one through allOf", {allOf: [{$ref: "#"}]}, /too large/],
    ["a circle", circle, /too large/],
    ["depth", deep(3000), /too large/],
    ["length", {enum: ["x".repeat(1 << 21)]}, /too large/],
    ["many rules", {prefixItems: Array.from({length: 6000}, (_, i) => ({const: i}))}, /too large|repeats too much/],
    [
      "alternatives of alternatives",
      {allOf: Array.from({length: 12}, (_, i) => ({anyOf: [{required: [`a${i}`]}, {required: [`b${i}`]}, {}]}))},
      /too large/
    ]
  ];
  for (const [name, schema, message] of refused)
    it(`refuses ${name}`, () => {
      assert.throws(() => schemaGrammar(schema), {name: "GrammarError", message});
    });
});
