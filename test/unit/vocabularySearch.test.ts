import {strict as assert} from "node:assert";
import fc from "fast-check";
import {type TokenKind, tokenKinds} from "../../src/contract/tokenInfo";
import type {SearchVocabularyParams} from "../../src/contract/vocabulary";
import {needleOf} from "../../src/engine/llama/needle";
import {TokenFinder} from "../../src/engine/llama/tokenIndex";
import {VocabularySearch} from "../../src/engine/llama/vocabularySearch";
import {cases} from "../harness/thorough";

type Search = Omit<SearchVocabularyParams, "model">;

const all: Search = {query: "", by: "text", ignoreCase: false, kinds: tokenKinds, order: "id"};

interface OneToken {
  readonly bytes: Uint8Array;
  readonly kind: TokenKind;
}

function tokensOf(...texts: readonly string[]): OneToken[] {
  return texts.map((text) => ({bytes: Buffer.from(text), kind: "normal"}));
}

function finderOf(tokens: readonly OneToken[]): TokenFinder {
  let end = 0;
  return new TokenFinder({
    bytes: Buffer.concat(tokens.map(({bytes}) => bytes)),
    ends: Uint32Array.from(tokens, ({bytes}) => {
      end += bytes.length;
      return end;
    }),
    kinds: Uint8Array.from(tokens, ({kind}) => tokenKinds.indexOf(kind))
  });
}

function found(tokens: readonly OneToken[], changes: Partial<Search>): number[] {
  const search = {...all, ...changes};
  return [...finderOf(tokens).find({...search, needle: needleOf(search)})];
}

describe("A search in a vocabulary", () => {
  it("reads bytes as people write them", () => {
    for (const query of [
      "e2 96 81",
      "E29681",
      "0xe2 0x96 0x81",
      "0xE20x960x81",
      "<0xE2><0x96><0x81>",
      "e2,96,81",
      "e2:96:81"
    ])
      assert.deepEqual(needleOf({...all, by: "bytes", query}), {
        type: "bytes",
        bytes: Uint8Array.of(0xe2, 0x96, 0x81)
      });
    assert.deepEqual(needleOf({...all, by: "bytes", query: "a"}), {type: "bytes", bytes: Uint8Array.of(10)});
    for (const query of ["e2 9g", "e29", " ", "ü"])
      assert.throws(() => needleOf({...all, by: "bytes", query}), {kind: "invalidRequest"}, query);
  });

  it("reads ids", () => {
    assert.deepEqual(needleOf({...all, by: "id", query: " 42 "}), {type: "ids", first: 42, last: 42});
    assert.deepEqual(needleOf({...all, by: "id", query: "100-200"}), {type: "ids", first: 100, last: 200});
    for (const query of ["-1", "1.5", "x", "1e3", "9".repeat(11)])
      assert.throws(() => needleOf({...all, by: "id", query}), {kind: "invalidRequest"}, query);
  });

  it("says what is wrong with a regular expression, without it", () => {
    assert.throws(
      () => needleOf({...all, by: "pattern", query: "(secret"}),
      (error: Error) => {
        assert.match(error.message, /Unterminated group/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      }
    );
  });

  it("takes a text literally, whatever its case", () => {
    const tokens = tokensOf("a.B", "axb", "A.b", "\\d", "7", "ÄRGER");
    assert.deepEqual(found(tokens, {query: "a.b", ignoreCase: true}), [0, 2]);
    assert.deepEqual(found(tokens, {query: "a.B"}), [0]);
    assert.deepEqual(found(tokens, {query: "\\d"}), [3]);
    assert.deepEqual(found(tokens, {query: "\\D", ignoreCase: true}), [3]);
    assert.deepEqual(found(tokens, {query: "ärg", ignoreCase: true}), [5]);
    assert.deepEqual(found(tokens, {query: "\\d", by: "pattern"}), [4]);
    assert.deepEqual(found(tokens, {query: "^[a-z]", by: "pattern", ignoreCase: true}), [0, 1, 2]);
  });

  it("finds no token by a neighbour's bytes", () => {
    const tokens = tokensOf("ab", "", "ca", "b", "xab", "ab");
    assert.deepEqual(found(tokens, {query: "ab"}), [0, 4, 5]);
    assert.deepEqual(found(tokens, {query: "bc"}), []);
    assert.deepEqual(found(tokens, {query: ""}), [0, 1, 2, 3, 4, 5]);
  });

  it("puts the longest first if asked to", () => {
    assert.deepEqual(found(tokensOf("a", "abc", "ü", "abcd", "x"), {order: "longest"}), [3, 1, 2, 0, 4]);
  });

  it("ends with the last id", () => {
    assert.deepEqual(found(tokensOf("a", "b", "c"), {query: "1-999", by: "id"}), [1, 2]);
    assert.deepEqual(found(tokensOf("a", "b", "c"), {query: "7", by: "id"}), []);
  });

  it("finds what looking at each token finds", () => {
    const byte = fc.constantFrom(0x61, 0x62, 0x20, 0xe2, 0x96, 0x81, 0xc3, 0xbc, 0xff);
    const token = fc.record({
      bytes: fc.array(byte, {maxLength: 6}).map((them) => Uint8Array.from(them)),
      kind: fc.constantFrom(...tokenKinds)
    });
    const kinds = fc.subarray([...tokenKinds]);
    fc.assert(
      fc.property(
        fc.array(token, {maxLength: 40}),
        fc.array(byte, {minLength: 1, maxLength: 3}),
        kinds,
        (tokens, needle, wanted) => {
          const query = Buffer.from(needle).toString("hex");
          const expected = tokens.flatMap(({bytes, kind}, id) => {
            const at = Array.from(bytes, (_, i) => needle.every((one, j) => bytes[i + j] === one));
            return wanted.includes(kind) && at.includes(true) ? [id] : [];
          });
          assert.deepEqual(found(tokens, {by: "bytes", query, kinds: wanted}), expected);
        }
      ),
      {seed: 20261130, numRuns: cases(300, 20_000)}
    );
  });
});

describe("The thread that searches a vocabulary", () => {
  const tokens = tokensOf(`${"a".repeat(60)}b`, "aab", "ccc");
  const search = new VocabularySearch({
    size: tokens.length,
    decode: (id) => tokens[id]?.bytes ?? new Uint8Array(),
    kind: (id) => tokens[id]?.kind ?? "unknown"
  });
  const never = new AbortController().signal;
  after(() => search.dispose());

  it("answers one search after the other", async () => {
    const queries = ["a", "b", "c", "aab"];
    const answers = await Promise.all(queries.map((query) => search.search({...all, query}, never)));
    assert.deepEqual(
      answers.map((ids) => [...ids]),
      [[0, 1], [0, 1], [2], [0, 1]]
    );
  });

  it("refuses a regular expression that goes astray, and goes on", async () => {
    await assert.rejects(search.search({...all, by: "pattern", query: "^(a+)+$"}, never), {kind: "invalidRequest"});
    assert.deepEqual([...(await search.search({...all, query: "c"}, never))], [2]);
  });

  it("stops when nobody waits any more", async () => {
    const waiting = new AbortController();
    const stopped = search.search({...all, by: "pattern", query: "^(a+)+$"}, waiting.signal);
    setTimeout(() => waiting.abort(), 50);
    await assert.rejects(stopped, {name: "AbortError"});
    assert.deepEqual([...(await search.search({...all, query: "b"}, never))], [0, 1]);
  });
});
