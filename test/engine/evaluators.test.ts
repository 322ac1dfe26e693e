import {strict as assert} from "node:assert";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";
import fc from "fast-check";
import type {EvaluationContext, Evaluator, Predictions} from "../../src/engine/llama/evaluator/evaluator";
import {nodeLlamaEvaluator} from "../../src/engine/llama/evaluator/nodeLlamaEvaluator";
import {scoringBatch} from "../../src/gguf/batches";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {root} from "../harness/paths";
import {cases} from "../harness/thorough";
import {at, demonstration, engineInProcess, spec} from "./engine";
import {type Distribution, Judge} from "./judge";
import {temporaryFolder} from "./modelCopies";

/** The ways to evaluate, the one that the others are held to first. */
const ways: readonly {readonly name: string; open(file: string): Promise<Evaluator>}[] = [
  {
    name: "node-llama-cpp",
    open: async (file) => {
      const llama = await engineInProcess.llamaRuntime("off", 1, () => undefined);
      return nodeLlamaEvaluator(await llama.loadModel({modelPath: file}), "f16");
    }
  },
  {
    name: "libllama itself",
    open: async (file) => {
      const ref = {...spec(file), threads: 1};
      const vocabulary = await engineInProcess.loadVocabulary(ref, () => undefined);
      const {llama} = vocabulary;
      const options = {ref, llama, vocabulary, gpuLayers: 0, onLoadProgress: () => undefined};
      const evaluator = await engineInProcess.openEvaluator(
        options,
        () => undefined,
        () => undefined
      );
      assert.ok(engineInProcess.isNative());
      return evaluator;
    }
  }
];

/** Differences in nats. A judge's probabilities are float32. */
const float32 = 1e-6;
/** Sums of a vocabulary in float32, which llama.cpp makes for one alternative. */
const float32Sum = 2e-4;
/** Sums in double precision, in another order. */
const double = 1e-10;
const batchSize = scoringBatch(8192);
const never = new AbortController().signal;

/** What a test reads of some tokens: the token behind each is its target. */
interface Reading {
  readonly top: number;
  readonly batchSize: number;
  readonly filled?: boolean;
}

/** Evaluates `ids` but the last behind what the context holds of them, and reads all those predictions. */
async function evaluateRest(context: EvaluationContext, ids: Int32Array, reading: Reading): Promise<Predictions[]> {
  const read: Predictions[] = [];
  for (let from = context.length; from < ids.length - 1; from = context.length) {
    const end = Math.min(from + reading.batchSize, ids.length - 1);
    const {top, filled = false} = reading;
    const batch = {tokens: ids.slice(from, end), targets: ids.slice(from + 1, end + 1), top, filled};
    read.push(await (await context.evaluate(batch, never)).predictions);
  }
  return read;
}

/** The natural logprob of a token, summed in double precision. */
function logSoftmax(row: Float32Array, id: number): number {
  const greatest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const sum = row.reduce((total, logit) => total + Math.exp(logit - greatest), 0);
  return at(row, id) - greatest - Math.log(sum);
}

function joined(parts: readonly Predictions[]): {readonly [key in keyof Omit<Predictions, "logits">]: number[]} {
  return {
    logprobs: parts.flatMap(({logprobs}) => [...logprobs]),
    ranks: parts.flatMap(({ranks}) => [...ranks]),
    entropies: parts.flatMap(({entropies}) => [...entropies]),
    topIds: parts.flatMap(({topIds}) => [...topIds]),
    topLogprobs: parts.flatMap(({topLogprobs}) => [...topLogprobs])
  };
}

function assertNear(actual: number | undefined, expected: number | undefined, tolerated: number, what: string): void {
  assert.ok(
    actual !== undefined && expected !== undefined && Math.abs(actual - expected) <= tolerated,
    `${what}: ${actual} instead of ${expected}`
  );
}

function assertSame(actual: readonly Predictions[], expected: readonly Predictions[], tolerated: number): void {
  const own = joined(actual);
  const other = joined(expected);
  if (tolerated <= double) assert.deepEqual([own.ranks, own.topIds], [other.ranks, other.topIds]);
  for (const key of ["logprobs", "entropies", "topLogprobs"] as const) {
    assert.equal(own[key].length, other[key].length);
    for (const [i, value] of own[key].entries()) assertNear(value, other[key][i], tolerated, `${key} ${i}`);
  }
}

