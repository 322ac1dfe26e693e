import {strict as assert} from "node:assert";
import {applySamplers} from "../../src/sampling/chain";
import {Draws, draw} from "../../src/sampling/draw";
import {Random, splitMix64} from "../../src/sampling/random";
import {noSamplers} from "../../src/sampling/settings";

describe("Random numbers", () => {
  it("are those of xoshiro128**", () => {
    // Of the authors' C program with the state 1, 2, 3, 4.
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804
    ];
    const random = new Random([1, 2, 3, 4]);
    assert.deepEqual(
      expected.map(() => random.bits()),
      expected
    );
  });

  it("are seeded by SplitMix64", () => {
    const expected = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n];
    const words = splitMix64(1234567);
    assert.deepEqual(
      expected.map(() => words.next().value),
      expected
    );
    const halves = expected
      .slice(0, 2)
      .flatMap((word) => [Number(word & 0xffffffffn) | 0, Number(word >> 32n) | 0] as const);
    const [a = 0, b = 0, c = 0, d = 0] = halves;
    const [one, other] = [Random.ofSeed(1234567), new Random([a, b, c, d])];
    for (let i = 0; i < 10; i++) assert.equal(one.bits(), other.bits());
  });

  it("are the same for a seed, and others for another one", () => {
    const first = (seed: number) => {
      const random = Random.ofSeed(seed);
      return [random.fraction(), random.fraction()];
    };
    assert.deepEqual(first(0), first(0));
    const seeds = [-1, 0, 1, 2, 2 ** 32, Number.MAX_SAFE_INTEGER];
    assert.equal(new Set(seeds.map((seed) => first(seed)[0])).size, seeds.length);
    assert.ok(seeds.flatMap(first).every((fraction) => fraction >= 0 && fraction < 1));
  });
});

describe("Draws", () => {
  const logits = Float32Array.from({length: 50}, (_, i) => Math.sin(i * 7) * 3);
  const settings = {...noSamplers, xtc: {probability: 0.5, threshold: 0.1}};
  const distribution = applySamplers(logits, settings, new Int32Array());

  it("are the same one by one and many at once", () => {
    const draws = new Draws(distribution, 5);
    const random = Random.ofSeed(5);
    for (let i = 0; i < 2000; i++) assert.equal(draws.next(), draw(distribution, random));
  });

  it("come as often as the distribution says", () => {
    const count = 100_000;
    const counts = new Draws(distribution, 1).counts(count);
    let statistic = 0;
    for (const [i, id] of distribution.ids.entries()) {
      const expected = count * (distribution.probabilities[i] ?? 0);
      statistic += ((counts.get(id) ?? 0) - expected) ** 2 / expected;
    }
    // 49 degrees of freedom: 85.35 is exceeded once in a thousand times.
    assert.ok(statistic < 85.35, `${statistic}`);
  });

  it("never give a token that has no probability", () => {
    const far = Float32Array.of(0, -2000, 0);
    const drawn = new Draws(applySamplers(far, noSamplers, new Int32Array()), 3).counts(1000);
    assert.deepEqual([...drawn.keys()].sort(), [0, 2]);
  });
});
