import {strict as assert} from "node:assert";
import {jsonPieces} from "../../src/metrics/scoreExport";
import {numberOfJson} from "../../src/text/jsonNumber";
import {jsonText} from "../../src/text/jsonText";

describe("JSON", () => {
  it("names infinite numbers, wherever they stand", () => {
    const value = {
      perplexity: Number.POSITIVE_INFINITY,
      of: [1, Number.NEGATIVE_INFINITY, {deep: -0.5}],
      none: Number.NaN
    };
    assert.equal(jsonText(value), '{"perplexity":"Infinity","of":[1,"-Infinity",{"deep":-0.5}],"none":null}');
  });

  it("has null for unscored tokens alone", () => {
    const tokens = {
      ids: [1, 2, 3],
      ends: null,
      logprobs: [Number.NaN, Number.NEGATIVE_INFINITY, -1],
      textOf: () => "a",
      detail: {
        top: 1,
        ranks: [0, 9, 1],
        entropies: [Number.NaN, 0.5, 0.5],
        topIds: [-1, 3, 3],
        topLogprobs: [Number.NaN, Number.NEGATIVE_INFINITY, -1],
        textOfId: () => "b"
      }
    };
    const read = JSON.parse([...jsonPieces({}, tokens, "line")].join(""));
    assert.deepEqual(
      read.tokens.map(({logprob}: {logprob: unknown}) => logprob),
      [null, "-Infinity", -1]
    );
    assert.equal(read.tokens[1].top[0].logprob, "-Infinity");
    assert.equal(numberOfJson(read.tokens[1].logprob), Number.NEGATIVE_INFINITY);
  });

  it("escapes what a terminal would obey", () => {
    assert.equal(jsonText("\u202e\u009b"), '"\\u202e\\u009b"');
  });
});