/** Tokens of no meaning that every tiny model has, none of them special. */
function anyTokens(random: Random, count: number): Int32Array {
  return Int32Array.from({length: count}, () => 20 + random.below(140));
}

for (const way of ways)
  describe(`A context evaluated by ${way.name}`, () => {
    const folder = temporaryFolder();
    let evaluator: Evaluator;
    let judge: Judge;
    let truth: Distribution[];
    let ids: Int32Array;
    before(async () => {
      judge = await Judge.open(demonstration);
      const text = ["python", "typescript", "prose"]
        .map((name) => readFileSync(path.join(root, `test/fixtures/reference/${name}.txt`), "utf8"))
        .join("\n");
      ids = Int32Array.from([judge.model.tokens.bos ?? 0, ...judge.model.tokenize(text)].slice(0, 300));
      truth = await judge.afterEach([...ids.slice(0, -1)]);
      evaluator = await way.open(demonstration);
    });
    after(async () => {
      await evaluator.dispose();
      await judge.close();
      folder.remove();
    });

    async function fresh(size = 512): Promise<EvaluationContext> {
      return await evaluator.createContext({size, batchSize, maxOutputs: batchSize});
    }

    it("gives logprobs, ranks, entropies and alternatives of the whole distribution", async () => {
      const top = 5;
      const found = joined(await evaluateRest(await fresh(), ids, {top, batchSize}));
      assert.equal(found.logprobs.length, ids.length - 1);
      for (const [i, distribution] of truth.entries()) {
        const logprob = distribution.logprob(at(ids, i + 1));
        assertNear(found.logprobs[i], logprob, float32, `logprob ${i}`);
        assertNear(found.entropies[i], distribution.entropy, float32, `entropy ${i}`);
        const rank = at(found.ranks, i);
        assert.ok(rank > distribution.above(logprob + float32) && rank <= 1 + distribution.above(logprob - float32));
        for (let k = 0; k < top; k++) {
          const own = found.topLogprobs[i * top + k];
          assertNear(own, distribution.ranked(k + 1), float32, `alternative ${k} of ${i}`);
          assertNear(own, distribution.logprob(at(found.topIds, i * top + k)), float32, `its id, ${k} of ${i}`);
        }
      }
    });

    it("gives the same logprobs and first choices with one alternative, and no wrong rank or entropy", async () => {
      const all = joined(await evaluateRest(await fresh(), ids, {top: 2, batchSize}));
      const one = joined(await evaluateRest(await fresh(), ids, {top: 1, batchSize}));
      for (const [i, logprob] of all.logprobs.entries()) {
        assertNear(one.logprobs[i], logprob, float32Sum, `logprob ${i}`);
        assertNear(one.topLogprobs[i], all.topLogprobs[2 * i], float32Sum, `greatest logprob ${i}`);
        assert.equal(one.topIds[i], all.topIds[2 * i]);
        assert.ok(one.ranks[i] === all.ranks[i] || (one.ranks[i] === 0 && at(all.ranks, i) > 1), `rank ${i}`);
        const entropy = at(one.entropies, i);
        assert.ok(Number.isNaN(entropy) || Math.abs(entropy - at(all.entropies, i)) <= float32Sum, `entropy ${i}`);
      }
      assert.equal(one.ranks.includes(1), true);
    });

    it("takes the first choice for a target of -1", async () => {
      const tokens = ids.slice(0, 100);
      for (const top of [1, 3]) {
        const targets = new Int32Array(tokens.length).fill(-1);
        const found = await (await (await fresh()).evaluate({tokens, targets, top}, never)).predictions;
        for (const i of tokens.keys()) {
          assert.equal(found.ranks[i], 1);
          assert.equal(found.logprobs[i], found.topLogprobs[i * top]);
          assertNear(found.logprobs[i], at(truth, i).ranked(1), float32Sum, `logprob ${i} of ${top}`);
          assertNear(
            found.logprobs[i],
            at(truth, i).logprob(at(found.topIds, i * top)),
            float32Sum,
            `id ${i} of ${top}`
          );
        }
      }
    });

    it("hands rows of logits over, whose log-softmax are the logprobs", async () => {
      const tokens = ids.slice(0, 100);
      for (const [count, top] of [
        [1, 1],
        [12, 3]
      ] as const) {
        const targets = ids.slice(101 - count, 101);
        const batch = {tokens, targets, top, filled: true};
        const found = await (await (await fresh()).evaluate({...batch, rows: true}, never)).predictions;
        const without = await (await (await fresh()).evaluate(batch, never)).predictions;
        assert.equal(without.logits, undefined);
        for (const [i, logprob] of without.logprobs.entries())
          assertNear(found.logprobs[i], logprob, top === 1 ? float32Sum : 0, `${i} of ${count} without rows`);
        const size = (found.logits?.length ?? 0) / count;
        assert.equal(size, judge.model.fileInfo.metadata.tokenizer.ggml.tokens.length);
        for (const [i, target] of targets.entries()) {
          const row = found.logits?.subarray(i * size, (i + 1) * size) ?? new Float32Array();
          assertNear(logSoftmax(row, target), found.logprobs[i], double, `logprob ${i} of ${count}`);
          assertNear(logSoftmax(row, at(found.topIds, i * top)), found.topLogprobs[i * top], double, `best of ${i}`);
        }
      }
    });

    it("says what sets of tokens do to predictions, the first ones of a batch", async () => {
      const tokens = ids.slice(0, 100);
      const random = new Random(31);
      for (const [count, top, given] of [
        [1, 1, 1],
        [12, 3, 12],
        [100, 2, 90]
      ] as const) {
        const targets = ids.slice(101 - count, 101);
        const batch = {tokens, targets, top, filled: true};
        const {logits} = await (await (await fresh()).evaluate({...batch, rows: true}, never)).predictions;
        assert.ok(logits !== undefined);
        const size = logits.length / count;
        const sets = Array.from({length: given}, (_, i) => {
          const share = random.pick([0.001, 0.5, 0.999]);
          const set = new Set<number>([i]);
          for (let id = 0; id < size; id++) if (random.chance(share)) set.add(id);
          return set;
        });
        const bits = sets.map((set) => {
          const words = new Uint32Array(Math.ceil(size / 32));
          for (const id of set) words[id >>> 5] = at(words, id >>> 5) | (1 << (id & 31));
          return words;
        });
        const found = await (await (await fresh()).evaluate({...batch, sets: bits}, never)).predictions;
        const without = await (await (await fresh()).evaluate(batch, never)).predictions;
        assert.equal(without.masses, undefined);
        if (top > 1) assert.deepEqual({...found, masses: undefined}, {...without, masses: undefined});
        for (let row = 0; row < count; row++) {
          const [cutOff, decided] = [found.masses?.cutOff[row], found.masses?.decided[row]];
          const set = sets[row];
          if (set === undefined) {
            assert.deepEqual([cutOff, decided], [Number.NaN, Number.NaN]);
            continue;
          }
          const own = logits.subarray(row * size, (row + 1) * size);
          const logTotal = at(own, 0) - logSoftmax(own, 0);
          const kept = [...set].reduce((sum, id) => sum + Math.exp(at(own, id) - logTotal), 0);
          assertNear(cutOff, 1 - kept, double, `cut off ${row} of ${count}`);
          assertNear(decided, -Math.log(kept), double, `decided ${row} of ${count}`);
        }
      }
    });

    it("takes a batch while the one before it is evaluated", async () => {
      const [one, other] = [await fresh(), await fresh()];
      const batches = [0, 64, 128].map((from) => ({
        tokens: ids.slice(from, from + 64),
        targets: ids.slice(from + 1, from + 65),
        top: 2
      }));
      const together = await Promise.all(batches.map((batch) => one.evaluate(batch, never)));
      const apart: Predictions[] = [];
      for (const batch of batches) apart.push(await (await other.evaluate(batch, never)).predictions);
      assertSame(await Promise.all(together.map(({predictions}) => predictions)), apart, 0);
      assert.deepEqual([one.length, other.length], [192, 192]);
    });

    it("goes on as it would token by token, and holds what it went on with", async () => {
      const targets = Int32Array.of(-1);
      const [one, other] = [await fresh(), await fresh()];
      const start = {tokens: ids.slice(0, 100), targets, top: 1};
      const {topIds, logprobs} = await (await one.evaluate({...start, goesOn: 3}, never)).predictions;
      let tokens = start.tokens;
      for (const [i, id] of topIds.entries()) {
        const single = await (await other.evaluate({tokens, targets, top: 1}, never)).predictions;
        assert.deepEqual([single.topIds[0], single.logprobs[0]], [id, logprobs[i]]);
        tokens = Int32Array.of(id);
      }
      const held = Int32Array.from([...start.tokens, ...topIds.subarray(0, -1)]);
      assert.equal(one.length, held.length);
      assert.equal(await one.keepStart(held), held.length);
    });

    it("reads the last predictions of a batch only, or none", async () => {
      const context = await fresh();
      const nothing = await context.evaluate({tokens: ids.slice(0, 64), targets: new Int32Array(0), top: 0}, never);
      assert.equal((await nothing.predictions).logprobs.length, 0);
      assert.equal(context.length, 64);
      const some = {tokens: ids.slice(64, 128), targets: ids.slice(126, 129), top: 2};
      const {logprobs, topIds} = await (await context.evaluate(some, never)).predictions;
      assert.deepEqual([logprobs.length, topIds.length, context.length], [3, 6, 128]);
      // Other batches are rounded otherwise on Q8_0 weights.
      for (const [i, logprob] of logprobs.entries())
        assertNear(logprob, at(truth, 125 + i).logprob(at(ids, 126 + i)), 0.12, `logprob ${i}`);
    });

    it("keeps the common start of other tokens, in whole batches, and is then like a fresh one", async () => {
      const reading = {top: 2, batchSize: 64};
      const changed = ids.slice();
      changed[150] = at(ids, 150) + 1;
      const context = await fresh();
      assert.equal(context.goesBack, true);
      await evaluateRest(context, ids, reading);
      assert.equal(await context.keepStart(changed.slice(0, -1), 64), 128);
      assert.equal(context.length, 128);
      const rest = await evaluateRest(context, changed, reading);
      const whole = await evaluateRest(await fresh(), changed, reading);
      assertSame(rest, whole.slice(2), 0);
      assert.equal(await context.keepStart(changed.slice(0, 200)), 200);
      assert.equal(await context.keepStart(Int32Array.of(at(ids, 1))), 0);
    });

    it("holds what it held when a batch is aborted, before it or meanwhile", async () => {
      const context = await fresh();
      const reading = {top: 2, batchSize: 64};
      await evaluateRest(context, ids.slice(0, 65), reading);
      const batch = {tokens: ids.slice(64, 128), targets: ids.slice(65, 129), top: 2};
      const reason = new Error("cancelled");
      await assert.rejects(context.evaluate(batch, AbortSignal.abort(reason)), reason);
      assert.equal(context.length, 64);
      const controller = new AbortController();
      const evaluating = context.evaluate(batch, controller.signal);
      controller.abort(reason);
      await assert.rejects(evaluating, reason);
      assert.equal(context.length, 64);
      const whole = await evaluateRest(await fresh(), ids, reading);
      assertSame(await evaluateRest(context, ids, reading), whole.slice(1), 0);
    });

    it("says what it holds after a failure, and is right from there on", async () => {
      const reading = {top: 2, batchSize: 64};
      const whole = await evaluateRest(await fresh(), ids, reading);
      for (const held of [0, 64]) {
        const context = await fresh();
        await evaluateRest(context, ids.slice(0, held + 1), reading);
        const unknown = Int32Array.of(at(ids, held), 1 << 20);
        await assert.rejects(context.evaluate({tokens: unknown, targets: Int32Array.of(5), top: 1}, never));
        assert.ok(context.length === 0 || context.length === held, `${context.length}`);
        const known = await context.keepStart(ids, 64);
        assert.equal(known, context.length);
        assertSame(await evaluateRest(context, ids, reading), whole.slice(known / 64), 0);
      }
    });

    it("refuses more tokens than it has room for, and drops none", async () => {
      const context = await fresh(256);
      await evaluateRest(context, ids.slice(0, 201), {top: 1, batchSize});
      await assert.rejects(
        context.evaluate({tokens: ids.slice(200, 261), targets: new Int32Array(0), top: 0}, never),
        RangeError
      );
      assert.equal(context.length, 200);
      await evaluateRest(context, ids.slice(0, 256), {top: 1, batchSize});
      assert.equal(context.length, 255);
    });

    for (const name of ["demonstration", "llama", "mixture", "qwen", "gemma3", "phi", "gpt"])
      it(`gives the same bits in batches of any size that are filled up, on ${name}`, async () => {
        const model = name === "demonstration" ? evaluator : await way.open(writeTiny(name));
        const asked = name === "demonstration" ? ids.slice(0, 180) : anyTokens(new Random(9), 180);
        const read: Predictions[][] = [];
        for (const size of [64, 128, 23, 5, 101]) {
          const context = await model.createContext({size: 256, batchSize: 128, maxOutputs: 128});
          read.push(await evaluateRest(context, asked, {top: 3, batchSize: size, filled: true}));
          await context.dispose();
        }
        for (const other of read.slice(1)) assertSame(other, at(read, 0), 0);
        if (model !== evaluator) await model.dispose();
      });

    it("answers with an error where the model computes no numbers", async () => {
      const file = path.join(folder.path, "nan.gguf");
      const bytes = tinyModels["llama"]?.(new Random(7)) ?? Buffer.alloc(0);
      // Among the last weights.
      for (let place = bytes.length - 4096; place < bytes.length; place += 4) bytes.writeFloatLE(Number.NaN, place);
      writeFileSync(file, bytes);
      const broken = await way.open(file);
      const tokens = Int32Array.of(20, 21, 22);
      for (const [target, top, rows] of [
        [-1, 1, false],
        [21, 1, false],
        [21, 2, false],
        [-1, 1, true]
      ] as const) {
        const context = await broken.createContext({size: 256, batchSize: 64, maxOutputs: 64});
        const evaluated = await context.evaluate({tokens, targets: Int32Array.of(target), top, rows}, never);
        await assert.rejects(evaluated.predictions, {name: "HumanError", kind: "wrongNumbers"});
      }
      await broken.dispose();
    });

    function writeTiny(name: string): string {
      const file = path.join(folder.path, `${name}.gguf`);
      writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
      return file;
    }

    it("computes a context of the original length with a model's short LongRoPE factors", async () => {
      const tiny = await way.open(writeTiny("phi"));
      const tokens = anyTokens(new Random(5), 511);
      const read = async (size: number): Promise<Float64Array> => {
        const context = await tiny.createContext({size, batchSize: 64, maxOutputs: 64});
        const parts: number[] = [];
        for (let from = 0; from < 511; from += 64) {
          const batch = {tokens: tokens.slice(from, from + 64), targets: Int32Array.of(20), top: 2, filled: true};
          parts.push(...(await (await context.evaluate(batch, never)).predictions).logprobs);
          if (size < 512) break;
        }
        assert.equal(context.length, Math.min(size, 511));
        await context.dispose();
        return Float64Array.from(parts);
      };
      const short = await read(64);
      const original = await read(512);
      const long = await read(513);
      assertNear(original[0], short[0], double, "the original length");
      assert.ok(Math.abs(at(long, 0) - at(original, 0)) > 0.01, "longer");
      await tiny.dispose();
    });

    it("gives everything back, contexts too that nobody holds", async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const tiny = await way.open(writeTiny("llama"));
      const evaluate = async (): Promise<void> => {
        const context = await tiny.createContext({size: 256, batchSize: 64, maxOutputs: 64});
        await context.evaluate({tokens: anyTokens(new Random(5), 64), targets: new Int32Array(0), top: 0}, never);
      };
      for (let i = 0; i < 3; i++) await evaluate();
      // Timers hold them for a while.
      for (let i = 0; i < 5; i++) {
        await setTimeout(50);
        collect();
      }
      await tiny.dispose();
    });

    it("reads the last predictions of a model whose first ones llama.cpp would answer with", async () => {
      const tiny = await way.open(writeTiny("cogvlm"));
      const tokens = anyTokens(new Random(5), 64);
      const targets = anyTokens(new Random(6), 64);
      const read = async (from: number): Promise<Float64Array> => {
        const context = await tiny.createContext({size: 256, batchSize: 64, maxOutputs: 64});
        const batch = {tokens, targets: targets.slice(from), top: 2};
        return (await (await context.evaluate(batch, never)).predictions).logprobs;
      };
      const all = await read(0);
      for (const [i, logprob] of (await read(60)).entries())
        assertNear(logprob, all[60 + i], 1e-4, `logprob ${60 + i}`);
      await tiny.dispose();
    });

    // Longer than the cache of a sliding window, which is at least 256 tokens.
    for (const [name, size] of [
      ["llama", 256],
      ["phi", 256],
      ["mamba", 256],
      ["hybrid", 256],
      ["gemma", 640],
      ["gemma3", 640]
    ] as const)
      it(`does not depend on what it held before, on ${name}`, async () => {
        const tiny = await way.open(writeTiny(name));
        const open = async () => await tiny.createContext({size, batchSize: 32, maxOutputs: 32});
        const reading = {top: 3, batchSize: 32};
        const edit = fc.record({place: fc.nat(size - 2), length: fc.integer({min: 2, max: size - 1}), seed: fc.nat()});
        // So far back that the cache of a sliding window has a part of the window only.
        const lost = {place: size - 220, length: size - 1, seed: 1};
        await fc.assert(
          fc.asyncProperty(fc.array(edit, {minLength: 3, maxLength: 6}), async (edits) => {
            const context = await open();
            let ids = anyTokens(new Random(5), size - 1);
            await evaluateRest(context, ids, reading);
            for (const {place, length, seed} of edits) {
              ids = Int32Array.from([...ids.slice(0, place), ...anyTokens(new Random(seed), size - 1 - place)]);
              const asked = ids.slice(0, length);
              const known = await context.keepStart(asked.slice(0, -1), 32);
              assert.deepEqual([known, known % 32], [context.length, 0]);
              const rest = await evaluateRest(context, asked, reading);
              const other = await open();
              assertSame(rest, (await evaluateRest(other, asked, reading)).slice(known / 32), 0);
              await other.dispose();
            }
            await context.dispose();
          }),
          {numRuns: cases(3, 20), seed: 2026, endOnFailure: true, examples: [[[lost]]]}
        );
        await tiny.dispose();
      });
  });

