import {strict as assert} from "node:assert";
import {applySamplers, isOn} from "../../src/sampling/chain";
import {describeNext} from "../../src/sampling/describeNext";
import type {SampledDistribution} from "../../src/sampling/distribution";
import {noSamplers, type SamplerName, type SamplerSettings, samplerNames} from "../../src/sampling/settings";
import {Random} from "../faults/random";
import {bruteForce, entropyOf} from "../harness/bruteForceSamplers";
import {cases} from "../harness/thorough";

interface Case {
  readonly logits: Float32Array;
  readonly settings: SamplerSettings;
  readonly history: readonly number[];
  readonly breakers: readonly (readonly number[])[];
}

/** Sums of the same numbers in another order. */
const rounding = 1e-12;

function randomLogits(random: Random): Float32Array {
  const size = random.pick([1, 2, 3, 5, 17, 60, 900, 3000]);
  const spread = random.pick([0, 0.1, 1, 3, 10]);
  const ties = random.chance(0.4);
  const forbidden = random.pick([0, 0, 0.1, 0.6]);
  const logits = Float32Array.from({length: size}, () => {
    if (random.chance(forbidden)) return -Infinity;
    const logit = (random.fraction() + random.fraction() + random.fraction() - 1.5) * 2 * spread;
    return ties ? Math.round(logit) : logit;
  });
  if (logits.every((logit) => logit === -Infinity)) logits[random.below(size)] = 1;
  return logits;
}

function randomSettings(random: Random, names: readonly SamplerName[] = samplerNames): SamplerSettings {
  const order = names.filter(() => names.length === 1 || random.chance(0.6));
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other] as SamplerName, order[i] as SamplerName];
  }
  return {
    order,
    temperature: random.pick([0, 0.3, 0.8, 1, 1.7]),
    topK: random.pick([0, 1, 2, 10, 40, 5000]),
    topP: random.pick([0, 0.2, 0.5, 0.9, 0.999, 1]),
    minP: random.pick([0, 0.01, 0.1, 0.7, 1, 1.5]),
    typicalP: random.pick([0, 0.2, 0.5, 0.95, 1]),
    xtc: {probability: random.pick([0, 0.3, 1]), threshold: random.pick([0, 0.01, 0.1, 0.3, 0.51])},
    penalties: {
      lastTokens: random.pick([-1, 0, 5, 64]),
      repeat: random.pick([1, 1.3, 0.7]),
      frequency: random.pick([0, 0.4, -0.3]),
      presence: random.pick([0, 0.9])
    },
    dry: {
      multiplier: random.pick([0, 0.8]),
      base: random.pick([1, 1.75]),
      allowedLength: random.pick([1, 2, 4]),
      lastTokens: random.pick([-1, 0, 12, 40]),
      breakers: []
    }
  };
}

function randomCase(random: Random, names?: readonly SamplerName[]): Case {
  const logits = randomLogits(random);
  const some = Math.min(logits.length, 4);
  const history = Array.from({length: random.pick([0, 1, 3, 30, 100])}, () => random.below(some));
  const breakers = Array.from({length: random.below(3)}, () =>
    Array.from({length: 1 + random.below(3)}, () => random.below(some))
  );
  return {logits, settings: randomSettings(random, names), history, breakers};
}

function applied({logits, settings, history, breakers}: Case): SampledDistribution {
  const prepared = new Map<number, Int32Array[]>();
  for (const [head, ...tail] of breakers) {
    const tails = prepared.get(head ?? 0) ?? [];
    prepared.set(head ?? 0, [...tails, Int32Array.from(tail)]);
  }
  return applySamplers(logits, settings, Int32Array.from(history), {breakers: prepared});
}

/** False where rounding decides what is left, and did so differently. */
function assertEqualsBruteForce(one: Case, named: string): boolean {
  const {logits, settings, history, breakers} = one;
  const distribution = applied(one);
  const expected = bruteForce(logits, settings, history, breakers);
  const what = `${named}: ${logits.length} tokens, ${JSON.stringify(settings)}`;
  const ids = [...distribution.ids].sort((a, b) => a - b);
  const expectedIds = [...expected.after.keys()].sort((a, b) => a - b);
  if (expected.isFragile && ids.join() !== expectedIds.join()) return false;
  assert.deepEqual(ids, expectedIds, what);
  for (const [i, id] of distribution.ids.entries()) {
    assert.ok(Math.abs((distribution.probabilities[i] ?? 0) - (expected.after.get(id) ?? 0)) < rounding, what);
    assert.equal(distribution.after(id), distribution.probabilities[i], what);
  }
  const stages = expected.stages.filter(({sampler}) => isOn(sampler, settings));
  assert.deepEqual(
    distribution.stages.map(({sampler, candidates}) => [sampler, candidates]),
    stages.map(({sampler, left}) => [sampler, left.size]),
    what
  );
  const raw = bruteForce(logits, noSamplers).after;
  for (const [i, {left}] of stages.entries()) {
    const {mass, entropy} = distribution.stages[i] ?? {mass: 0, entropy: 0};
    const kept = [...left.keys()].reduce((sum, id) => sum + (raw.get(id) ?? 0), 0);
    assert.ok(Math.abs(mass - kept) < 1e-9, `${what}: mass ${mass}, ${kept}`);
    assert.ok(Math.abs(entropy - entropyOf(left.values())) < 1e-9, `${what}: entropy ${entropy}`);
  }
  for (const id of raw.keys())
    assert.equal(distribution.cutBy(id), stages.find(({left}) => !left.has(id))?.sampler, `${what}: token ${id}`);
  return true;
}

