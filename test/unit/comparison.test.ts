import {strict as assert} from "node:assert";
import {
  bitsPerByteDelta,
  type Comparison,
  describe as describeComparison,
  describeParts,
  describeTotal,
  details,
  directionOf,
  figures,
  figuresUnit,
  partOf,
  partsOf,
  sideTotals,
  spoken,
  spokenTotal,
  totalDetails,
  totalOf
} from "../../src/features/scoreChanges/comparison";
import {addSums, bitsOf, type ScoreSums} from "../../src/metrics/scoreSums";
import {summarize} from "../../src/metrics/summary";

const side = (bits: number, bytes: number | null): ScoreSums => ({
  ...addSums([]),
  nats: bits * Math.LN2,
  bytes,
  tokens: 5,
  scored: 5
});

function shown(sums: ScoreSums | undefined) {
  assert.ok(sums);
  const {tokens, scored, bytes} = sums;
  return {bits: bitsOf(sums), scored, unscored: tokens - scored, bytes};
}

const fixed: Comparison = {before: side(42.1, 10), after: side(29, 10)};

describe("A change's numbers", () => {
  it("are told in a line", () => {
    assert.equal(describeComparison(fixed), "4.21 → 2.90 (−31 %) bits/byte");
    assert.equal(describeComparison({before: side(10, 10), after: side(25, 10)}), "1.00 → 2.50 (+150 %) bits/byte");
    assert.equal(describeComparison({before: side(10, 10), after: side(10, 10)}), "1.00 → 1.00 (±0 %) bits/byte");
  });

  it("of one side say so", () => {
    assert.equal(describeComparison({before: undefined, after: side(29, 10)}), "added, 2.90 bits/byte");
    assert.equal(describeComparison({before: side(29, 10), after: undefined}), "removed, 2.90 bits/byte");
    assert.equal(describeComparison({before: undefined, after: undefined}), "nothing to score");
  });

  it("are told in full: both sides, and the difference in bits and in bits per byte", () => {
    assert.deepEqual(details(fixed), [
      "before: 42.1 bits, 5 tokens, 10 bytes, 4.21 bits/byte",
      "after: 29.0 bits, 5 tokens, 10 bytes, 2.90 bits/byte",
      "difference: −13.1 bits, −1.31 bits/byte (−31 %)"
    ]);
  });

  it("name the direction where the eye would see an arrow", () => {
    const label = (before: number, after: number) => spoken({before: side(before, 10), after: side(after, 10)});
    assert.equal(label(42.1, 29), "less surprising, 4.21 bits per byte before, 2.90 after");
    assert.match(label(29, 42.1), /^more surprising/);
    assert.match(label(29, 29.01), /^as surprising as before/);
    assert.equal(directionOf({before: undefined, after: side(1, 1)}), "added");
  });

  it("have no value where bytes are not known, nothing was there, or a token is impossible", () => {
    assert.equal(bitsPerByteDelta({before: side(1, null), after: side(1, 1)}), null);
    assert.equal(describeComparison({before: side(0, 10), after: side(5, 10)}), "0.00 → 0.50 bits/byte");
    assert.equal(
      describeComparison({before: side(Number.POSITIVE_INFINITY, 10), after: side(5, 10)}),
      "∞ → 0.50 (−100 %) bits/byte"
    );
    assert.equal(directionOf({before: side(1, null), after: side(1, 1)}), "none");
    const impossible = side(Number.POSITIVE_INFINITY, 10);
    assert.equal(bitsPerByteDelta({before: impossible, after: impossible}), null);
    assert.equal(details({before: impossible, after: impossible}).at(-1), "difference: – bits");
    assert.equal(directionOf({before: impossible, after: impossible}), "same");
  });

  it("come from a summary", () => {
    const scores = {
      logprobs: Float64Array.of(Number.NaN, -Math.LN2, -3 * Math.LN2),
      top1: new Uint8Array(3),
      ends: Uint32Array.of(1, 2, 4)
    };
    assert.deepEqual(shown(sideTotals(summarize("abcd", scores))), {bits: 4, scored: 2, unscored: 1, bytes: 3});
    assert.equal(
      sideTotals(
        summarize("a", {logprobs: Float64Array.of(Number.NaN), top1: new Uint8Array(1), ends: Uint32Array.of(1)})
      ),
      undefined
    );
  });
});

