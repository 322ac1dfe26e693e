import {strict as assert} from "node:assert";
import fc from "fast-check";
import {findMatches, type Matches} from "../../webview/logprobs/matches";
import {ShownText} from "../../webview/logprobs/shownText";
import {scored} from "../harness/logprobsInBrowser";
import {cases} from "../harness/thorough";

function found(tokens: readonly (string | Uint8Array)[], query: string, rewritten = false): Matches {
  const text = scored(tokens);
  const texts = tokens.map(String);
  const steps = findMatches(new ShownText(rewritten ? {...text, byteEnds: null, texts} : text), query);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const ranges = (matches: Matches) => Array.from({length: matches.count}, (_, match) => matches.tokens(match));

describe("What is searched for in a scored text", () => {
  it("is found across tokens, in upper and lower case, also of other letters than ASCII", () => {
    const tokens = ["The", " toK", "en", "; ", "TOKEN", "ÄÖ", "Straße", "🚀x"];
    assert.deepEqual(ranges(found(tokens, "token")), [
      {from: 1, to: 3},
      {from: 4, to: 5}
    ]);
    assert.deepEqual([...found(tokens, "token").marks], [0, 1, 1, 0, 1, 0, 0, 0]);
    assert.deepEqual(ranges(found(tokens, "äö")), [{from: 5, to: 6}]);
    assert.deepEqual(ranges(found(tokens, "STRAẞE")), [{from: 6, to: 7}]);
    assert.deepEqual(ranges(found(tokens, "🚀X")), [{from: 7, to: 8}]);
    assert.deepEqual(ranges(found(tokens, "")), []);
  });

  it("is text, not a pattern", () => {
    const tokens = ["a.c", " abc", " (x|y)*", " [^-]{2}", " \\/$?+"];
    for (const [query, token] of [
      ["a.c", 0],
      ["(X|y)*", 2],
      ["[^-]{2}", 3],
      ["\\/$?+", 4]
    ] as const)
      assert.deepEqual(ranges(found(tokens, query)), [{from: token, to: token + 1}], query);
  });

  it("is the token with the last byte of a character that tokens share", () => {
    const tokens = [Buffer.from("a"), Buffer.from([0xf0, 0x9f]), Buffer.from([0x9a, 0x80]), Buffer.from("b")];
    assert.deepEqual(ranges(found(tokens, "🚀")), [{from: 2, to: 3}]);
    assert.deepEqual(ranges(found(tokens, "🚀b")), [{from: 2, to: 4}]);
  });

  it("is found in the texts of tokens that have no place", () => {
    assert.deepEqual(ranges(found(["ab", "cd", "ab"], "BC", true)), [{from: 0, to: 2}]);
  });

  it("is all that a plain search finds, also in a text of many steps", () => {
    const word = fc.constantFrom("a", "b", "aa", "é", "🚀", " ", "\n", "ab");
    const one = fc.tuple(fc.array(word, {minLength: 1, maxLength: 40}), fc.array(word, {minLength: 1, maxLength: 3}));
    fc.assert(
      fc.property(one, fc.boolean(), ([part, words], isLong) => {
        const tokens = isLong ? Array.from({length: 70_000}, (_, i) => part[i % part.length] ?? "") : part;
        const query = words.join("");
        const text = tokens.join("");
        const expected: number[] = [];
        for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) expected.push(at);
        const matches = found(tokens, query);
        assert.equal(matches.count, expected.length);
        const shown = new ShownText(scored(tokens));
        for (const [match, start] of expected.entries()) {
          const {from, to} = matches.tokens(match);
          const isTight = shown.start(from) <= start && start < shown.end(from);
          assert.ok(isTight && shown.start(to - 1) < start + query.length && start + query.length <= shown.end(to - 1));
        }
      }),
      {seed: 17, numRuns: cases(20, 300)}
    );
  });
});
