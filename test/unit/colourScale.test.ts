import * as assert from "node:assert/strict";
import fc from "fast-check";
import {type ColourChoice, colourMeasures} from "../../src/metrics/colourChoice";
import {
  colourScales,
  levelBounds,
  levelLabel,
  levelOf,
  levelsOf,
  shortLevelLabel,
  sliderPosition,
  thresholdAt,
  thresholdLabel,
  thresholdOf,
  unknownLevel
} from "../../src/metrics/colourScale";

const preset = (by: ColourChoice["by"]): ColourChoice => ({by, threshold: null});

describe("colourScale", () => {
  it("begins each level beyond its bound, not on it", () => {
    const bounds = levelBounds(preset("probability"));
    assert.deepEqual(
      bounds.map((bound) => Number(bound.toPrecision(6))),
      [0.001, 0.0001, 0.00001, 0.000001]
    );
    assert.deepEqual(
      [0.5, 0.001, 0.00099, 0.000005, 0].map((value) => levelOf("probability", bounds, value)),
      [0, 0, 1, 3, 4]
    );
    const ranks = levelBounds(preset("rank"));
    assert.deepEqual(
      [1, 2, 10, 11, 100, 1000, 1001].map((rank) => levelOf("rank", ranks, rank)),
      [0, 1, 1, 2, 2, 3, 4]
    );
    assert.equal(levelOf("rank", ranks, Number.NaN), unknownLevel);
  });

  it("says each level's values", () => {
    const labels = (by: ColourChoice["by"]) => [0, 1, 4].map((level) => levelLabel(preset(by), level));
    assert.deepEqual(labels("probability"), ["≥ 0.1 %", "0.01 %–0.1 %", "< 0.0001 %"]);
    assert.deepEqual(labels("rank"), ["≤ 1", "1–10", "> 1,000"]);
    assert.deepEqual(labels("surprisal"), ["≤ 10 bits", "10–13 bits", "> 20 bits"]);
    assert.deepEqual(labels("relative"), ["the rest", "top 20 %", "top 1 %"]);
    const short = (by: ColourChoice["by"]) =>
      [0, 1, 2, unknownLevel].map((level) => shortLevelLabel(preset(by), level));
    assert.deepEqual(short("probability"), ["≥ 0.1 %", "< 0.1 %", "< 0.01 %", "?"]);
    assert.deepEqual(short("surprisal"), ["≤ 10", "> 10", "> 13", "?"]);
    assert.deepEqual(short("relative"), ["the rest", "top 20 %", "top 10 %", "?"]);
  });

  it("knows no rank, entropy or excess where they were not computed, and nothing of unscored tokens", () => {
    const logprobs = Float64Array.of(Number.NaN, -1, -20);
    for (const by of ["rank", "entropy", "excess"] as const)
      assert.deepEqual([...levelsOf(preset(by), {logprobs, ranks: null, entropies: null})], [5, 5, 5]);
    const numbers = {logprobs, ranks: Int32Array.of(0, 1, 5000), entropies: Float64Array.of(Number.NaN, 1, 1)};
    for (const by of colourMeasures) assert.equal(levelsOf(preset(by), numbers)[0], unknownLevel, by);
    assert.deepEqual([...levelsOf(preset("rank"), numbers)], [5, 0, 4]);
    assert.deepEqual([...levelsOf(preset("excess"), numbers)], [5, 0, 4]);
  });

  it("keeps a threshold within its slider", () => {
    for (const by of colourMeasures) {
      const {min, max} = colourScales[by];
      assert.equal(thresholdOf({by, threshold: -1}), min);
      assert.equal(thresholdOf({by, threshold: 1e9}), max);
    }
  });

  it("has a slider that goes from its least to its greatest threshold and back", () => {
    for (const by of colourMeasures) {
      const {min, max, preset: usual} = colourScales[by];
      assert.deepEqual([thresholdAt(by, 0), thresholdAt(by, 1)], [min, max], by);
      for (const threshold of [min, usual, max])
        assert.equal(thresholdAt(by, sliderPosition(by, threshold)), threshold, by);
    }
    assert.equal(thresholdLabel({by: "probability", threshold: null}), "0.1 %");
    assert.equal(thresholdLabel({by: "excess", threshold: 2.5}), "2.5 bits");
  });

  it("colours at most the threshold's share of a text relative to it, the most surprising first", () => {
    const logprobs = fc.array(fc.oneof(fc.double({min: -40, max: 0, noNaN: true}), fc.constant(-1)), {maxLength: 300});
    fc.assert(
      fc.property(logprobs, fc.double({min: 0.02, max: 0.5, noNaN: true}), (values, threshold) => {
        const numbers = {logprobs: Float64Array.from(values), ranks: null, entropies: null};
        const found = levelsOf({by: "relative", threshold}, numbers);
        const coloured = values.filter((_, token) => (found[token] ?? 0) > 0);
        const rest = values.filter((_, token) => found[token] === 0);
        assert.ok(coloured.length <= threshold * values.length);
        assert.ok(Math.max(...coloured, Number.NEGATIVE_INFINITY) < Math.min(...rest, Number.POSITIVE_INFINITY));
      }),
      {seed: 17}
    );
  });

  it("agrees between probability and surprisal at equal thresholds", () => {
    fc.assert(
      fc.property(fc.double({min: -30, max: 0, noNaN: true}), (logprob) => {
        const numbers = {logprobs: Float64Array.of(logprob), ranks: null, entropies: null};
        const [byBits] = levelsOf({by: "surprisal", threshold: 4}, numbers);
        const [byShare] = levelsOf({by: "probability", threshold: 2 ** -4}, numbers);
        if (Math.abs(logprob + 4 * Math.LN2) > 1e-12) assert.equal((byBits ?? 0) > 0, (byShare ?? 0) > 0);
      }),
      {seed: 17}
    );
  });
});
