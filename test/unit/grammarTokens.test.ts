import {strict as assert} from "node:assert";
import fc from "fast-check";
import {AllowedTokens} from "../../src/grammar/allowedTokens";
import {Grammar, type GrammarState} from "../../src/grammar/grammar";
import {parseGrammar} from "../../src/grammar/parseGrammar";
import {TokenSet} from "../../src/grammar/tokenSet";
import {type TokenBytes, tokenTrie} from "../../src/grammar/tokenTrie";
import {cases} from "../harness/thorough";

const utf8 = new TextEncoder();

/** A regular expression's tree over few characters: what a random grammar is made of. */
type Tree =
  | {readonly kind: "text"; readonly text: string}
  | {readonly kind: "class"; readonly negated: boolean; readonly characters: readonly string[]}
  | {readonly kind: "sequence" | "choice"; readonly parts: readonly Tree[]}
  | {readonly kind: "repeat"; readonly part: Tree; readonly min: number; readonly max: number};

const alphabet = ["a", "b", "é", "ê", "☃", "😀"];

const tree: fc.Arbitrary<Tree> = fc.letrec<{tree: Tree}>((tie) => ({
  tree: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    fc.record({
      kind: fc.constant("text" as const),
      text: fc.string({unit: fc.constantFrom(...alphabet), maxLength: 2})
    }),
    fc.record({
      kind: fc.constant("class" as const),
      negated: fc.boolean(),
      characters: fc.uniqueArray(fc.constantFrom(...alphabet), {minLength: 1, maxLength: 3})
    }),
    fc.record({
      kind: fc.constantFrom("sequence" as const, "choice" as const),
      parts: fc.array(tie("tree"), {minLength: 1, maxLength: 3})
    }),
    fc
      .record({kind: fc.constant("repeat" as const), part: tie("tree"), min: fc.nat(2), max: fc.nat(3)})
      // {0,0} writes nothing, and llama.cpp does not take what repeats that without end.
      .map((one) => ({...one, max: one.max === 3 ? Number.POSITIVE_INFINITY : Math.max(1, one.min, one.max)}))
  )
})).tree;

function gbnf(one: Tree): string {
  switch (one.kind) {
    case "text":
      return `("${one.text}")`;
    case "class":
      return `[${one.negated ? "^" : ""}${one.characters.join("")}]`;
    case "repeat":
      return `(${gbnf(one.part)} ){${one.min},${one.max === Number.POSITIVE_INFINITY ? "" : one.max}}`;
    default:
      return `(${one.parts.map(gbnf).join(one.kind === "choice" ? " | " : " ")})`;
  }
}

/** All texts of the tree's language with at most `length` characters of the alphabet. */
function language(one: Tree, length: number): ReadonlySet<string> {
  switch (one.kind) {
    case "text":
      return new Set([...one.text].length <= length ? [one.text] : []);
    case "class":
      return new Set(
        length < 1 ? [] : alphabet.filter((character) => one.characters.includes(character) !== one.negated)
      );
    case "choice":
      return new Set(one.parts.flatMap((part) => [...language(part, length)]));
    case "sequence":
      return one.parts.reduce<ReadonlySet<string>>(
        (all, part) => joined(all, language(part, length), length),
        new Set([""])
      );
    case "repeat": {
      const part = language(one.part, length);
      let [all, last] = [new Set<string>(), new Set([""])];
      for (let times = 0; times <= Math.min(one.max, one.min + length); times++) {
        if (times >= one.min) for (const text of last) all.add(text);
        last = joined(last, part, length);
      }
      return all;
    }
  }
}

function joined(left: ReadonlySet<string>, right: ReadonlySet<string>, length: number): Set<string> {
  const all = new Set<string>();
  for (const a of left) for (const b of right) if ([...a, ...b].length <= length) all.add(a + b);
  return all;
}

function* texts(length: number): Generator<string> {
  yield "";
  if (length > 0)
    for (const text of texts(length - 1))
      for (const character of alphabet)
        if ([...text].length === length - 1) yield text + character;
        else if (character === "a") yield text;
}

const allTexts = [...new Set(texts(4))];

/** Tokens of one to five bytes of the alphabet's texts, so that many begin or end inside a character; and single bytes. */
function vocabulary(): TokenBytes & {readonly all: readonly Uint8Array[]} {
  const pieces = new Map<string, Uint8Array>();
  const add = (bytes: Uint8Array) => pieces.set(bytes.join(), bytes.slice());
  for (const text of ["ab☃é", "éêa", "😀b😀", "☃☃", "bab", "ê😀é", "aaaaa"]) {
    const bytes = utf8.encode(text);
    for (let start = 0; start < bytes.length; start++)
      for (let end = start + 1; end <= Math.min(bytes.length, start + 5); end++) add(bytes.subarray(start, end));
  }
  for (let byte = 0; byte < 256; byte++) add(Uint8Array.of(byte));
  const all = [
    ...pieces.values(),
    new Uint8Array(),
    utf8.encode("<end>"),
    utf8.encode("a\0"),
    Uint8Array.of(0xc3, 0x61)
  ];
  const ending = all.length - 3;
  return {
    all,
    size: all.length,
    bytes: (id) => all[id] ?? new Uint8Array(),
    endsText: (id) => id === ending
  };
}

