import {strict as assert} from "node:assert";
import fc from "fast-check";
import {editDistance, editSimilarity} from "../../src/text/editDistance";
import {cases} from "../harness/thorough";

const numRuns = cases(300, 10_000);

/** The whole table (Wagner and Fischer 1974). */
function wholeTable(one: string, other: string): number {
  const [a, b] = [Array.from(one), Array.from(other)];
  let above = Array.from({length: b.length + 1}, (_, j) => j);
  for (const [i, x] of a.entries()) {
    const row = [i + 1];
    for (const [j, y] of b.entries())
      row.push(Math.min((above[j] ?? 0) + (x === y ? 0 : 1), (above[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    above = row;
  }
  return above.at(-1) ?? 0;
}

const anyText = fc.string({unit: fc.constantFrom("a", "b", "c", " ", "é", "👩", "\ud800"), maxLength: 60});

/** Two texts, often alike. */
const anyPair = fc.oneof(
  fc.tuple(anyText, anyText),
  fc.tuple(anyText, anyText, anyText, anyText).map(([a, b, c, d]): [string, string] => [a + b + c, a + d + c])
);

describe("the edit distance", () => {
  it("equals the whole table's, in both directions", () => {
    fc.assert(
      fc.property(anyPair, ([one, other]) => {
        const expected = wholeTable(one, other);
        assert.equal(editDistance(one, other), expected);
        assert.equal(editDistance(other, one), expected);
      }),
      {numRuns}
    );
  });

  it("is infinite beyond its maximum, and exact up to it", () => {
    fc.assert(
      fc.property(anyPair, fc.nat(40), ([one, other], max) => {
        const expected = wholeTable(one, other);
        assert.equal(editDistance(one, other, max), expected <= max ? expected : Number.POSITIVE_INFINITY);
      }),
      {numRuns}
    );
  });

  it("counts code points, not UTF-16 units", () => {
    assert.equal(editDistance("a👩b", "ab"), 1);
    assert.equal(editDistance("👩", "👨"), 1);
    assert.equal(editSimilarity("👩👩", "👩"), 0.5);
    assert.equal(editSimilarity("", ""), 1);
    assert.equal(editSimilarity("", "ab"), 0);
  });

  it("takes long texts that are alike, and some that are not", () => {
    const long = "The quick brown fox. ".repeat(5000);
    assert.equal(editDistance(`x${long}y`, `${long.slice(0, 50_000)}!${long.slice(50_000)}`), 3);
    assert.equal(editDistance("a".repeat(1500), "b".repeat(2000)), 2000);
  });
});
