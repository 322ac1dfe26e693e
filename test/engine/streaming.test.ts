import {strict as assert} from "node:assert";
import {writeFileSync} from "node:fs";
import path from "node:path";
import type {ScoreParams, ScorePart, Scores} from "../../src/contract/scoring";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

/** Models of test/faults/tinyModels.ts: one of each kind of memory. */
const names = ["llama", "gemma3", "mamba", "hybrid", "phi"];

const text = Array.from({length: 400}, (_, i) => ["const ", "text ", "= ", "a", "\n", "ab;"][(i * i) % 6]).join("");

type Asked = Omit<ScoreParams, "model" | "text">;

const requests: readonly Asked[] = [
  {},
  {window: 96},
  {window: 200, stride: 50, top: 0},
  {window: 128, mode: "llama-perplexity"},
  {window: 150, context: "some text before"}
];

interface Streamed {
  readonly parts: readonly ScorePart[];
  readonly scores: Scores;
}

async function stream(engine: Engine, asked: Omit<ScoreParams, "model">, stopAfter = 0): Promise<Streamed> {
  const parts: ScorePart[] = [];
  const stop = new AbortController();
  const onPart = (part: ScorePart): void => {
    parts.push(part);
    if (parts.length === stopAfter) stop.abort();
  };
  return {scores: await engine.ask("score", {...asked, stream: true}, {onPart, stop: stop.signal}), parts};
}

/** The parts must be whole, in order, and have the bits of the answer up to where they end. Returns that end. */
function assertSameBits({parts, scores}: Streamed): number {
  const [first, ...rest] = parts;
  assert.ok(first?.kind === "beginning");
  assert.deepEqual([first.ids, first.ends, first.windowing], [scores.ids, scores.ends, scores.windowing]);
  const {logprobs, detail} = scores;
  let end = 0;
  for (const part of [first.scores, ...rest]) {
    assert.ok("from" in part && part.from <= end, "no gap");
    end = part.from + part.logprobs.length;
    assert.deepEqual(part.logprobs, logprobs.slice(part.from, end));
    assert.deepEqual(part.ranks, detail?.ranks.slice(part.from, end) ?? null);
    assert.deepEqual(part.entropies, detail?.entropies.slice(part.from, end) ?? null);
  }
  return end;
}

describe("Scores that are streamed are those of the answer, on a model that keeps", () => {
  const folder = temporaryFolder();

  function model(name: string): Engine["model"] {
    const file = path.join(folder.path, `${name}.gguf`);
    writeFileSync(file, tinyModels[name]?.(new Random(7)) ?? "");
    return spec(file);
  }

  for (const name of names)
    it(name, async () => {
      const engine = new Engine(model(name));
      for (const asked of requests) {
        const streamed = await stream(engine, {text, ...asked});
        assert.equal(assertSameBits(streamed), streamed.scores.ids.length);
        assert.ok(streamed.parts.length > 2, "in several parts");
        const alone = await new Engine(model(name)).ask("score", {text, ...asked});
        assert.deepEqual(streamed.scores.logprobs, alone.logprobs);
        assert.deepEqual(streamed.scores.summary, alone.summary);
      }
    });

  it("llama, stopped and continued", async () => {
    const engine = new Engine(model("llama"));
    const stopped = await stream(engine, {text, window: 96}, 4);
    assert.ok(!stopped.scores.finished);
    const end = assertSameBits(stopped);
    assert.ok(end > 0 && Number.isNaN(stopped.scores.logprobs[end]));
    const {parts, scores} = await stream(engine, {text, window: 96});
    assert.ok(parts[0]?.kind === "beginning" && scores.finished);
    assert.deepEqual(parts[0].scores.logprobs, stopped.scores.logprobs.slice(0, end));
    assert.equal(assertSameBits({parts, scores}), scores.ids.length);
  });

  it("llama, after an edit: up to there they are known at once", async () => {
    const engine = new Engine(model("llama"));
    await engine.ask("score", {text, window: 96});
    const at = Math.floor(text.length * 0.7);
    const edited = `${text.slice(0, at)}xy${text.slice(at)}`;
    const {parts, scores} = await stream(engine, {text: edited, window: 96});
    assert.ok(parts[0]?.kind === "beginning");
    assert.ok(parts[0].scores.logprobs.length > scores.ids.length / 2);
    assert.equal(assertSameBits({parts, scores}), scores.ids.length);
    const alone = await new Engine(model("llama")).ask("score", {text: edited, window: 96});
    assert.deepEqual(scores.logprobs, alone.logprobs);
    assert.deepEqual(scores.detail, alone.detail);
  });
});
