import {strict as assert} from "node:assert";
import fc from "fast-check";
import {candidates, ranked, type rankings, tokensOfShown} from "../../src/completion/bestOf";
import {consistency} from "../../src/metrics/consistency";

const close = (actual: number | null | undefined, expected: number) =>
  assert.ok(actual != null && Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);

describe("the best of N completions", () => {
  it("merges equal texts with their count, and drops empty ones", () => {
    const found = candidates([
      {text: "a + b", logprobs: [-1, -2]},
      {text: "", logprobs: [-0.1]},
      {text: "b", logprobs: [-0.5]},
      {text: "a + b", logprobs: [-1, -1]},
      {text: "c", logprobs: []}
    ]);
    assert.deepEqual(
      found.map(({text, count, tokens, total, mean}) => ({text, count, tokens, total, mean})),
      [
        {text: "a + b", count: 2, tokens: 2, total: -2, mean: -1},
        {text: "b", count: 1, tokens: 1, total: -0.5, mean: -0.5}
      ]
    );
  });

  it("ranks by mean, total and agreement, which differ", () => {
    const found = candidates([
      {text: "long and sure", logprobs: [-0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1]},
      {text: "ab", logprobs: [-0.3]},
      {text: "ac", logprobs: [-1]}
    ]);
    const texts = (by: (typeof rankings)[number]) => ranked(found, by).map(({text}) => text);
    assert.deepEqual(texts("mean"), ["long and sure", "ab", "ac"]);
    assert.deepEqual(texts("total"), ["ab", "long and sure", "ac"]);
    // "ab" and "ac" share half of their letters.
    assert.equal(texts("agreement").at(-1), "long and sure");
  });

  it("breaks ties by the mean, and then leaves what came first in front", () => {
    const found = candidates([
      {text: "x", logprobs: [-1]},
      {text: "y", logprobs: [-1]},
      {text: "zz", logprobs: [-0.5, -0.5]}
    ]);
    assert.deepEqual(
      ranked(found, "total").map(({text}) => text),
      ["zz", "x", "y"]
    );
    assert.deepEqual(
      ranked(found, "mean").map(({text}) => text),
      ["zz", "x", "y"]
    );
  });

  it("knows no agreement of a single sample, and whole agreement of equal ones", () => {
    assert.equal(candidates([{text: "a", logprobs: [-1]}])[0]?.agreement, null);
    const twice = [0, 1].map(() => ({text: "a", logprobs: [-1]}));
    assert.equal(candidates(twice)[0]?.agreement, 1);
    assert.deepEqual(candidates([]), []);
  });

  it("measures agreement as consistency does: the mean over the samples is the mean over the pairs", () => {
    const text = fc.string({unit: fc.constantFrom("a", "b", "é", "😀"), minLength: 1, maxLength: 6});
    fc.assert(
      fc.property(fc.array(text, {minLength: 2, maxLength: 8}), (texts) => {
        const found = candidates(texts.map((one) => ({text: one, logprobs: [-1]})));
        const mean = found.reduce((sum, {agreement, count}) => sum + count * (agreement ?? 0), 0) / texts.length;
        close(consistency(texts).edits.meanSimilarity, mean);
        assert.equal(
          found.reduce((sum, {count}) => sum + count, 0),
          texts.length
        );
      })
    );
  });

  it("counts the tokens of what is shown, without a cut end", () => {
    assert.equal(tokensOfShown(["a", " +", " b", ")", "\n"], "a + b"), 3);
    assert.equal(tokensOfShown([" ", "a", " + b)"], "a + b"), 3);
    assert.equal(tokensOfShown(["a\n", "b", "c"], "a\r\nb"), 2);
    assert.equal(tokensOfShown(["\tx", "y"], "    xy"), 2);
    assert.equal(tokensOfShown([], "x"), 0);
  });
});
