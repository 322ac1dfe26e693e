import * as assert from "node:assert/strict";
import fc from "fast-check";
import {runningBits, spanBounds, spansOf} from "../../src/metrics/alongText";
import {type CalibrationBin, calibration} from "../../src/metrics/calibration";
import type {ColouredNumbers} from "../../src/metrics/colourScale";
import {
  type Bin,
  gltrBucket,
  type Histogram,
  probabilityHistogram,
  rankHistogram,
  surprisalHistogram
} from "../../src/metrics/histogram";

/** A token's logprob (NaN: not scored), rank and entropy in nats. */
const token = fc.tuple(
  fc.oneof({arbitrary: fc.double({min: -40, max: 0, noNaN: true}), weight: 5}, fc.constant(Number.NaN), fc.constant(0)),
  fc.integer({min: 1, max: 300_000}),
  fc.double({min: 0, max: 12, noNaN: true})
);
const texts = fc.array(token, {maxLength: 200}).map(
  (tokens): ColouredNumbers => ({
    logprobs: Float64Array.from(tokens, ([logprob]) => logprob),
    ranks: Int32Array.from(tokens, ([logprob, rank]) => (Number.isNaN(logprob) ? 0 : rank)),
    entropies: Float64Array.from(tokens, ([logprob, , entropy]) => (Number.isNaN(logprob) ? Number.NaN : entropy))
  })
);

const check = (law: (text: ColouredNumbers) => void) => fc.assert(fc.property(texts, law), {seed: 17, numRuns: 300});
const close = (actual: number | undefined, expected: number, what: string) =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, ${expected}`
  );
const scoredOf = ({logprobs}: ColouredNumbers) => [...logprobs.keys()].filter((at) => !Number.isNaN(logprobs[at]));
const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

describe("Histograms", () => {
  function holds(
    found: Histogram,
    text: ColouredNumbers,
    valueAt: (at: number) => number,
    isLast: (to: number) => boolean
  ) {
    const scored = scoredOf(text);
    assert.equal(found.total, scored.length);
    for (const [place, {from, to, count}] of found.bins.entries()) {
      const inside = scored.filter(
        (at) => valueAt(at) >= from && (valueAt(at) < to || (isLast(to) && valueAt(at) <= to))
      );
      assert.equal(count, inside.length, `${from} to ${to}`);
      for (const at of inside) assert.equal(found.binOf(at), place);
    }
  }

  it("of probabilities and surprisals count each scored token once, where its value is", () => {
    check((text) => {
      const {logprobs} = text;
      holds(
        probabilityHistogram(text),
        text,
        (at) => Math.exp(logprobs[at] ?? 0),
        (to) => to === 1
      );
      holds(
        surprisalHistogram(text),
        text,
        (at) => -(logprobs[at] ?? 0) / Math.LN2,
        () => false
      );
    });
  });

  it("of ranks have bounds at GLTR's buckets and reach the highest rank", () => {
    check((text) => {
      const found = rankHistogram(text);
      assert.ok(found);
      assert.equal(sum(found.bins.map(({count}) => count)), scoredOf(text).length);
      for (const at of scoredOf(text)) {
        const rank = text.ranks?.[at] ?? 0;
        const bin: Bin | undefined = found.bins[found.binOf(at)];
        assert.ok(bin && bin.from <= rank && rank <= bin.to, `${rank}`);
        assert.equal(gltrBucket(bin.from), gltrBucket(bin.to), "a bin is in one bucket");
      }
    });
    assert.equal(rankHistogram({logprobs: Float64Array.of(-1), ranks: null, entropies: null}), null);
  });
});

describe("Surprisal along a text", () => {
  it("has each token in one span, with the least, mean and greatest surprisal of each", () => {
    check((text) => {
      const {bounds, min, mean, max, peaks, entropy} = spansOf(text, 7);
      assert.deepEqual([bounds[0], bounds.at(-1)], text.logprobs.length === 0 ? [0, 0] : [0, text.logprobs.length]);
      for (let span = 0; span + 1 < bounds.length; span++) {
        const inside = scoredOf(text).filter((at) => at >= (bounds[span] ?? 0) && at < (bounds[span + 1] ?? 0));
        const bits = inside.map((at) => -(text.logprobs[at] ?? 0) / Math.LN2);
        if (bits.length === 0)
          assert.ok(Number.isNaN(mean[span]) && Number.isNaN(min[span]) && Number.isNaN(max[span]));
        else {
          close(min[span], Math.min(...bits), "min");
          close(max[span], Math.max(...bits), "max");
          close(mean[span], sum(bits) / bits.length, "mean");
          close(
            entropy?.[span],
            sum(inside.map((at) => text.entropies?.[at] ?? 0)) / bits.length / Math.LN2,
            "entropy"
          );
          close(-(text.logprobs[peaks[span] ?? 0] ?? 0) / Math.LN2, Math.max(...bits), "peak");
        }
      }
    });
    assert.deepEqual([...spanBounds(10, 4)], [0, 2, 5, 7, 10]);
  });

  it("adds up to the text's bits", () => {
    check((text) => {
      const {bits, scored, expected} = runningBits(text, 9);
      close(bits.at(-1), sum(scoredOf(text).map((at) => -(text.logprobs[at] ?? 0))) / Math.LN2, "bits");
      assert.equal(scored.at(-1), scoredOf(text).length);
      close(expected?.at(-1), sum(scoredOf(text).map((at) => text.entropies?.[at] ?? 0)) / Math.LN2, "expected");
    });
  });
});

describe("Calibration", () => {
  it("compares mean surprisal with mean entropy, in all and by bins of one bit of entropy", () => {
    check((text) => {
      const found = calibration(text);
      const scored = scoredOf(text);
      if (scored.length === 0) return assert.equal(found, null);
      assert.ok(found);
      const excess = scored.map((at) => (-(text.logprobs[at] ?? 0) - (text.entropies?.[at] ?? 0)) / Math.LN2);
      const mean = sum(excess) / excess.length;
      close(found.all.excess, mean, "excess");
      if (excess.length > 1) {
        const variance = sum(excess.map((one) => (one - mean) ** 2)) / (excess.length - 1);
        close(found.all.error, Math.sqrt(variance / excess.length), "standard error");
      }
      assert.equal(sum(found.bins.map(({tokens}) => tokens)), scored.length);
      for (const at of scored) {
        const bits = (text.entropies?.[at] ?? 0) / Math.LN2;
        const bin: CalibrationBin | undefined = found.bins[found.binOf(at)];
        assert.ok(bin && bits >= bin.from && bits < bin.to);
      }
    });
  });

  it("finds nothing wrong with a model whose text is drawn from it", () => {
    // Two predictions in turn: of 2 and of 8 equally likely tokens. Each token drawn has exactly its entropy.
    const nats = (index: number) => Math.log(index % 2 === 0 ? 2 : 8);
    const entropies = Float64Array.from({length: 100}, (_, index) => nats(index));
    const found = calibration({logprobs: entropies.map((one) => -one), ranks: null, entropies});
    assert.ok(found);
    assert.deepEqual([found.gap, found.all.excess, found.bins.length], [0, 0, 2]);
  });
});
