import {strict as assert} from "node:assert";
import type {LlamaContext, LlamaModel, Token} from "node-llama-cpp";
import {libllamaFiles} from "../../src/engine/llama/evaluator/libllamaFiles";
import {applySamplers} from "../../src/sampling/chain";
import {type DryBreakers, dryIsOn} from "../../src/sampling/dry";
import {dryBreakers} from "../../src/sampling/dryBreakers";
import {penaltiesAreOn} from "../../src/sampling/penalties";
import {Random as Drawing} from "../../src/sampling/random";
import {noSamplers, type SamplerName, type SamplerSettings, samplerNames} from "../../src/sampling/settings";
import {Random} from "../faults/random";
import {cases} from "../harness/thorough";
import {demonstration, engineInProcess, spec} from "./engine";
import {llamaSamplers} from "./llamaSamplers";

const quiet = () => undefined;

async function llamas() {
  const llama = await engineInProcess.llamaRuntime("off", 1, quiet);
  return {llama, samplers: llamaSamplers(await libllamaFiles(llama))};
}

/** llama.cpp computes in float32: probabilities differ by so much of themselves. */
const float32 = 2e-5;

describe("llama.cpp's samplers", () => {
  function randomLogits(random: Random): Float32Array {
    const size = random.pick([2, 3, 17, 200, 1500, 5000]);
    const spread = random.pick([0.5, 2, 5]);
    return Float32Array.from({length: size}, () => {
      if (random.chance(0.02)) return -Infinity;
      return (random.fraction() + random.fraction() + random.fraction() - 1.5) * 2 * spread;
    });
  }

  function randomSettings(random: Random, order: readonly SamplerName[]): SamplerSettings {
    return {
      order,
      temperature: random.pick([0, 0.3, 0.8, 1.7]),
      topK: random.pick([1, 2, 10, 40, 300]),
      topP: random.pick([0.1, 0.5, 0.9, 0.99]),
      minP: random.pick([0.01, 0.1, 0.7]),
      typicalP: random.pick([0.2, 0.5, 0.95]),
      xtc: {probability: random.pick([0, 1]), threshold: random.pick([0.001, 0.01, 0.1, 0.3, 0.6])},
      penalties: {
        lastTokens: random.pick([0, 5, 64]),
        repeat: random.pick([1, 1.3, 0.7]),
        frequency: random.pick([0, 0.4, -0.3]),
        presence: random.pick([0, 0.9])
      },
      dry: {
        multiplier: random.pick([0, 0.8, 2]),
        base: random.pick([1, 1.75, 3]),
        allowedLength: random.pick([1, 2, 4]),
        lastTokens: random.pick([0, 12, 40, 1000]),
        breakers: []
      }
    };
  }

  /** Compares random cases. A sum that comes within float32's rounding of a threshold may be on its other side: in one of a hundred. */
  async function assertSame(seed: number, count: number, orderOf: (random: Random) => readonly SamplerName[]) {
    const {samplers} = await llamas();
    const random = new Random(seed);
    let other = 0;
    for (let i = 0; i < count; i++) {
      const logits = randomLogits(random);
      const settings = randomSettings(random, orderOf(random));
      const history = Array.from({length: random.pick([0, 3, 30, 150])}, () =>
        random.below(Math.min(3, logits.length))
      );
      if (logits.every((logit) => logit === -Infinity)) continue;
      const ours = applySamplers(logits, settings, Int32Array.from(history));
      const theirs = samplers.sampled(logits, settings, {history});
      const ids = [...ours.ids].sort((a, b) => a - b).join();
      if (
        ids !==
        theirs
          .map(({id}) => id)
          .sort((a, b) => a - b)
          .join()
      ) {
        other++;
        continue;
      }
      for (const {id, probability} of theirs) {
        const difference = Math.abs(ours.after(id) - probability);
        assert.ok(difference <= float32 * Math.max(probability, 1e-3), `case ${i}: ${JSON.stringify(settings)}, ${id}`);
      }
    }
    assert.ok(other <= count / 100 + 1, `${other} of ${count} leave other tokens`);
  }

  for (const [index, name] of samplerNames.entries())
    it(`leave the same tokens with the same probabilities: ${name}`, () =>
      assertSame(50 + index, cases(150, 3000), () => [name]));

  it("leave the same tokens with the same probabilities in chains of any order", () =>
    assertSame(70, cases(300, 5000), (random) => {
      const order = samplerNames.filter(() => random.chance(0.6));
      return random.chance(0.5) ? order : order.toSorted(() => random.fraction() - 0.5);
    }));

  // Were it otherwise in another release, docs/sampling.md and copySettings.ts would be wrong.
  it("look back on nothing where -1 tokens are asked for", async () => {
    const {samplers} = await llamas();
    const logits = Float32Array.of(1, 2, 3, 4);
    const history = [0, 1, 2, 0, 1, 2, 0, 1];
    const penalties = {lastTokens: -1, repeat: 2, frequency: 1, presence: 1};
    const dry = {multiplier: 5, base: 2, allowedLength: 1, lastTokens: -1, breakers: []};
    const settings: SamplerSettings = {...noSamplers, order: ["penalties", "dry"], penalties, dry};
    const unchanged = applySamplers(logits, noSamplers, new Int32Array());
    for (const {id, probability} of samplers.sampled(logits, settings, {history}))
      assert.ok(Math.abs(probability - unchanged.after(id)) < float32);
    assert.ok(applySamplers(logits, settings, Int32Array.from(history)).after(2) < unchanged.after(2) / 2);
  });

  it("break repetitions at the same tokens", async () => {
    const {samplers} = await llamas();
    const {vocabulary} = await engineInProcess.loadVocabulary(spec(demonstration), quiet);
    const llamaVocabulary = samplers.vocabulary(demonstration);
    const breakers = ["\n", ":", '"', "*", "return", "é", ".\n\n"];
    const prepared = dryBreakers(breakers, {
      size: vocabulary.size,
      bytes: (id) => vocabulary.bytes(id),
      tokenize: (text) => vocabulary.tokenize(text, false)
    });
    assert.ok(
      [...prepared.values()].flat().some(({length}) => length > 0),
      "no breaker of several tokens"
    );
    const random = new Random(90);
    const logits = Float32Array.from({length: vocabulary.size}, () => random.fraction());
    const heads = [...prepared.keys()];
    let broken = 0;
    for (let i = 0; i < cases(200, 2000); i++) {
      const head = random.pick(heads);
      const tail = random.pick(prepared.get(head) ?? []);
      const pieces = [[head, ...tail], [500, 501, 502], [600], [500, 501], [601, 602]];
      const history = Array.from({length: 12}, () => random.pick(pieces)).flat();
      const dry = {multiplier: 1, base: 1.75, allowedLength: 1, lastTokens: 1000, breakers};
      const settings: SamplerSettings = {...noSamplers, order: ["dry"], dry};
      const ours = applySamplers(logits, settings, Int32Array.from(history), {breakers: prepared});
      const unbroken = applySamplers(logits, settings, Int32Array.from(history));
      if (history.some((id) => Math.abs(ours.after(id) - unbroken.after(id)) > 1e-9)) broken++;
      for (const {id, probability} of samplers.sampled(logits, settings, {history, vocabulary: llamaVocabulary}))
        assert.ok(Math.abs(ours.after(id) - probability) <= float32 * probability, `case ${i}, token ${id}`);
    }
    assert.ok(broken > 20, `breakers mattered in ${broken} cases`);
  });
});

