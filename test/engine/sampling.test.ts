import {strict as assert} from "node:assert";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {setImmediate} from "node:timers/promises";
import type {NextParams, Sample, SampleParams, Samples, SamplingPrompt} from "../../src/contract/sampling";
import {noSamplers} from "../../src/sampling/settings";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {root} from "../harness/paths";
import {at, demonstration, Engine, f16, spec} from "./engine";
import {temporaryFolder, withoutBos} from "./modelCopies";

/** Sums in double precision, in another order. */
const double = 1e-9;

const words = ["const ", "text ", "some ", "= ", "a", "\n", "ab;", "st "];

/** One model of each kind of memory, and one without BOS. */
const tiny = ["llama", "gemma3", "mamba", "hybrid", "phi", "gpt"];

type Asked<T> = Omit<T, "model" | "prompt" | "samplers"> & Partial<Pick<NextParams, "samplers">>;

const next = (engine: Engine, prompt: SamplingPrompt, asked: Partial<Asked<NextParams>> = {}) =>
  engine.ask("next", {prompt, samplers: noSamplers, top: 10, ...asked});

const sample = (engine: Engine, prompt: SamplingPrompt, asked: Partial<Asked<SampleParams>> = {}) => {
  const all = {samplers: noSamplers, count: 1, seed: 1, maxTokens: 8, extent: "unlimited", ...asked} as const;
  return engine.ask("sample", {prompt, ...all});
};

/** What an answer says of samples, without the model. */
function plain({samples}: Samples): readonly Sample[] {
  return samples;
}

function anyText(seed: number, count: number): string {
  const random = new Random(seed);
  return Array.from({length: count}, () => random.pick(words)).join("");
}

function assertNear(actual: number | undefined, expected: number | undefined, tolerated: number, what: string): void {
  const near = actual === expected || Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)) <= tolerated;
  assert.ok(near, `${what}: ${actual} instead of ${expected}`);
}

/** The logprobs of a continuation in the batches of a score. */
async function scoredLogprobs(engine: Engine, prompt: Int32Array, written: Int32Array): Promise<number[]> {
  const ids = Int32Array.from([...prompt, ...written]);
  const {contextSize, addsBos: bos} = await engine.ask("describe", {});
  const windowing = {mode: "document", bos, window: contextSize, stride: Math.floor(contextSize / 2)} as const;
  const logprobs: number[] = [];
  for (const i of written.keys())
    logprobs.push((await engine.ask("alternatives", {ids, position: prompt.length + i, windowing, top: 1})).logprob);
  return logprobs;
}

const reference = (name: string) => readFileSync(path.join(root, `test/fixtures/reference/${name}.txt`), "utf8");

