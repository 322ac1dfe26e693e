import {strict as assert} from "node:assert";
import {chiSquareTest} from "../../src/metrics/chiSquare";

describe("The chi-square test", () => {
  const cellsOf = (probabilities: readonly number[], drawn: readonly number[]) =>
    probabilities.map((probability, i) => ({probability, drawn: drawn[i] ?? 0}));

  it("has p as in tables of the distribution", () => {
    // Statistics at which p is 0.05, 0.01 and 0.95, from NIST's table of critical values.
    for (const [degrees, statistic, p] of [
      [1, 3.841, 0.05],
      [2, 5.991, 0.05],
      [10, 18.307, 0.05],
      [10, 23.209, 0.01],
      [10, 3.94, 0.95],
      [100, 124.342, 0.05],
      [100, 135.807, 0.01]
    ] as const) {
      const cells = degrees + 1;
      // All cells are as expected but for two, which are off by the same.
      const draws = 100_000 * cells;
      const off = Math.sqrt((statistic * draws) / cells / 2);
      const drawn = Array.from({length: cells}, (_, i) => draws / cells + (i === 0 ? off : i === 1 ? -off : 0));
      const test = chiSquareTest(cellsOf(Array(cells).fill(1 / cells), drawn), draws);
      assert.ok(test);
      assert.equal(test.degrees, degrees);
      assert.ok(Math.abs(test.statistic - statistic) < 1e-6);
      assert.ok(Math.abs(test.p - p) < 2e-5 * (1 + degrees), `${degrees}: ${test.p}`);
    }
  });

  it("is sure of what is exactly as expected, and that nothing else is", () => {
    assert.deepEqual(chiSquareTest(cellsOf([0.5, 0.5], [50, 50]), 100), {statistic: 0, degrees: 1, p: 1});
    const wrong = chiSquareTest(cellsOf([0.5, 0.5], [100, 0]), 100);
    assert.ok(wrong && wrong.p < 1e-20 && wrong.statistic === 100);
  });

  it("takes cells together that little is expected in", () => {
    const test = chiSquareTest(cellsOf([0.5, 0.44, 0.03, 0.03], [50, 44, 3, 3]), 100);
    assert.deepEqual(test, {statistic: 0, degrees: 2, p: 1});
    assert.equal(chiSquareTest(cellsOf([1, 0], [10, 0]), 10), null);
    assert.equal(chiSquareTest(cellsOf([0.5, 0.5], [2, 2]), 4), null);
  });
});