const tokens = vocabulary();
const trie = tokenTrie(tokens);

function acceptBytes(grammar: Grammar, text: string, sizes: readonly number[]): boolean {
  const bytes = utf8.encode(text);
  let state: GrammarState | null = grammar.start;
  for (let [start, i] = [0, 0]; start < bytes.length && state !== null; i++) {
    const end = start + (sizes[i % sizes.length] ?? 1);
    state = grammar.accept(state, bytes.subarray(start, end));
    start = end;
  }
  return state?.canEnd === true;
}

describe("Random grammars", () => {
  const seeded = {seed: 20261204, numRuns: cases(150, 2000)};

  it("accept their language, character by character", () => {
    fc.assert(
      fc.property(tree, (one) => {
        const grammar = new Grammar(parseGrammar(`root ::= ${gbnf(one)}`));
        const expected = language(one, 4);
        for (const text of allTexts) {
          let state: GrammarState | null = grammar.start;
          for (const character of text) state = state && grammar.accept(state, utf8.encode(character));
          assert.equal(state?.canEnd === true, expected.has(text), `${gbnf(one)} ${text}`);
        }
      }),
      seeded
    );
  });

  it("accept their language in tokens that end inside characters", () => {
    // A negated class refuses the first bytes of a character already if they could be those of one that it excludes.
    const positive = tree.filter((one) => !gbnf(one).includes("[^"));
    fc.assert(
      fc.property(positive, fc.array(fc.integer({min: 1, max: 5}), {minLength: 1, maxLength: 4}), (one, sizes) => {
        const grammar = new Grammar(parseGrammar(`root ::= ${gbnf(one)}`));
        const expected = language(one, 4);
        for (const text of allTexts) assert.equal(acceptBytes(grammar, text, sizes), expected.has(text), text);
      }),
      seeded
    );
  });

  it("allow the tokens that they accept", () => {
    fc.assert(
      fc.property(tree, fc.array(fc.nat(), {maxLength: 6}), (one, choices) => {
        const grammar = new Grammar(parseGrammar(`root ::= ${gbnf(one)}`));
        const allowed = new AllowedTokens(grammar, trie);
        let state = grammar.start;
        for (const choice of [...choices, 0]) {
          const found = allowed.in(state);
          const next: GrammarState[] = [];
          for (const [id, bytes] of tokens.all.entries()) {
            const after = grammar.accept(state, bytes, id);
            const expected = tokens.endsText(id) ? state.canEnd : after !== null;
            assert.equal(found.has(id), expected, `${gbnf(one)} ${bytes}`);
            if (after !== null && !tokens.endsText(id)) next.push(after);
          }
          const chosen = next[choice % Math.max(1, next.length)];
          if (chosen === undefined) break;
          state = chosen;
        }
      }),
      seeded
    );
  });
});

describe("Allowed tokens", () => {
  it("of a grammar that names tokens", () => {
    const id = tokens.all.findIndex((bytes) => bytes.join() === utf8.encode("ab").join());
    const grammar = new Grammar(parseGrammar(`root ::= (<[${id}]> | "é") !<[${id}]>`));
    const allowed = new AllowedTokens(grammar, trie);
    const check = (state: GrammarState) => {
      const found = allowed.in(state);
      for (const [id, bytes] of tokens.all.entries())
        if (!tokens.endsText(id)) assert.equal(found.has(id), grammar.accept(state, bytes, id) !== null, String(bytes));
      return found;
    };
    assert.ok(check(grammar.start).has(id));
    const after = grammar.accept(grammar.start, utf8.encode("ab"), id);
    assert.ok(after !== null && !check(after).has(id) && check(after).size > 20);
    const half = grammar.accept(grammar.start, Uint8Array.of(0xc3), 3);
    assert.ok(half !== null && check(half).size > 0);
  });

  it("are found once for each state", () => {
    const grammar = new Grammar(parseGrammar('root ::= "\\"" [^"]* "\\""'));
    const allowed = new AllowedTokens(grammar, trie);
    const one = grammar.accept(grammar.start, utf8.encode('"a'));
    const two = grammar.accept(grammar.start, utf8.encode('"bab'));
    assert.ok(one !== null && one === two && allowed.in(one) === allowed.in(two));
  });
});

describe("Sets of tokens", () => {
  it("are sets", () => {
    const set = new TokenSet(70);
    for (const id of [0, 31, 32, 63, 69, 70, 1000]) set.add(id);
    assert.deepEqual([...set], [0, 31, 32, 63, 69]);
    assert.equal(set.size, 5);
    set.delete(31);
    set.delete(5);
    const other = new TokenSet(70);
    other.addAll(set);
    assert.deepEqual([...other], [0, 32, 63, 69]);
    assert.ok(!other.has(31) && !other.has(1000));
  });
});