/** Compares random cases; of a hundred, rounding may decide one: where hundreds are equal, sums come as near to a threshold as can be. */
function assertAllEqual(random: Random, count: number, names?: readonly SamplerName[]): void {
  let undecided = 0;
  for (let i = 0; i < count; i++) if (!assertEqualsBruteForce(randomCase(random, names), `case ${i}`)) undecided++;
  assert.ok(undecided <= count / 100, `${undecided} of ${count} decided by rounding`);
}

describe("A sampler", () => {
  for (const [index, name] of samplerNames.entries())
    it(`does what its description says on a whole distribution: ${name}`, () => {
      assertAllEqual(new Random(100 + index), cases(150, 1500), [name]);
    });

  it("acts where it stands in the order", () => {
    assertAllEqual(new Random(7), cases(400, 4000));
  });

  it("leaves the token at its threshold", () => {
    const logits = Float32Array.of(Math.log(4), Math.log(2), 0, 0);
    const left = (settings: Partial<SamplerSettings>) => [
      ...applySamplers(logits, {...noSamplers, ...settings}, none).ids
    ];
    // 1/2, 1/4, 1/8, 1/8.
    assert.deepEqual(left({topP: 0.5}), [0]);
    assert.deepEqual(left({topP: 0.500001}), [0, 1]);
    assert.deepEqual(left({topK: 3}), [0, 1, 2]);
    assert.deepEqual(left({xtc: {probability: 1, threshold: 0.5}}), [0, 1, 2, 3]);
    assert.deepEqual(left({xtc: {probability: 1, threshold: 0.2}}), [1, 2, 3]);
    assert.deepEqual(left({minP: 0.3}), [0, 1]);
    const equal = Float32Array.of(0, 0, 0, 0);
    const leftOfEqual = (settings: Partial<SamplerSettings>) => [
      ...applySamplers(equal, {...noSamplers, ...settings}, none).ids
    ];
    assert.deepEqual(leftOfEqual({topP: 0.5}), [0, 1]);
    // More than half: the third one makes it so.
    assert.deepEqual(leftOfEqual({typicalP: 0.5}), [0, 1, 2]);
    assert.deepEqual(leftOfEqual({temperature: 0}), [0]);
    assert.deepEqual(leftOfEqual({xtc: {probability: 1, threshold: 0.25}}), [3]);
    assert.deepEqual(leftOfEqual({minP: 1}), [0, 1, 2, 3]);
  });

  it("lowers a penalized token whatever its sign", () => {
    const settings = {...noSamplers, penalties: {lastTokens: 64, repeat: 2, frequency: 0, presence: 0}};
    const logits = Float32Array.of(1, -1, 0, 0.5);
    const {ids, probabilities} = applySamplers(logits, settings, Int32Array.of(0, 1, 2));
    const expected = [0.5, -2, 0, 0.5].map(Math.exp);
    const sum = expected.reduce((a, b) => a + b, 0);
    assert.deepEqual([...ids], [0, 1, 2, 3]);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs((probabilities[i] ?? 0) - value / sum) < rounding);
  });

  it("refuses logits that are no numbers", () => {
    for (const odd of [Number.NaN, Infinity])
      assert.throws(() => applySamplers(Float32Array.of(1, odd), noSamplers, none), RangeError);
    assert.throws(() => applySamplers(Float32Array.of(-Infinity), noSamplers, none), RangeError);
    assert.throws(() => applySamplers(new Float32Array(), noSamplers, none), RangeError);
  });
});

const none = new Int32Array();

