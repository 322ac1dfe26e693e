import {strict as assert} from "node:assert";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import type {Scores} from "../../src/contract/scoring";
import {noSamplers} from "../../src/sampling/settings";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {root} from "../harness/paths";
import {at, demonstration, Engine, f16, spec} from "./engine";
import {temporaryFolder, withoutBos} from "./modelCopies";

const text = readFileSync(path.join(root, "test/fixtures/reference/python.txt"), "utf8").repeat(4);

/** One model of each kind of memory. */
const tiny = ["llama", "gemma3", "mamba", "hybrid"];

/** Scores of tokens, as they are asked for with the numbers of a score. */
function asked({contextIds, ids, windowing}: Pick<Scores, "contextIds" | "ids" | "windowing">, from: number) {
  const all = Int32Array.from([...contextIds, ...ids]);
  return {ids: all, contextTokens: contextIds.length, from: contextIds.length + from, windowing};
}

describe("Scores of tokens", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  function fileOf(name: string): string {
    if (name === "demonstration") return demonstration;
    if (name === "demonstration without BOS") return withoutBos(demonstration, folder.path);
    const file = path.join(folder.path, `${name}.gguf`);
    writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
    return file;
  }

  for (const name of ["demonstration", "demonstration without BOS", ...tiny])
    it(`are those of the text's score to the last bit, wherever they begin, on ${name}`, async () => {
      const file = fileOf(name);
      const engine = new Engine(spec(file));
      const scores = await engine.ask("score", {text, window: 256, stride: 100});
      // Nothing is known of the text to an engine of its own.
      const other = new Engine(spec(file));
      for (const from of [0, 1, 5, 63, 64, 65, 200, 255, 256, 300]) {
        if (from >= scores.ids.length) continue;
        for (const asking of [engine, other]) {
          const {logprobs, finished} = await asking.ask("scoreTokens", asked(scores, from));
          assert.ok(finished);
          assert.deepEqual(logprobs, scores.logprobs.slice(from), `from ${from}`);
        }
      }
    });

  it("are those of a text in its context", async () => {
    const engine = new Engine();
    const scores = await engine.ask("score", {text: text.slice(500, 900), context: text.slice(0, 500)});
    assert.ok(scores.contextIds.length > 0);
    const {logprobs} = await new Engine().ask("scoreTokens", asked(scores, 7));
    assert.deepEqual(logprobs, scores.logprobs.slice(7));
  });

  it("are those of another text where a token was changed", async () => {
    const [before, after] = ["def add(a, b):\n    return a", " + b\n\n\nprint(add(1, 2))\n"];
    const engine = new Engine();
    const one = await engine.ask("score", {text: `${before}${after}`});
    const two = await engine.ask("score", {text: `${before.replace("add", "sum")}${after}`});
    const place = one.ids.findIndex((id, index) => id !== two.ids[index]);
    const rest = one.ids.slice(place + 1);
    assert.deepEqual(two.ids.slice(place + 1), rest, "the rest has the same tokens");
    const changed = {...one, ids: Int32Array.from([...one.ids.slice(0, place), at(two.ids, place), ...rest])};
    const {logprobs} = await new Engine().ask("scoreTokens", asked(changed, place + 1));
    assert.deepEqual(logprobs, two.logprobs.slice(place + 1));
    assert.notDeepEqual(logprobs, one.logprobs.slice(place + 1));
  });

  it("are those of a continuation, and of a generated text within 0.01 on F16", async () => {
    const engine = new Engine(spec(f16));
    const start = await engine.ask("score", {text: text.slice(0, 400)});
    const prompt = {kind: "tokens", ids: start.ids} as const;
    for (const temperature of [0, 0.8]) {
      const samplers = {...noSamplers, temperature};
      const written = {samplers, count: 2, seed: 3, maxTokens: 24, extent: "unlimited"} as const;
      for (const {ids, logprobs, text: own} of (await engine.ask("sample", {prompt, ...written})).samples) {
        const whole = {...start, ids: Int32Array.from([...start.ids, ...ids])};
        const scored = await new Engine(spec(f16)).ask("scoreTokens", asked(whole, start.ids.length));
        assert.deepEqual(scored.logprobs, logprobs);
        const again = await engine.ask("score", {text: `${text.slice(0, 400)}${own}`});
        // Where the tokenizer cuts the text in another way than it was written, it is another sequence of tokens.
        if (!again.ids.every((id, index) => id === whole.ids[index])) continue;
        const total = again.logprobs.slice(start.ids.length).reduce((sum, one) => sum + one, 0);
        const sum = logprobs.reduce((all, one) => all + one, 0);
        assert.ok(Math.abs(total - sum) < 0.01, `${total} and ${sum}`);
      }
    }
  });

  it("leave what is unscored in llama-perplexity mode unscored", async () => {
    const engine = new Engine();
    const scores = await engine.ask("score", {text, mode: "llama-perplexity", window: 64});
    const {logprobs} = await engine.ask("scoreTokens", asked(scores, 10));
    assert.deepEqual(logprobs, scores.logprobs.slice(10));
    assert.ok(logprobs.some(Number.isNaN));
  });

  it("are refused for tokens that are not there, and for another model", async () => {
    const engine = new Engine();
    const scores = await engine.ask("score", {text: "def add(a, b):\n"});
    const good = asked(scores, 2);
    const {sha256} = scores.model;
    assert.equal((await engine.ask("scoreTokens", {...good, sha256})).logprobs.length, scores.ids.length - 2);
    const bad = [
      {sha256: "0".repeat(64)},
      {ids: Int32Array.of(1, 2, 1 << 20)},
      {from: -1},
      {from: 1.5},
      {from: scores.ids.length},
      {contextTokens: 3},
      {contextTokens: -1},
      {windowing: {...good.windowing, window: 1}}
    ];
    for (const one of bad)
      await assert.rejects(engine.ask("scoreTokens", {...good, ...one}), {kind: "invalidRequest"}, JSON.stringify(one));
  });

  it("end where they are stopped", async () => {
    const engine = new Engine();
    const scores = await engine.ask("score", {text: text.repeat(4)});
    const stopping = new AbortController();
    const answer = engine.ask("scoreTokens", asked(scores, 10), {
      stop: stopping.signal,
      onProgress: () => stopping.abort()
    });
    const {logprobs, finished} = await answer;
    assert.equal(finished, false);
    const known = logprobs.findIndex(Number.isNaN);
    assert.ok(known >= 0);
    assert.deepEqual(logprobs.slice(0, known), scores.logprobs.slice(10, 10 + known));
    assert.ok(logprobs.slice(known).every(Number.isNaN));
  });
});