describe("Changes together", () => {
  const added: Comparison = {before: undefined, after: side(100, 10)};
  const removed: Comparison = {before: side(50, 10), after: undefined};

  it("compare the replaced lines alone, by the sums of their bits and bytes", () => {
    const total = totalOf([fixed, {before: side(10, 30), after: side(11, 20)}, added, removed]);
    assert.deepEqual(
      {before: shown(total.changed.before), after: shown(total.changed.after)},
      {
        before: {bits: 52.1, bytes: 40, scored: 10, unscored: 0},
        after: {bits: 40, bytes: 30, scored: 10, unscored: 0}
      }
    );
    assert.deepEqual(partsOf(total), ["changed", "added", "removed"]);
    assert.equal(describeComparison(partOf(total, "changed")), "1.30 → 1.33 (+2 %) bits/byte");
    assert.equal(describeComparison(partOf(total, "added")), "added, 10.00 bits/byte");
    assert.equal(describeComparison(partOf(total, "removed")), "removed, 5.00 bits/byte");
    assert.deepEqual([total.changedCount, total.addedCount, total.removedCount], [2, 1, 1]);
    assert.deepEqual(totalDetails(total), [
      "replaced lines (2 changes)",
      "before: 52.1 bits, 10 tokens, 40 bytes, 1.30 bits/byte",
      "after: 40.0 bits, 10 tokens, 30 bytes, 1.33 bits/byte",
      "difference: −12.1 bits, +0.03 bits/byte (+2 %)",
      "lines added without any removed: 100.0 bits, 5 tokens, 10 bytes, 10.00 bits/byte",
      "lines removed without any added: 50.0 bits, 5 tokens, 10 bytes, 5.00 bits/byte"
    ]);
  });

  it("sum all of them: the bits of all removed and of all added lines", () => {
    const total = totalOf([fixed, {before: side(10, 30), after: side(11, 20)}, added, removed]);
    const {before, after} = total.all;
    assert.deepEqual([before?.bytes, before?.scored, after?.bytes, after?.scored], [50, 15, 40, 15]);
    assert.equal(describeTotal(total), "102 bits removed, 140 bits added");
    assert.equal(spokenTotal(total), describeTotal(total));
    const file = totalOf([fixed, added]);
    assert.equal(describeTotal(file), "42 bits removed, 129 bits added");
    assert.equal(describeParts(file), "4.21 → 2.90 (−31 %) bits/byte · added, 10.00 bits/byte");
  });

  it("of one kind are what that kind is", () => {
    assert.equal(describeTotal(totalOf([fixed])), "4.21 → 2.90 (−31 %) bits/byte");
    assert.match(spokenTotal(totalOf([fixed])), /^less surprising/);
    assert.equal(describeTotal(totalOf([added, added])), "added, 10.00 bits/byte");
    assert.equal(describeTotal(totalOf([removed])), "removed, 5.00 bits/byte");
    assert.equal(describeTotal(totalOf([added, removed])), "50 bits removed, 100 bits added");
    assert.equal(describeTotal(totalOf([])), "nothing to score");
  });

  it("have figures that stand first in a row, and their unit behind", () => {
    const told = (comparison: Comparison) => [figures(comparison), figuresUnit(comparison)];
    assert.deepEqual(told(fixed), ["4.21 → 2.90 (−31 %)", "bits/byte"]);
    assert.deepEqual(told(added), ["10.00", "bits/byte, added"]);
    assert.deepEqual(told(removed), ["5.00", "bits/byte, removed"]);
    assert.deepEqual(told({before: undefined, after: undefined}), [undefined, "nothing to score"]);
  });
});