describe("What comes next, and samples of it", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());
  const files = new Map<string, string>();

  function fileOf(name: string): string {
    if (name === "demonstration") return demonstration;
    if (name === "demonstration without BOS") return withoutBos(demonstration, folder.path);
    let file = files.get(name);
    if (file === undefined) {
      file = path.join(folder.path, `${name}.gguf`);
      writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
      files.set(name, file);
    }
    return file;
  }

  const textOf = (name: string) =>
    name.startsWith("demonstration") ? reference("python").repeat(4) : anyText(11, 400);

  for (const name of ["demonstration", "demonstration without BOS", ...tiny])
    describe(`on ${name}`, () => {
      let engine: Engine;
      let ids: Int32Array;
      before(async () => {
        engine = new Engine(spec(fileOf(name)));
        ids = (await engine.ask("tokenize", {text: textOf(name)})).ids.slice(0, 200);
      });

      it("is what a score says at the same place", async () => {
        const {text, count} = await startOf(engine, textOf(name), 190);
        const top = 10;
        const scores = await engine.ask("score", {text, top});
        assert.equal(scores.ids.length, count);
        assert.ok(scores.detail !== null);
        for (const place of [1, 2, 62, 63, 64, 65, 127, 128, 150, 189]) {
          const found = await next(engine, {kind: "tokens", ids: scores.ids.slice(0, place)}, {top});
          assert.equal(found.promptTokens, place + (found.model.addsBos ? 1 : 0));
          assertNear(found.entropy, at(scores.detail.entropies, place), double, `entropy at ${place}`);
          for (let k = 0; k < top; k++) {
            const {id, logprob} = at(found.top, k);
            assert.equal(id, scores.detail.topIds[place * top + k]);
            assertNear(logprob, scores.detail.topLogprobs[place * top + k], double, `alternative ${k} at ${place}`);
          }
        }
      });

      it("does not depend on what was asked before", async () => {
        const text = textOf(name);
        const places = [150, 151, 149, 60, 152, 120, 190];
        for (const [i, place] of places.entries()) {
          const prompt = {kind: "tokens", ids: ids.slice(0, place)} as const;
          const samplers = {...noSamplers, temperature: 0.8};
          const asked = {count: 2, maxTokens: 6, samplers} as const;
          const fresh = new Engine(spec(fileOf(name)));
          const expected = [await next(fresh, prompt), plain(await sample(fresh, prompt, asked))];
          const found = [await next(engine, prompt), plain(await sample(engine, prompt, asked))];
          assert.deepEqual(found, expected, `request ${i}`);
          const length = 100 + 40 * i;
          if (i % 3 === 0)
            await engine.ask("complete", {
              prefix: text.slice(0, length),
              suffix: "",
              maxTokens: 5,
              extent: "unlimited"
            });
          if (i % 3 === 1) await engine.ask("score", {text: text.slice(length, 2 * length), top: 0});
        }
      });

      it("has the logprobs of a score, to the last bit", async () => {
        const prompt = ids.slice(0, 100);
        const {samples} = await sample(engine, {kind: "tokens", ids: prompt}, {count: 3, maxTokens: 40});
        for (const {ids: written, logprobs, drawnLogprobs, stop, texts} of samples) {
          assert.ok(stop === "maxTokens" || stop === "end", stop);
          assert.deepEqual([logprobs.length, drawnLogprobs.length, texts.length], Array(3).fill(written.length));
          // Its score has a window of its own: below.
          if (name === "phi") continue;
          const scored = await scoredLogprobs(engine, prompt, written);
          for (const [i, logprob] of logprobs.entries()) {
            assertNear(logprob, scored[i], i === 0 ? double : 0, `token ${i} of ${written.length}`);
            // Without samplers, it is drawn from the model's own distribution: as it is rounded token by token.
            assertNear(drawnLogprobs[i], logprob, 0.4, `drawn ${i}`);
          }
        }
      });
    });

  /** The beginning of a text with about so many tokens. */
  async function startOf(engine: Engine, text: string, count: number): Promise<{text: string; count: number}> {
    for (let length = 8 * count; ; length -= 5) {
      const start = text.slice(0, length);
      const {ids} = await engine.ask("tokenize", {text: start});
      if (ids.length <= count + 10 || length < count) return {text: start, count: ids.length};
    }
  }

  it("gives a text written in F16 the logprob that its score in the same context has", async () => {
    const engine = new Engine(spec(f16));
    for (const name of ["python", "typescript", "prose"]) {
      const context = reference(name).slice(0, 700);
      const {samples} = await sample(
        engine,
        {kind: "text", text: context},
        {count: 6, maxTokens: 48, samplers: {...noSamplers, temperature: 0.7}}
      );
      let compared = 0;
      for (const {text, ids, logprobs} of samples) {
        if (text === "") continue;
        const scores = await engine.ask("score", {text, context});
        // What was written token by token may be cut otherwise as a text.
        if (scores.ids.join() !== ids.join()) continue;
        compared++;
        const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
        assertNear(sum(logprobs), sum(scores.logprobs), double, text);
      }
      assert.ok(compared > 0, name);
    }
  });

  it("counts with LongRoPE's short factors what a score does", async () => {
    const engine = new Engine(spec(fileOf("phi")));
    const text = anyText(3, 100);
    const {ids, ropeFactors, detail} = await engine.ask("score", {text, top: 3});
    const place = ids.length - 1;
    const found = await next(engine, {kind: "tokens", ids: ids.slice(0, place)});
    assert.deepEqual([found.ropeFactors, ropeFactors], ["short", "short"]);
    assertNear(found.entropy, detail?.entropies[place], double, "entropy");
    const {samples, ropeFactors: factors} = await sample(engine, {kind: "tokens", ids}, {maxTokens: 20});
    assert.equal(factors, "short");
    const windowing = {mode: "document", bos: true, window: 512, stride: 256} as const;
    const {ids: written, logprobs} = at(samples, 0);
    for (const i of written.keys()) {
      const asked = {ids: Int32Array.from([...ids, ...written]), position: ids.length + i, windowing, top: 1};
      assertNear(logprobs[i], (await engine.ask("alternatives", asked)).logprob, i === 0 ? double : 0, `token ${i}`);
    }
    const long = anyText(4, 900);
    assert.equal((await next(engine, {kind: "text", text: long})).ropeFactors, "long");
  });

  describe("on the demonstration model", () => {
    let engine: Engine;
    const prompt = {kind: "text", text: reference("python").slice(0, 600)} as const;
    before(() => {
      engine = new Engine();
    });

    it("draws as often as its probabilities say, next and sample alike", async () => {
      const samplers = {...noSamplers, temperature: 1.3, topK: 40, minP: 0.01};
      const count = 4000;
      const prompt = {kind: "text", text: reference("prose").slice(0, 300)} as const;
      const found = await next(engine, prompt, {top: 50, samplers, draws: {count, seed: 5}});
      const drawn = new Map(found.top.map(({id, drawn = 0}) => [id, drawn]));
      const sampled = new Map<number, number>();
      // One mark is among the 40 best: a sample is empty that begins with it.
      const mark = found.top.find(({text}) => text.startsWith("<|"))?.id ?? -1;
      for (const {ids} of (await sample(engine, prompt, {count, maxTokens: 1, samplers, seed: 9})).samples)
        sampled.set(ids[0] ?? mark, (sampled.get(ids[0] ?? mark) ?? 0) + 1);
      for (const frequencies of [drawn, sampled]) {
        let chiSquare = 0;
        let bins = 0;
        let others = {expected: 0, observed: 0};
        for (const {id, after} of found.top) {
          const [expected, observed] = [after * count, frequencies.get(id) ?? 0];
          if (expected === 0) assert.equal(observed, 0);
          if (expected < 5) {
            others = {expected: others.expected + expected, observed: others.observed + observed};
            continue;
          }
          chiSquare += (observed - expected) ** 2 / expected;
          bins++;
        }
        if (others.expected > 0) chiSquare += (others.observed - others.expected) ** 2 / others.expected;
        // Wilson and Hilferty: the 0.1 % that lie beyond.
        const freedom = bins;
        const limit = freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;
        assert.ok(bins > 3 && chiSquare < limit, `${chiSquare} of ${bins} bins`);
      }
    });

    it("draws sample i with the numbers of seed + i", async () => {
      const {samples} = await sample(engine, prompt, {count: 4, seed: 20});
      for (const [i, one] of samples.entries())
        assert.deepEqual(plain(await sample(engine, prompt, {count: 1, seed: 20 + i}))[0], one);
      assert.ok(new Set(samples.map(({text}) => text)).size > 1);
    });

    it("writes greedily what a completion writes", async () => {
      const samplers = {...noSamplers, temperature: 0};
      const cursor = {kind: "cursor", prefix: prompt.text, suffix: "\n", maxTokens: 12} as const;
      const completion = await engine.ask("complete", {...cursor, extent: "line"});
      const {samples, promptTokens} = await sample(engine, cursor, {samplers, maxTokens: 12, extent: "line"});
      const {text, ids, stop, drawnLogprobs} = at(samples, 0);
      assert.deepEqual([text, ids, stop], [completion.text, completion.ids, completion.stop]);
      assert.equal(promptTokens, completion.promptTokens);
      assert.deepEqual([...drawnLogprobs], Array(ids.length).fill(0));
      const found = await next(engine, cursor, {samplers});
      assert.equal(found.promptTokens, completion.promptTokens);
      assert.deepEqual([at(found.top, 0).id, at(found.top, 0).after], [ids[0], 1]);
      assert.equal(at(found.top, 1).cutBy, "temperature");
    });

    it("ends before a text, at a line's end, and after so many tokens", async () => {
      const samplers = {...noSamplers, temperature: 0};
      const {samples} = await sample(engine, prompt, {samplers, maxTokens: 30});
      const {text} = at(samples, 0);
      const stopText = text.slice(5, 8);
      const stopped = await sample(engine, prompt, {samplers, maxTokens: 30, stopTexts: ["\0", stopText]});
      assert.deepEqual(
        [at(stopped.samples, 0).text, at(stopped.samples, 0).stop],
        [text.slice(0, text.indexOf(stopText)), "text"]
      );
      const two = await sample(engine, prompt, {samplers, maxTokens: 2});
      assert.deepEqual([at(two.samples, 0).ids.length, at(two.samples, 0).stop], [2, "maxTokens"]);
    });

    it("ends where the context is full", async () => {
      const small = new Engine(spec(demonstration, 256));
      const long = {kind: "text", text: reference("python").repeat(3)} as const;
      const {samples, promptTokens, cut} = await sample(small, long, {maxTokens: 200, count: 2});
      assert.ok(cut && promptTokens <= 192, `${promptTokens}`);
      for (const {ids, stop} of samples) assert.ok(stop === "end" || promptTokens + ids.length === 256, stop);
      assert.equal((await next(small, long)).cut, true);
    });

    it("hands over what there is when it is stopped, and nothing when it is cancelled", async () => {
      const stop = new AbortController();
      const asked = {prompt, samplers: noSamplers, count: 50, seed: 3, maxTokens: 60, extent: "unlimited"} as const;
      let text = "";
      const {samples} = await engine.ask("sample", asked, {
        stop: stop.signal,
        onProgress: (progress) => {
          if (progress.stage !== "complete" || progress.done < 80) return;
          text = progress.text;
          stop.abort();
        }
      });
      assert.ok(samples.length >= 2 && samples.length < 50, `${samples.length}`);
      assert.equal(samples.at(-1)?.stop, "stopped");
      assert.ok(samples.at(-1)?.text.startsWith(text));
      const whole = await sample(engine, prompt, {count: samples.length - 1, seed: 3, maxTokens: 60});
      assert.deepEqual(plain(whole), samples.slice(0, -1));
      const cancel = new AbortController();
      const reason = new Error("cancelled");
      const cancelled = engine.ask("sample", asked, {
        signal: cancel.signal,
        onProgress: ({stage}) => stage === "complete" && cancel.abort(reason)
      });
      await assert.rejects(cancelled, reason);
    });

    it("writes the same whatever computes in between", async () => {
      const asked = {count: 2, maxTokens: 20, seed: 8, samplers: {...noSamplers, temperature: 0.9}} as const;
      for (const file of [demonstration, fileOf("mamba"), fileOf("hybrid"), fileOf("gemma3")]) {
        const busy = new Engine(spec(file));
        const own = {kind: "text", text: file === demonstration ? prompt.text : anyText(2, 150)} as const;
        const alone = plain(await sample(new Engine(spec(file)), own, asked));
        let isDone = false;
        const sampling = sample(busy, own, asked).finally(() => {
          isDone = true;
        });
        for (let completions = 0; completions < 3 || !isDone; completions++) {
          await busy.ask("complete", {prefix: `x = ${completions}\n`, suffix: "", maxTokens: 2, extent: "unlimited"});
          if (completions % 2 === 0) await next(busy, {kind: "text", text: anyText(completions, 100)});
          for (let i = 0; i < 20; i++) await setImmediate();
        }
        assert.deepEqual(plain(await sampling), alone, file);
      }
    });

    it("lets two that share a cache end, one after the other", async () => {
      const long = (seed: number) => ({kind: "text", text: anyText(seed, 400)}) as const;
      const found = await Promise.all([1, 2, 3].map((seed) => next(engine, long(seed))));
      for (const [i, one] of found.entries()) assert.deepEqual(one, await next(new Engine(), long(i + 1)));
    });

    it("writes what a grammar or a schema allows, and nothing else", async () => {
      const seeds = {count: 4, maxTokens: 60, samplers: {...noSamplers, temperature: 1.2}};
      const digits = {kind: "gbnf", grammar: 'root ::= [0-9]+ "-" [a-f]{3} "é"'} as const;
      const {samples} = await sample(engine, prompt, {...seeds, constraint: digits});
      for (const {text, stop, ids, logprobs, drawnLogprobs, allowedMasses} of samples) {
        assert.ok(stop === "constraint" ? /^[0-9]+-[a-f]{3}é$/.test(text) : /^[0-9]{60,}$/.test(text), text);
        const {ids: tokens} = await engine.ask("tokenize", {text: prompt.text});
        const scored = await scoredLogprobs(engine, tokens, ids);
        for (const [i, logprob] of logprobs.entries()) {
          assertNear(logprob, scored[i], i === 0 ? double : 0, `token ${i} of ${text}`);
          // What the grammar forbids is left out of the sum.
          assert.ok(at(drawnLogprobs, i) <= 0);
          assert.ok(Math.exp(logprob) <= at(allowedMasses ?? [], i) + 0.2 && at(allowedMasses ?? [], i) <= 1);
        }
      }
      const schema = JSON.stringify({type: "object", properties: {a: {enum: [1, 23]}}, required: ["a"]});
      const object = await sample(engine, prompt, {...seeds, constraint: {kind: "jsonSchema", schema}});
      for (const {text, stop} of object.samples)
        if (stop === "constraint" || stop === "end") assert.ok([1, 23].includes(JSON.parse(text).a), text);
      const refused = {name: "HumanError", kind: "invalidRequest"};
      for (const constraint of [
        {kind: "gbnf", grammar: "root ::= ("},
        {kind: "jsonSchema", schema: "{"},
        {kind: "jsonSchema", schema: '{"type": "nonsense"}'}
      ] as const)
        await assert.rejects(sample(engine, prompt, {constraint}), refused);
    });

    it("refuses what makes no sense", async () => {
      const refused = {name: "HumanError", kind: "invalidRequest"};
      for (const samplers of [
        {...noSamplers, temperature: -1},
        {...noSamplers, topP: Number.NaN},
        {...noSamplers, topK: 1.5},
        {...noSamplers, order: ["topK", "topK"] as const}
      ]) {
        await assert.rejects(next(engine, prompt, {samplers}), refused);
        await assert.rejects(sample(engine, prompt, {samplers}), refused);
      }
      await assert.rejects(sample(engine, prompt, {count: 0}), refused);
      await assert.rejects(next(engine, {kind: "tokens", ids: Int32Array.of(1 << 20)}), refused);
      const noBos = new Engine(spec(withoutBos(demonstration, folder.path)));
      await assert.rejects(next(noBos, {kind: "text", text: ""}), {kind: "emptyText"});
      assert.equal((await next(engine, {kind: "text", text: ""})).promptTokens, 1);
    });
  });
});
