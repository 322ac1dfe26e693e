import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import type {ConstrainedScores, ScoresUnder} from "../../src/contract/constrained";
import type {Constraint, NextDistribution} from "../../src/contract/sampling";
import type {Scores} from "../../src/contract/scoring";
import {noSamplers} from "../../src/sampling/settings";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {at, demonstration, Engine, spec} from "./engine";
import {temporaryFolder, withoutBos} from "./modelCopies";

/** Sums in double precision, in another order. */
const double = 1e-9;

/** One model of each kind of memory, and of each kind of vocabulary. */
const tiny = ["llama", "gemma3", "mamba", "hybrid", "phi", "gpt"];

const letters: Constraint = {kind: "gbnf", grammar: "root ::= [a-z =;]*"};
const allowedText = /^[a-z =;]*$/;

function assertNear(actual: number | undefined, expected: number, what: string): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= double, `${what}: ${actual} instead of ${expected}`);
}

/** What both have to say alike: all but the time. */
function plain(scores: Scores): object {
  const {constrained: _, ...others} = {constrained: null, ...scores};
  return others;
}

function knownTokens({allowed}: ConstrainedScores): number[] {
  return [...allowed.keys()].filter((token) => at(allowed, token) >= 0);
}

describe("A text under a grammar", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  function fileOf(name: string): string {
    if (name === "demonstration") return demonstration;
    if (name === "demonstration without BOS") return withoutBos(demonstration, folder.path);
    const file = path.join(folder.path, `${name}.gguf`);
    writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
    return file;
  }

  function anyText(seed: number, count: number): string {
    const random = new Random(seed);
    return Array.from({length: count}, () => random.pick(["const ", "text ", "some ", "= ", "a", "ab;", "st "])).join(
      ""
    );
  }

  for (const name of ["demonstration", "demonstration without BOS", ...tiny])
    describe(`with ${name}`, () => {
      let engine: Engine;
      before(() => {
        engine = new Engine(spec(fileOf(name)));
      });

      it("has the numbers of its score, to the last bit", async () => {
        const text = `${anyText(3, 260)}!${anyText(4, 20)}`;
        for (const asked of [{text}, {text, context: "const a = ", top: 0}, {text, window: 64, stride: 20, top: 3}]) {
          const scores = await engine.ask("score", asked);
          assert.deepEqual(plain(await engine.ask("scoreUnder", {...asked, constraint: letters})), plain(scores));
          const other = new Engine(spec(fileOf(name)));
          assert.deepEqual(plain(await other.ask("scoreUnder", {...asked, constraint: letters})), plain(scores));
        }
      });

      it("says what the grammar cuts off, as a sum over the whole distribution", async () => {
        const text = `${anyText(5, 60)}!${anyText(6, 10)}`;
        const {ids, logprobs, constrained, ends} = await engine.ask("scoreUnder", {text, constraint: letters});
        const {leavesAt} = constrained;
        assert.ok(leavesAt !== null && ends !== null);
        assert.ok(at(ends, leavesAt) > text.indexOf("!") && (ends[leavesAt - 1] ?? 0) <= text.indexOf("!"));
        assert.equal(constrained.isComplete, false);
        const known = knownTokens(constrained);
        assert.deepEqual(
          known,
          [...ids.keys()].filter((token) => token <= leavesAt && !Number.isNaN(at(logprobs, token)))
        );
        const {vocabularySize} = await engine.ask("describe", {});
        for (const token of known.filter((token) => token % 11 === 0 || token === leavesAt || token < 3)) {
          const {top}: NextDistribution = await engine.ask("next", {
            prompt: {kind: "tokens", ids: ids.slice(0, token)},
            samplers: noSamplers,
            top: vocabularySize
          });
          const marks = await engine.ask("tokenInfo", {ids: Int32Array.from(top, ({id}) => id)});
          // A grammar that may end anywhere allows all tokens before which a text ends.
          const allowed = top.filter(({text}, i) => {
            const kind = marks[i]?.kind;
            return kind === "control" || kind === "unknown" || (text !== "" && allowedText.test(text));
          });
          const kept = allowed.reduce((sum, {logprob}) => sum + Math.exp(logprob), 0);
          assert.equal(at(constrained.allowed, token), allowed.length, `allowed at ${token}`);
          assertNear(at(constrained.cutOff, token), 1 - kept, `cut off at ${token}`);
          assertNear(at(constrained.decided, token), -Math.log(kept), `decided at ${token}`);
          assert.equal(at(constrained.wanted, token), top[0]?.id);
          assert.equal(
            at(constrained.wantedForbidden, token) === 0,
            allowed.includes(at(top, 0)),
            `wanted at ${token}`
          );
          const expected: number = token === leavesAt ? Number.NEGATIVE_INFINITY : at(logprobs, token) - Math.log(kept);
          if (token === leavesAt) assert.equal(at(constrained.logprobs, token), expected);
          else assertNear(at(constrained.logprobs, token), Math.min(0, expected), `under the grammar at ${token}`);
        }
      });

      it("divides surprisal into content and what is decided", async () => {
        const text = '{"name": "const", "kind": 4, "text": [true, null]}';
        const properties = {name: {type: "string"}, kind: {enum: [4, "four"]}, text: {type: "array"}};
        const schema = JSON.stringify({type: "object", properties, required: ["name"], additionalProperties: false});
        const answer = await engine.ask("scoreUnder", {text, constraint: {kind: "jsonSchema", schema}});
        const {constrained, logprobs} = answer;
        const {sums, leavesAt, isComplete} = constrained;
        assert.deepEqual([leavesAt, isComplete], [null, true]);
        assert.equal(sums.tokens, answer.summary.scored);
        assertNear(sums.content + sums.decided, sums.surprisal, "content and decided");
        const sum = (values: Float64Array) => values.reduce((all, value) => all + (value || 0), 0);
        assertNear(sums.surprisal, -sum(logprobs), "surprisal");
        assertNear(sums.content, -sum(constrained.logprobs), "content");
        assertNear(sums.decided, sum(constrained.decided), "decided");
        assert.ok(sums.decided > 0);
        assert.equal(
          sums.unwanted,
          constrained.wantedForbidden.reduce((count, flag) => count + flag, 0)
        );
        const unfinished = await engine.ask("scoreUnder", {
          text: text.slice(0, 20),
          constraint: {kind: "jsonSchema", schema}
        });
        assert.deepEqual([unfinished.constrained.leavesAt, unfinished.constrained.isComplete], [null, false]);
      });

      it("is the same after other texts, and in another order", async () => {
        const texts = [anyText(8, 30), `${anyText(8, 100)}!`, anyText(9, 150)];
        const ask = async (one: Engine, text: string): Promise<ScoresUnder> =>
          await one.ask("scoreUnder", {text, constraint: letters});
        const expected: ScoresUnder[] = [];
        for (const text of texts) expected.push(await ask(new Engine(spec(fileOf(name))), text));
        for (const i of [2, 0, 1, 0, 2, 1]) {
          await engine.ask("score", {text: anyText(i, 40)});
          assert.deepEqual(await ask(engine, at(texts, i)), expected[i]);
        }
      });
    });

  it("tells of samples what was cut off as they were drawn", async () => {
    const engine = new Engine();
    const prompt = {kind: "text", text: "def add(a, b):\n    return "} as const;
    const drawn = {samplers: noSamplers, count: 2, seed: 4, maxTokens: 12, extent: "unlimited"} as const;
    const constraint: Constraint = {kind: "gbnf", grammar: "root ::= [a-z ]{30,}"};
    const {samples} = await engine.ask("sample", {prompt, constraint, ...drawn});
    for (const {ids, allowedMasses, wantedForbidden, text} of samples) {
      assert.ok(allowedMasses !== undefined && wantedForbidden !== undefined);
      assert.deepEqual([allowedMasses.length, wantedForbidden.length], [ids.length, ids.length]);
      const scores = await engine.ask("scoreUnder", {text, context: prompt.text, constraint});
      // What was written token by token may be cut otherwise as a text.
      if (scores.ids.join() !== ids.join()) continue;
      // Token by token, llama.cpp rounds otherwise.
      for (const i of ids.keys())
        assert.ok(Math.abs(1 - at(allowedMasses, i) - at(scores.constrained.cutOff, i)) < 0.05, `token ${i}`);
    }
    const [free] = (await engine.ask("sample", {prompt, ...drawn})).samples;
    assert.deepEqual([free?.allowedMasses, free?.wantedForbidden], [undefined, undefined]);
  });

  it("passes over the space that SentencePiece puts in front of a text", async () => {
    const engine = new Engine(spec(fileOf("llama")));
    const constraint: Constraint = {kind: "gbnf", grammar: 'root ::= "const a"'};
    const {constrained, ids, ends} = await engine.ask("scoreUnder", {text: "const a", constraint});
    assert.deepEqual([constrained.leavesAt, constrained.isComplete], [null, true]);
    const {texts} = await engine.ask("tokenize", {text: "const a"});
    assert.deepEqual([texts[0], ends?.[0]], [" ", 0]);
    // "c", "const", " const", and two spaces, one of them as a byte.
    assert.equal(at(constrained.allowed, 0), 5);
    assert.equal(at(constrained.wanted, 0) === ids[0], at(constrained.wantedForbidden, 0) === 0);
    const {constrained: behind} = await engine.ask("scoreUnder", {text: "const a", context: "a", constraint});
    assert.deepEqual([behind.leavesAt, behind.isComplete], [null, true]);
  });

  it("refuses what is no grammar, and says what a schema is not checked for", async () => {
    const engine = new Engine();
    const ask = (constraint: Constraint) => engine.ask("scoreUnder", {text: "[1]", constraint});
    await assert.rejects(ask({kind: "gbnf", grammar: "root ::= ("}), {name: "HumanError"});
    await assert.rejects(ask({kind: "jsonSchema", schema: "{"}), {name: "HumanError"});
    const {warnings} = await ask({kind: "jsonSchema", schema: '{"type": "array", "uniqueItems": true}'});
    assert.match(warnings.join(), /uniqueItems/);
  });
});
