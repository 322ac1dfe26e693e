import {strict as assert} from "node:assert";
import fc from "fast-check";
import {
  effectiveChoices,
  excessSurprisal,
  frac,
  rankBucketOf,
  surprisalBits,
  tokenRows
} from "../../src/metrics/tokenMetrics";
import {count, significant} from "../../src/text/numberText";

describe("The numbers of a token", () => {
  it("are surprisal in bits, effective choices, excess surprisal and share of the first choice", () => {
    assert.equal(surprisalBits(Math.log(1 / 8)), 3);
    assert.equal(surprisalBits(0), 0);
    assert.ok(Math.abs(effectiveChoices(Math.log(7)) - 7) < 1e-12);
    assert.equal(excessSurprisal(-3, 2), 1);
    assert.equal(excessSurprisal(-1, 2), -1);
    assert.equal(frac(Math.log(0.1), Math.log(0.4)).toFixed(12), "0.250000000000");
    assert.equal(frac(Math.log(0.4), Math.log(0.399)), 1, "not above the first choice");
  });

  it("agree with their definitions on any distribution", () => {
    const weights = fc.array(fc.double({min: 1e-6, max: 1, noNaN: true}), {minLength: 2, maxLength: 50});
    fc.assert(
      fc.property(weights, fc.nat(), (raw, choice) => {
        const sum = raw.reduce((total, weight) => total + weight, 0);
        const p = raw.map((weight) => weight / sum);
        const own = p[choice % p.length] ?? 0;
        const entropy = p.reduce((h, one) => h - one * Math.log(one), 0);
        const [logprob, best] = [Math.log(own), Math.log(Math.max(...p))];
        const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-9);
        near(2 ** -surprisalBits(logprob), own);
        near(frac(logprob, best), own / Math.max(...p));
        near(excessSurprisal(logprob, entropy), -Math.log(own) - entropy);
        assert.ok(effectiveChoices(entropy) <= p.length + 1e-9);
        // On average, a token's surprisal is the entropy at its position.
        near(
          p.reduce((mean, one) => mean + one * excessSurprisal(Math.log(one), entropy), 0),
          0
        );
      }),
      {seed: 9, numRuns: 300}
    );
  });

  it("have GLTR's buckets of ranks", () => {
    const labels = [1, 10, 11, 100, 101, 1000, 1001, 1e6].map((rank) => rankBucketOf(rank).label);
    assert.deepEqual(labels, [
      "top 10",
      "top 10",
      "top 100",
      "top 100",
      "top 1,000",
      "top 1,000",
      "beyond 1,000",
      "beyond 1,000"
    ]);
  });

  it("are worded", () => {
    const rows = tokenRows({
      logprob: Math.log(0.02),
      rank: 1234,
      entropy: Math.log(7.25),
      best: Math.log(0.4)
    });
    assert.deepEqual(
      rows.map(({label, value}) => [label, value]),
      [
        ["probability", "2.0 %"],
        ["logprob", "−3.912 nats"],
        ["surprisal", "5.64 bits"],
        ["rank", "1,234 (beyond 1,000)"],
        ["p / max p", "5.0 %"],
        ["entropy", "2.86 bits"],
        ["effective choices", "7.3"],
        ["excess surprisal", "2.79 bits"]
      ]
    );
    for (const {label, help} of rows) assert.match(help, /^[A-Z1].+\.$/, label);
  });

  it("have no value where they are not known", () => {
    const unknown = tokenRows({logprob: -1, rank: null, entropy: null, best: null});
    assert.deepEqual(
      unknown.filter(({value}) => value === null).map(({label}) => label),
      ["rank", "p / max p", "entropy", "effective choices", "excess surprisal"]
    );
  });

  it("are worded for tokens that are certain, and impossible", () => {
    const values = (logprob: number) => tokenRows({logprob, rank: 1, entropy: 0, best: 0}).map(({value}) => value);
    assert.deepEqual(values(0).slice(0, 3), ["100.0 %", "0.000 nats", "0.00 bits"]);
    assert.deepEqual(values(Number.NEGATIVE_INFINITY).slice(0, 3), ["0 %", "−∞ nats", "∞ bits"]);
  });
});

describe("Numbers as text", () => {
  it("group whole numbers, and give others four digits", () => {
    assert.deepEqual([0, 999, 1000, 1234567].map(count), ["0", "999", "1,000", "1,234,567"]);
    assert.deepEqual([0, 0.012345, 2.71, 1234.5, 2e7].map(significant), [
      "0.000",
      "0.01235",
      "2.710",
      "1,235",
      "2.000e+7"
    ]);
  });
});
