import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {Completion} from "../../src/contract/completion";
import type {MemoryEstimate, ModelDescription} from "../../src/contract/models";
import type {Alternatives, ScoreParams, ScorePart, Scores, TokenBytes} from "../../src/contract/scoring";
import type {TokenInfo} from "../../src/contract/tokenInfo";
import type {
  Backend,
  PartTokenizer,
  PositionTask,
  Provenance,
  RequestContext,
  ScoringTask,
  TextTokens,
  TokenizeOptions,
  WarningsTask
} from "../../src/engine/backend";
import {Model} from "../../src/engine/model";
import type {ScoredTokens} from "../../src/engine/scoredTokens";
import {Scoring} from "../../src/engine/scoring";
import {planWindows, type WindowLimits} from "../../src/engine/scoringWindows";
import {capabilities as everything, modelRef} from "../harness/modelRef";
import {cases} from "../harness/thorough";

const ref = modelRef("/fake");

/** A model whose tokens are bytes, and whose scores say in which window a token was scored. */
class FakeBackend implements Backend {
  capabilities = everything;
  limits: WindowLimits = {maxWindow: Number.POSITIVE_INFINITY, shortWindow: null};
  contextSize = 8;
  identityFails = 0;
  /** Tokens after which it has been told to stop. */
  stopsAfter = Number.POSITIVE_INFINITY;
  readonly tasks: ScoringTask[] = [];
  readonly positions: PositionTask[] = [];
  readonly tokenized: TokenizeOptions[] = [];
  readonly loadedOn = "cpu";

  async describe(): Promise<ModelDescription> {
    return {
      name: "Fake",
      file: "fake.gguf",
      architecture: "fake",
      quantization: "none",
      parameters: null,
      vocabularySize: 256,
      contextSize: this.contextSize,
      addsBos: true,
      capabilities: this.capabilities
    };
  }

  async tokenTable(): Promise<never> {
    throw new Error("not asked for here");
  }

  async prompt(): Promise<never> {
    throw new Error("not asked for here");
  }

  async logits(): Promise<never> {
    throw new Error("not asked for here");
  }

  async writeContinuations(): Promise<never> {
    throw new Error("not asked for here");
  }

  async windowLimits(): Promise<WindowLimits> {
    return this.limits;
  }

  async countTokens(text: string): Promise<number> {
    return Buffer.byteLength(text);
  }

  async tokenize(text: string, options: TokenizeOptions): Promise<TextTokens> {
    this.tokenized.push(options);
    const ids = Int32Array.from(Buffer.from(text));
    return {ids, ends: Uint32Array.from(ids, (_, i) => i + 1)};
  }

  async partTokenizer(): Promise<PartTokenizer> {
    throw new Error("not asked for");
  }

  async idle(): Promise<void> {}

  async tokenTexts(ids: Int32Array): Promise<readonly string[]> {
    return Array.from(ids, (id) => String.fromCharCode(id));
  }

  async tokenBytes(ids: Int32Array): Promise<TokenBytes> {
    return {bytes: Uint8Array.from(ids), ends: Uint32Array.from(ids, (_, i) => i + 1)};
  }

  async tokenInfo(): Promise<readonly TokenInfo[]> {
    return [];
  }

  async chatTemplates(): Promise<never> {
    throw new Error("scores ask for no chat templates");
  }

  async vocabularyFacts(): Promise<never> {
    throw new Error("not asked for here");
  }

  async searchVocabulary(): Promise<Int32Array> {
    return new Int32Array();
  }

  async warnings({ids, windowing}: WarningsTask): Promise<readonly string[]> {
    return [`${ids?.length} tokens in windows of ${windowing?.window}`];
  }