describe("What samplers leave", () => {
  it("sums up to 1, is no more than there was, and is the same without the facts", () => {
    const random = new Random(31);
    for (let i = 0; i < cases(200, 2000); i++) {
      const one = randomCase(random);
      const distribution = applied(one);
      assert.ok(Math.abs(distribution.probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-9, `case ${i}`);
      let candidates = one.logits.length;
      let mass = 1;
      for (const stage of distribution.stages) {
        assert.ok(stage.candidates >= 1 && stage.candidates <= candidates, `case ${i}`);
        assert.ok(stage.mass <= mass + rounding && stage.entropy <= Math.log(stage.candidates) + 1e-9, `case ${i}`);
        ({candidates, mass} = stage);
      }
      const {logits, settings, history} = one;
      const again = applySamplers(logits, settings, Int32Array.from(history), {facts: false});
      if (one.breakers.length === 0) {
        assert.deepEqual(again.ids, distribution.ids);
        // Sums of the same numbers in another order.
        for (const [k, probability] of again.probabilities.entries())
          assert.ok(Math.abs(probability - (distribution.probabilities[k] ?? 0)) < rounding, `case ${i}`);
      }
      assert.deepEqual(again.stages, []);
    }
  });

  it("grows with top-k, top-p and typical-p, and shrinks with min-p and a low temperature", () => {
    const random = new Random(32);
    for (let i = 0; i < cases(50, 1000); i++) {
      const logits = randomLogits(random);
      const size = (settings: Partial<SamplerSettings>) =>
        applySamplers(logits, {...noSamplers, ...settings}, none).ids.length;
      const entropy = (temperature: number) => applySamplers(logits, {...noSamplers, temperature}, none).entropy;
      const steps = [0.05, 0.2, 0.5, 0.8, 0.95];
      const ascends = (values: readonly number[]) =>
        assert.ok(
          values.every((value, k) => k === 0 || value >= (values[k - 1] ?? 0) - rounding),
          `case ${i}: ${values}`
        );
      ascends([1, 2, 5, 20, 0].map((topK) => size({topK})));
      ascends(steps.map((topP) => size({topP})));
      ascends(steps.map((typicalP) => size({typicalP})));
      ascends(steps.toReversed().map((minP) => size({minP})));
      ascends([0, 0.1, 0.5, 1, 2, 10].map(entropy));
    }
  });

  it("is described token by token, and the others together", () => {
    const random = new Random(33);
    for (let i = 0; i < cases(60, 500); i++) {
      const one = randomCase(random);
      const distribution = applied(one);
      const top = random.pick([1, 5, 200]);
      const draws = {count: 500, seed: i};
      const {logits} = one;
      const described = describeNext(logits, distribution, {top, draws});
      const model = bruteForce(logits, noSamplers).after;
      const raw = [...model].sort(([a, p], [b, q]) => q - p || a - b);
      assert.deepEqual(
        described.top.map(({id}) => id),
        raw.slice(0, top).map(([id]) => id)
      );
      for (const {id, logprob, after, cutBy} of described.top) {
        assert.ok(Math.abs(Math.exp(logprob) - (model.get(id) ?? 0)) < rounding);
        assert.equal(after, distribution.after(id));
        assert.equal(cutBy, distribution.cutBy(id));
      }
      const sum = (of: (token: (typeof described.top)[number]) => number) =>
        described.top.reduce((total, token) => total + of(token), 0);
      assert.equal(described.rest.tokens + described.top.length, logits.length);
      assert.ok(Math.abs(sum(({logprob}) => Math.exp(logprob)) + described.rest.probability - 1) < 1e-9);
      assert.ok(Math.abs(sum(({after}) => after) + described.rest.after - 1) < 1e-9);
      assert.equal(sum(({drawn}) => drawn ?? 0) + (described.rest.drawn ?? 0), 500);
      assert.ok(Math.abs(described.entropy - entropyOf(raw.map(([, p]) => p))) < 1e-9);
      assert.equal(described.after.candidates, distribution.ids.length);
    }
  });

  it("says of XTC what it takes when it acts, and gives the mean of acting and not acting", () => {
    const logits = Float32Array.of(Math.log(4), Math.log(2), 0, 0);
    const settings = {...noSamplers, xtc: {probability: 0.25, threshold: 0.2}};
    const distribution = applySamplers(logits, settings, none);
    assert.equal(distribution.cutBy(0), "xtc");
    // The logits are rounded to float32.
    assert.ok(Math.abs(distribution.after(0) - 0.75 * 0.5) < 1e-7);
    assert.ok(Math.abs(distribution.after(1) - (0.25 * 0.5 + 0.75 * 0.25)) < 1e-7);
    assert.deepEqual(
      distribution.branches.map(({weight, ids}) => [weight, ids.length]),
      [
        [0.25, 3],
        [0.75, 4]
      ]
    );
    assert.deepEqual(
      distribution.stages.map(({sampler, candidates}) => [sampler, candidates]),
      [["xtc", 3]]
    );
  });
});