/** What node-llama-cpp keeps to itself: its binding to llama.cpp. */
interface Internals {
  readonly _llama: {readonly _bindings: {readonly AddonSampler: new (model: unknown) => AddonSampler}};
  readonly _model: unknown;
}
interface AddonSampler {
  applyConfig(config: object): void;
  dispose(): void;
}
interface AddonContext {
  initBatch(size: number): void;
  addToBatch(sequence: number, first: number, tokens: Uint32Array, logits: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(output: number, sampler: AddonSampler): Promise<Token>;
  sampleToken(
    output: number,
    sampler: AddonSampler,
    probabilities: false,
    confidence: false,
    logits: true
  ): Promise<readonly [token: Token, probabilities: undefined, confidence: undefined, logits: readonly number[]]>;
}

describe("node-llama-cpp's draws", function () {
  this.timeout(300_000);
  const draws = 10_000;
  const bins = 40;
  /** What chi-square exceeds with 39 degrees of freedom once in a thousand times. */
  const critical = 72.05;
  /** node-llama-cpp's order (AddonSampler::rebuildChainIfNeeded). */
  const order: readonly SamplerName[] = ["penalties", "dry", "topK", "topP", "minP", "xtc", "temperature"];
  const history = [40, 41, 42, 300, 41, 41];
  let model: LlamaModel;
  /** Disposed of before its model, which would wait for it forever if it were collected. */
  let held: LlamaContext;
  let context: AddonContext;
  let output = 0;
  let logits: Float32Array;

  before(async () => {
    const {llama} = await llamas();
    model = await llama.loadModel({modelPath: demonstration, gpuLayers: 0});
    held = await model.createContext({contextSize: 256});
    context = (held as unknown as {readonly _ctx: AddonContext})._ctx;
    const tokens = Uint32Array.from(model.tokenize("def add(a, b):\n    return a + b\n\n\ndef ", false));
    context.initBatch(tokens.length);
    output = context.addToBatch(0, 0, tokens, Uint32Array.of(tokens.length - 1))[0] ?? 0;
    await context.decodeBatch();
    const greedy = addonSampler();
    greedy.applyConfig({temperature: 0});
    const [, , , pairs] = await context.sampleToken(output, greedy, false, false, true);
    logits = new Float32Array(pairs.length / 2);
    for (let i = 0; i < pairs.length; i += 2) logits[pairs[i] ?? 0] = pairs[i + 1] ?? 0;
    greedy.dispose();
  });

  after(async () => {
    await held.dispose();
    await model.dispose();
  });

  function addonSampler(): AddonSampler {
    const {_llama, _model} = model as unknown as Internals;
    return new _llama._bindings.AddonSampler(_model);
  }

  /** The settings as node-llama-cpp is told them. */
  function configOf(settings: SamplerSettings, seed: number): object {
    const {temperature, topK, topP, minP, xtc, penalties, dry} = settings;
    return {
      temperature,
      topK,
      topP,
      minP,
      seed,
      ...(xtc.probability > 0 && {xtcProbability: xtc.probability, xtcThreshold: xtc.threshold}),
      ...(penaltiesAreOn(penalties) && {
        repeatPenaltyTokens: Uint32Array.from(history),
        repeatPenalty: penalties.repeat,
        repeatPenaltyMaxTokens: penalties.lastTokens,
        repeatPenaltyFrequencyPenalty: penalties.frequency,
        repeatPenaltyPresencePenalty: penalties.presence
      }),
      ...(dryIsOn(dry) && {
        dryRepeatPenaltyStrength: dry.multiplier,
        dryRepeatPenaltyBase: dry.base,
        dryRepeatPenaltyAllowedLength: dry.allowedLength,
        dryRepeatPenaltyLastTokens: dry.lastTokens,
        dryRepeatPenaltySequenceBreakers: [...dry.breakers]
      })
    };
  }

  /**
   * Chi-square of the draws' places in the distributions that they come from. A token covers the part of [0, 1) between the sums of the
   * probabilities before it and with it, and a place in its part is chosen by lot: such places are evenly spread if, and only if, each
   * token comes as often as its probability says. It works also where each draw changes the next distribution, as with DRY.
   */
  async function chiSquare(settings: SamplerSettings, seed: number, breakers: DryBreakers): Promise<number> {
    const sampler = addonSampler();
    const config = configOf(settings, seed);
    const drawn: number[] = [];
    const lots = Drawing.ofSeed(seed);
    const counts = new Float64Array(bins);
    let sums: {readonly start: Map<number, number>; readonly share: Map<number, number>} | undefined;
    for (let i = 0; i < draws; i++) {
      // It gives the penalties their history again: a sampler remembers what it has drawn.
      sampler.applyConfig(config);
      const token = await context.sampleToken(output, sampler);
      // DRY's history is what was drawn.
      if (sums === undefined || dryIsOn(settings.dry)) sums = placesOf(settings, drawn, breakers);
      drawn.push(token);
      const share = sums.share.get(token) ?? 0;
      assert.ok(share > 0, `draw ${i} is token ${token}, which the samplers leave no probability`);
      const place = (sums.start.get(token) ?? 0) + share * lots.fraction();
      const bin = Math.min(bins - 1, Math.floor(place * bins));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    sampler.dispose();
    const expected = draws / bins;
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  }

  function placesOf(settings: SamplerSettings, drawn: readonly number[], breakers: DryBreakers) {
    const before = Int32Array.from(dryIsOn(settings.dry) ? drawn.slice(-settings.dry.lastTokens) : history);
    const {ids, probabilities} = applySamplers(logits, settings, before, {breakers, facts: false});
    const start = new Map<number, number>();
    const share = new Map<number, number>();
    let sum = 0;
    for (const [i, id] of ids.entries()) {
      start.set(id, sum);
      share.set(id, probabilities[i] ?? 0);
      sum += probabilities[i] ?? 0;
    }
    return {start, share};
  }

  const base: SamplerSettings = {...noSamplers, order};
  const dry = {multiplier: 0.8, base: 1.75, allowedLength: 2, lastTokens: 64, breakers: []};
  const chains: Readonly<Record<string, Partial<SamplerSettings>>> = {
    none: {},
    temperature: {temperature: 0.7},
    topK: {topK: 5},
    topP: {topP: 0.8},
    minP: {minP: 0.05},
    xtc: {xtc: {probability: 0.5, threshold: 0.02}},
    penalties: {penalties: {lastTokens: 64, repeat: 1.5, frequency: 0.3, presence: 0.5}},
    dry: {dry, topK: 3},
    "llama.cpp's defaults": {topK: 40, topP: 0.95, minP: 0.05, temperature: 0.8},
    "all but dry": {
      topK: 60,
      topP: 0.95,
      minP: 0.01,
      temperature: 1.3,
      xtc: {probability: 0.4, threshold: 0.03},
      penalties: {lastTokens: 4, repeat: 1.2, frequency: 0.1, presence: 0.1}
    },
    "dry in a chain": {dry, topK: 8, topP: 0.9, temperature: 0.9}
  };
  for (const [index, [name, settings]] of Object.entries(chains).entries())
    it(`come as often as the samplers say: ${name}`, async () => {
      const statistic = await chiSquare({...base, ...settings}, 11 + index, new Map());
      assert.ok(statistic < critical, `chi-square ${statistic}`);
    });

  it("would show a difference", async () => {
    // A temperature that is off by a twentieth.
    const settings = {...base, temperature: 0.7};
    const sampler = addonSampler();
    const {start, share} = placesOf({...settings, temperature: 0.735}, [], new Map());
    const counts = new Float64Array(bins);
    const lots = Drawing.ofSeed(1);
    for (let i = 0; i < draws; i++) {
      sampler.applyConfig(configOf(settings, 3));
      const token = await context.sampleToken(output, sampler);
      const bin = Math.floor(((start.get(token) ?? 0) + (share.get(token) ?? 0) * lots.fraction()) * bins);
      counts[Math.min(bins - 1, bin)] = (counts[Math.min(bins - 1, bin)] ?? 0) + 1;
    }
    sampler.dispose();
    const statistic = counts.reduce((sum, count) => sum + (count - draws / bins) ** 2 / (draws / bins), 0);
    assert.ok(statistic > critical, `chi-square ${statistic}`);
  });
});