  async scoreWindows(task: ScoringTask, {logprobs, top1, detail}: ScoredTokens): Promise<number> {
    this.tasks.push(task);
    const {ids, windowing, from} = task;
    for (const {start, scoreFrom, end} of planWindows(ids.length, windowing))
      for (let at = Math.max(scoreFrom, from); at < end; at++) {
        if (at >= from + this.stopsAfter) return at;
        logprobs[at] = this.logprob(ids, start, at);
        top1[at] = 1;
        if (detail !== null) detail.ranks[at] = 1;
      }
    return ids.length;
  }

  /** Depends on the token, and on all before it in its window. */
  logprob(ids: Int32Array, start: number, at: number): number {
    return -ids.subarray(start, at + 1).reduce((sum, id) => (31 * sum + id) % 1009, at - start + 1) / 100;
  }

  async alternatives(task: PositionTask): Promise<Alternatives> {
    this.positions.push(task);
    return {logprob: -1, rank: 1, entropy: 1, top: []};
  }

  async complete(): Promise<Completion> {
    throw new Error("not asked for");
  }

  async identity(): Promise<string> {
    if (this.identityFails-- > 0) throw new Error("the file is gone");
    return "ab".repeat(32);
  }

  async provenance(): Promise<Provenance> {
    return {device: "cpu"};
  }

  async estimate(): Promise<MemoryEstimate> {
    throw new Error("not asked for");
  }

  async dispose(): Promise<void> {}
}

/** All scores of parts, one after the other. */
function put(parts: readonly ScorePart[]): Float64Array {
  const all: number[] = [];
  for (const part of parts) {
    const {from, logprobs} = part.kind === "beginning" ? part.scores : part;
    all.splice(from, logprobs.length, ...logprobs);
  }
  return Float64Array.from(all);
}