const [reference, ...others] = ways;

for (const other of others)
  describe(`Evaluated by ${other.name} or by ${reference?.name}`, () => {
    const folder = temporaryFolder();
    after(() => folder.remove());

    for (const name of ["demonstration", ...Object.keys(tinyModels)])
      it(`predictions are the same, on ${name}`, async () => {
        const file = name === "demonstration" ? demonstration : path.join(folder.path, `${name}.gguf`);
        if (name !== "demonstration") writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
        const ids = anyTokens(new Random(3), 256);
        const answers: Predictions[][] = [];
        const rows: (Float32Array | undefined)[] = [];
        for (const way of [other, reference]) {
          const evaluator = await way?.open(file);
          const context = await evaluator?.createContext({size: 256, batchSize: 64, maxOutputs: 64});
          if (context === undefined) continue;
          answers.push(await evaluateRest(context, ids, {top: 10, batchSize: 64}));
          await context.keepStart(new Int32Array());
          const batch = {tokens: ids.slice(0, 64), targets: ids.slice(61, 64), readFrom: 60, top: 1, rows: true};
          rows.push((await (await context.evaluate(batch, never)).predictions).logits);
          await evaluator?.dispose();
        }
        assertSame(at(answers, 0), at(answers, 1), double);
        assert.ok(rows[0] !== undefined);
        assert.deepEqual(rows[0], rows[1]);
      });
  });