describe("Scoring", () => {
  let backend: FakeBackend;
  let scoring: Scoring;
  beforeEach(() => {
    backend = new FakeBackend();
    scoring = new Scoring(ref, backend);
  });

  const context: RequestContext = {signal: new AbortController().signal, onProgress: () => undefined};

  function score(params: Omit<ScoreParams, "model">): Promise<Scores> {
    return scoring.score({model: ref, ...params}, context);
  }

  /** What a backend that has never seen a text says of it. */
  async function afresh(params: Omit<ScoreParams, "model">): Promise<Float64Array> {
    return (await new Scoring(ref, new FakeBackend()).score({model: ref, ...params}, context)).logprobs;
  }

  function lastTask(): ScoringTask {
    const task = backend.tasks.at(-1);
    assert.ok(task);
    return task;
  }

  it("refuses an empty text", async () => {
    await assert.rejects(score({text: ""}), {name: "HumanError", kind: "emptyText"});
  });

  it("cuts a text into windows of the model's context, with half of it as stride", async () => {
    const {windowing, logprobs, summary, spec, model, warnings, finished} = await score({text: "abcdefghij"});
    assert.deepEqual(windowing, {mode: "document", bos: true, window: 8, stride: 4});
    assert.deepEqual([summary.scored, finished, spec], [10, true, ref]);
    assert.deepEqual([model.device, model.sha256.length], ["cpu", 64]);
    assert.deepEqual(warnings, ["10 tokens in windows of 8"]);
    const {ids} = lastTask();
    // The eighth token begins the second window, which has three tokens before it.
    assert.deepEqual([logprobs[6], logprobs[7]], [backend.logprob(ids, 0, 6), backend.logprob(ids, 4, 7)]);
  });

  it("gives the end of the context before the text to the model, and does not score it", async () => {
    const scores = await score({text: "text", context: "a long context "});
    assert.deepEqual([...scores.contextIds], [...Buffer.from("xt ")]);
    assert.deepEqual([...scores.ids], [...Buffer.from("text")]);
    assert.deepEqual([scores.logprobs.length, scores.summary.scored], [4, 4]);
    const {ids, contextTokens, from} = lastTask();
    assert.deepEqual([ids.length, contextTokens, from], [7, 3, 3]);
    assert.deepEqual(backend.tokenized, [
      {special: false, behind: true},
      {special: false, behind: false}
    ]);
    assert.deepEqual(scores.warnings, ["7 tokens in windows of 8"]);
  });

  it("scores a text that fits into the short window there, whatever the window", async () => {
    backend.contextSize = 100;
    backend.limits = {maxWindow: 200, shortWindow: 6};
    const short = await score({text: "abcde"});
    assert.deepEqual([short.windowing.window, short.windowing.stride, short.ropeFactors], [6, 3, "short"]);
    const long = await score({text: "abcdef"});
    assert.deepEqual([long.windowing.window, long.ropeFactors], [100, "long"]);
  });

  it("refuses a window beyond the model's positions", async () => {
    backend.limits = {maxWindow: 8, shortWindow: null};
    await assert.rejects(score({text: "abc", window: 9}), {kind: "invalidRequest"});
    assert.equal(backend.tasks.length, 0);
  });

  it("needs a whole chunk in llama-perplexity mode, and no context", async () => {
    const mode = "llama-perplexity";
    await assert.rejects(score({text: "short", mode}), {kind: "nothingToScore", message: /512 tokens.*has 5/});
    await assert.rejects(score({text: "abcdefgh", mode, window: 4, context: "x"}), {kind: "invalidRequest"});
    const {summary} = await score({text: "abcdefgh", mode, window: 4});
    assert.deepEqual([summary.scored, backend.tasks.length], [2, 1]);
  });

  it("knows a text that it has scored, and asks for what differs alone", async () => {
    const first = await score({text: "abcdefghij"});
    const again = await score({text: "abcdefghij"});
    assert.deepEqual(again.logprobs, first.logprobs);
    assert.equal(backend.tasks.length, 1);
    const edited = await score({text: "abcdeXghij"});
    assert.equal(lastTask().from, 5);
    assert.deepEqual(edited.logprobs, await afresh({text: "abcdeXghij"}));
    // Its last batch may have had other tokens in it: the backend decides where to begin.
    await score({text: "abcdeXgh"});
    assert.deepEqual([backend.tasks.length, lastTask().from], [3, 8]);
  });

  it("scores the chunk that llama-perplexity mode had left out when the text goes on", async () => {
    const params = {mode: "llama-perplexity", window: 4} as const;
    await score({text: "abcdefghi", ...params});
    const {logprobs} = await score({text: "abcdefghijkl", ...params});
    assert.equal(lastTask().from, 7);
    assert.deepEqual(logprobs, await afresh({text: "abcdefghijkl", ...params}));
  });

  it("gives what there is when it is stopped, and goes on from there", async () => {
    backend.stopsAfter = 4;
    const part = await score({text: "abcdefghij", top: 2});
    assert.deepEqual([part.finished, part.summary.scored], [false, 4]);
    assert.ok(part.logprobs.subarray(4).every(Number.isNaN));
    assert.deepEqual([...(part.detail?.ranks ?? [])], [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    backend.stopsAfter = Number.POSITIVE_INFINITY;
    const rest = await score({text: "abcdefghij", top: 2});
    assert.deepEqual([rest.finished, lastTask().from], [true, 4]);
    assert.deepEqual(rest.logprobs, await afresh({text: "abcdefghij"}));
  });

  describe("that is streamed", () => {
    /** The parts of a score, and what they say put together. */
    async function streamed(params: Omit<ScoreParams, "model">): Promise<{parts: ScorePart[]; scores: Scores}> {
      const parts: ScorePart[] = [];
      const onPart = (part: ScorePart) => parts.push(part);
      const scores = await scoring.score({model: ref, stream: true, ...params}, {...context, onPart});
      return {parts, scores};
    }

    it("sends its tokens with what is known, then the scores", async () => {
      const text = "abcdefghij";
      const {parts, scores} = await streamed({text, context: "xyz"});
      const [begun, ...more] = parts;
      assert.ok(begun?.kind === "beginning");
      assert.deepEqual([begun.ids, begun.ends, begun.contextIds], [scores.ids, scores.ends, scores.contextIds]);
      assert.deepEqual([begun.scores.logprobs.length, begun.summary.scored, begun.summary.tokens], [0, 0, 10]);
      assert.deepEqual(put(parts), scores.logprobs);
      assert.equal(more.length, 1);
      assert.ok(more[0]?.kind === "scores" && more[0].ranks === null);
    });

    it("sends nothing where all is known, and what is known first where the text goes on", async () => {
      await score({text: "abcdef"});
      assert.deepEqual((await streamed({text: "abcdef"})).parts, []);
      const {parts, scores} = await streamed({text: "abcdefgh"});
      assert.ok(parts[0]?.kind === "beginning");
      assert.deepEqual(parts[0].scores.logprobs, scores.logprobs.subarray(0, 6));
      assert.deepEqual([parts[0].summary.scored, put(parts)], [6, scores.logprobs]);
    });

    it("sends up to where it was stopped, and goes on from there", async () => {
      backend.stopsAfter = 4;
      const {parts, scores} = await streamed({text: "abcdefghij", top: 2});
      assert.equal(put(parts).length, 4);
      assert.ok(scores.logprobs.subarray(4).every(Number.isNaN));
      backend.stopsAfter = Number.POSITIVE_INFINITY;
      const rest = await streamed({text: "abcdefghij", top: 2});
      assert.ok(rest.parts[0]?.kind === "beginning");
      assert.deepEqual(rest.parts[0].scores.logprobs, scores.logprobs.subarray(0, 4));
      assert.deepEqual(put(rest.parts), rest.scores.logprobs);
    });

    it("sends again what is computed again", async () => {
      backend.scoreWindows = async ({onScored}, {logprobs}) => {
        logprobs.fill(-1);
        onScored?.(0);
        onScored?.(4);
        logprobs.fill(-2);
        onScored?.(2);
        onScored?.(6);
        return 8;
      };
      const {parts} = await streamed({text: "abcdefgh"});
      assert.deepEqual([...put(parts)], [-1, -1, -2, -2, -2, -2, -2, -2]);
    });

    it("sends no part to who asks for none", async () => {
      const parts: ScorePart[] = [];
      await scoring.score({model: ref, text: "abc"}, {...context, onPart: (part) => parts.push(part)});
      assert.deepEqual(parts, []);
    });

    it("sends no ranks where no detail is asked for, though they are kept", async () => {
      backend.capabilities = {...everything, detailIsFree: true};
      const {parts} = await streamed({text: "abcdef", top: 0});
      assert.ok(parts[0]?.kind === "beginning" && parts[0].scores.ranks === null);
      await score({text: "ghi"});
      const {parts: full} = await streamed({text: "ghijk"});
      assert.ok(full[0]?.kind === "beginning");
      assert.deepEqual(full[0].scores.ranks, Int32Array.of(1, 1, 1));
    });
  });

  it("leaves out what was scored behind a gap", async () => {
    backend.scoreWindows = async ({ids}, {logprobs}) => {
      logprobs.fill(-1, 0, 2);
      logprobs.fill(-1, 5);
      assert.equal(ids.length, 8);
      return 2;
    };
    const {logprobs, finished} = await score({text: "abcdefgh"});
    assert.deepEqual([finished, logprobs.filter((logprob) => !Number.isNaN(logprob)).length], [false, 2]);
  });

  it("rejects where the model's identity can't be read, without a crash, and can next time", async () => {
    backend.identityFails = 1;
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    try {
      await assert.rejects(score({text: "abc"}), /the file is gone/);
      backend.identityFails = 1;
      backend.scoreWindows = () => Promise.reject(new Error("scoring failed"));
      await assert.rejects(score({text: "abcd"}), /scoring failed/);
      await new Promise((resolve) => setTimeout(resolve, 1));
    } finally {
      process.off("unhandledRejection", listener);
    }
    assert.deepEqual(unhandled, []);
    assert.equal((await score({text: "abc"})).summary.scored, 3);
  });

  it("asks for no more alternatives than there can be", async () => {
    assert.equal((await score({text: "abc", top: 1000})).detail?.top, 256);
    backend.capabilities = {...everything, maxAlternatives: 5};
    assert.equal((await score({text: "abcd", top: 1000})).detail?.top, 5);
  });

  it("has no detail where the model gives no ranks, or no entropies", async () => {
    for (const missing of ["ranks", "entropy"] as const) {
      backend.capabilities = {...everything, [missing]: false};
      const {detail, summary} = await score({text: `abc${missing}`, top: 10});
      assert.equal(detail, null);
      assert.equal(summary.top10Accuracy, null);
    }
  });

  it("has ten alternatives where they are free, none if none are asked for, and the same numbers in both cases", async () => {
    backend.capabilities = {...everything, detailIsFree: true};
    const full = await score({text: "abcdef"});
    assert.equal(full.detail?.top, 10);
    assert.equal(full.summary.top10Accuracy, 1);
    const sums = await score({text: "abcdef", top: 0});
    assert.equal(sums.detail, null);
    assert.deepEqual(sums.summary, full.summary);
    const before = await score({text: "ghijkl", top: 0});
    const {length} = backend.tasks;
    const later = await score({text: "ghijkl"});
    assert.deepEqual([later.detail?.top, later.summary], [10, before.summary]);
    assert.equal(backend.tasks.length, length, "it was scored once");
  });

  it("is there for a model that completes nothing", async () => {
    backend.capabilities = {...everything, generate: false};
    assert.equal((await score({text: "abc"})).summary.scored, 3);
    const model = new Model(ref, backend);
    const asked = {model: ref, prefix: "a", suffix: "", maxTokens: 1, extent: "line"} as const;
    await assert.rejects(model.complete(asked, context), {kind: "predictsNothing", message: /"Fake" scores texts/});
  });

  it("refuses what the model can't", async () => {
    backend.capabilities = {...everything, generate: false, purpose: "embeds"};
    await assert.rejects(score({text: "abc"}), {kind: "predictsNothing"});
    backend.capabilities = {...everything, promptLogprobs: false};
    await assert.rejects(score({text: "abc"}), {kind: "predictsNothing", message: /"Fake" completes texts/});
    assert.equal(backend.tasks.length, 0);
  });

  it("asks for alternatives in the window in which the token was scored", async () => {
    const {ids, windowing} = await score({text: "abcdefghij"});
    const asked = {model: ref, ids, windowing, top: 3};
    await scoring.alternatives({...asked, position: 8, sha256: "ab".repeat(32)}, context);
    assert.deepEqual(backend.positions.at(-1)?.window, {start: 4, scoreFrom: 7, end: 11});
    for (const wrong of [
      {position: -1},
      {position: 10},
      {position: 1, sha256: "cd"},
      {position: 0, ids: Int32Array.of(256)}
    ])
      await assert.rejects(scoring.alternatives({...asked, ...wrong}, context), {kind: "invalidRequest"});
    assert.equal(backend.positions.length, 1);
  });

  it("gives each text its own scores, whatever was scored before and wherever it was stopped", async () => {
    const text = fc.string({unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 20});
    const step = fc.record({text, context: fc.constantFrom("", "b"), stopsAfter: fc.constantFrom(3, 100, 100)});
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 6}), async (steps) => {
        const same = new FakeBackend();
        const together = new Scoring(ref, same);
        for (const {stopsAfter, ...params} of steps) {
          same.stopsAfter = stopsAfter;
          const {logprobs, finished} = await together.score({model: ref, ...params}, context);
          const expected = await afresh(params);
          const scored = finished ? logprobs.length : logprobs.findIndex((logprob) => Number.isNaN(logprob));
          assert.deepEqual(logprobs.subarray(0, scored), expected.subarray(0, scored));
          assert.ok(logprobs.subarray(scored).every(Number.isNaN));
        }
      }),
      {seed: 20261130, numRuns: cases(200, 4000)}
    );
  });
});
