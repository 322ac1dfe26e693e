import {strict as assert} from "node:assert";
import type {NextParams, SampleParams} from "../../src/contract/sampling";
import type {Backend, ContinuationsTask, PromptTask, RequestContext} from "../../src/engine/backend";
import {Sampling} from "../../src/engine/sampling";
import {noSamplers} from "../../src/sampling/settings";
import {capabilities, modelRef} from "../harness/modelRef";

const model = modelRef("/fake");
const size = 256;
/** Ends a text. */
const endId = 3;
const context: RequestContext = {signal: new AbortController().signal, onProgress: () => undefined};

/** A model whose tokens are bytes, and which expects the byte after the last one. */
class FakeBackend {
  readonly asked: PromptTask[] = [];
  tables = 0;
  bosId: number | null = 1;
  /** What is expected behind a token. */
  expects = (last: number): number => (last + 1) % size;
  /** Continuations are cut off after so many tokens together, as when it is told to stop. */
  stopsAfter = Number.POSITIVE_INFINITY;
  restarts = 0;

  async describe() {
    const about = {name: "Fake", file: "fake.gguf", architecture: "fake", quantization: "none", parameters: null};
    return {...about, vocabularySize: size, contextSize: 64, addsBos: this.bosId !== null, capabilities};
  }

  async idle() {}

  async windowLimits() {
    return {maxWindow: Number.POSITIVE_INFINITY, shortWindow: null};
  }

  async tokenize(text: string) {
    return {ids: Int32Array.from(Buffer.from(text)), ends: null};
  }

  async tokenBytes(ids: Int32Array) {
    return {bytes: Uint8Array.from(ids), ends: Uint32Array.from(ids, (_, i) => i + 1)};
  }

  async warnings() {
    return [];
  }

  async prompt(of: Int32Array | {prefix: string}, room: number) {
    const ids = of instanceof Int32Array ? of : Int32Array.from(Buffer.from(of.prefix));
    const bos = this.bosId === null ? [] : [this.bosId];
    const left = Math.max(0, ids.length - (room - bos.length));
    return {ids: Int32Array.from([...bos, ...ids.subarray(left)]), cut: left > 0};
  }

  async tokenTable() {
    return {
      size,
      tokenize: (text: string) => Int32Array.from(Buffer.from(text)),
      bytes: (id: number) => {
        this.tables++;
        return Uint8Array.of(id);
      },
      text: (id: number) => String.fromCharCode(id),
      grammarBytes: (id: number) => Uint8Array.of(id),
      endsText: (id: number) => id === endId,
      idOf: () => undefined
    };
  }

  private row(last: number): Float32Array {
    const row = new Float32Array(size);
    row[this.expects(last)] = 9;
    return row;
  }

  async logits(task: PromptTask) {
    this.asked.push(task);
    return this.row(task.prompt.at(-1) ?? 0);
  }

  async writeContinuations({prompt, count, begin}: ContinuationsTask) {
    let left = this.stopsAfter;
    for (let restart = 0; restart <= this.restarts; restart++)
      for (let index = 0; index < count; index++) {
        const chooser = begin(index);
        let last = prompt.at(-1) ?? 0;
        let length = 0;
        for (;;) {
          if (left-- === 0) return;
          const id = chooser.next(this.row(last));
          if (id === null) break;
          length++;
          last = id;
          if (chooser.ended) break;
        }
        if (length > 1) chooser.scored(new Float64Array(length).fill(-7));
      }
  }
}

describe("What the engine makes of logits", () => {
  let backend: FakeBackend;
  let sampling: Sampling;
  beforeEach(() => {
    backend = new FakeBackend();
    sampling = new Sampling(backend as unknown as Backend);
  });

  const next = (text: string, asked: Partial<NextParams> = {}) =>
    sampling.next({model, prompt: {kind: "text", text}, samplers: noSamplers, top: 3, ...asked}, context);

  const sample = (text: string, asked: Partial<SampleParams> = {}) => {
    const samplers = {...noSamplers, temperature: 0};
    const all = {samplers, count: 1, seed: 0, maxTokens: 10, extent: "unlimited", ...asked} as const;
    return sampling.sample({model, prompt: {kind: "text", text}, ...all}, context);
  };

  it("asks for the same logits once, whatever the samplers", async () => {
    const first = await next("abc");
    const sharp = await next("abc", {samplers: {...noSamplers, temperature: 0.1}});
    assert.equal(backend.asked.length, 1);
    assert.deepEqual(first.top[0]?.text, "d");
    assert.equal(first.entropy, sharp.entropy);
    assert.ok(sharp.after.entropy < first.after.entropy);
    await next("abd");
    await next("abc");
    assert.equal(backend.asked.length, 3);
  });

  it("gives copies, which may travel", async () => {
    const {top} = await next("abc");
    assert.deepEqual(
      top.map(({bytes}) => bytes.buffer.byteLength),
      [1, 1, 1]
    );
  });

  it("looks for DRY's breakers once, and only where DRY is on", async () => {
    const dry = {...noSamplers, dry: {...noSamplers.dry, multiplier: 0.8}};
    await next("abc", {top: 0});
    assert.equal(backend.tables, 0);
    await next("abc", {top: 0, samplers: dry});
    assert.equal(backend.tables, size);
    await next("abcd", {top: 0, samplers: dry});
    assert.equal(backend.tables, size);
  });

  it("gives the last tokens of a long prompt, and says so", async () => {
    const {cut, promptTokens} = await next("x".repeat(200));
    assert.deepEqual([cut, promptTokens], [true, 63]);
    assert.equal((await sample("x".repeat(200), {maxTokens: 30})).promptTokens, 48);
    const prompt = {kind: "cursor", prefix: "x".repeat(200), suffix: "", maxTokens: 10} as const;
    assert.equal((await next("", {prompt})).promptTokens, 54);
  });

  it("ends where it has to", async () => {
    const ends = async (text: string, asked: Partial<SampleParams>) => {
      const {text: written, stop} = (await sample(text, asked)).samples[0] ?? {};
      return [written, stop];
    };
    assert.deepEqual(await ends("ab", {maxTokens: 3}), ["cde", "maxTokens"]);
    assert.deepEqual(await ends("ab", {stopTexts: ["gh", "fg"]}), ["cde", "text"]);
    assert.deepEqual(await ends("\x06", {extent: "line"}), ["\x07\x08\t", "line"]);
    assert.deepEqual(await ends("\x06", {extent: "line", stopTexts: ["\x08"]}), ["\x07", "text"]);
    backend.expects = () => endId;
    assert.deepEqual(await ends("ab", {}), ["", "end"]);
  });

  it("keeps to the context", async () => {
    const {samples, promptTokens} = await sample("a".repeat(40), {maxTokens: 50});
    assert.deepEqual([promptTokens, samples[0]?.ids.length, samples[0]?.stop], [41, 23, "context"]);
  });

  it("has what was written when it is told to stop, or begins again", async () => {
    backend.stopsAfter = 14;
    const {samples} = await sample("ab", {count: 4});
    assert.deepEqual(
      samples.map(({ids, stop}) => [ids.length, stop]),
      [
        [10, "maxTokens"],
        [4, "stopped"]
      ]
    );
    assert.deepEqual([...(samples[0]?.logprobs ?? [])], Array(10).fill(-7));
    assert.ok(samples[1]?.logprobs.every((logprob) => logprob > -7));
    backend = new FakeBackend();
    backend.restarts = 1;
    sampling = new Sampling(backend as unknown as Backend);
    assert.equal((await sample("ab", {count: 3})).samples.length, 3);
  });

  it("counts what a constraint cuts off as the model's, and draws without it", async () => {
    const constraint = {kind: "gbnf", grammar: "root ::= [xy]"} as const;
    const {samples} = await sample("ab", {constraint, samplers: noSamplers});
    const {text, stop, logprobs, drawnLogprobs, allowedMasses} = samples[0] ?? {};
    assert.ok(text === "x" || text === "y");
    assert.equal(stop, "constraint");
    assert.ok(Math.abs((drawnLogprobs?.[0] ?? 0) - Math.log(0.5)) < 1e-12);
    assert.ok(Math.abs((logprobs?.[0] ?? 0) + Math.log(Math.exp(9) + 255)) < 1e-12);
    assert.ok(Math.abs((allowedMasses?.[0] ?? 0) - 2 / (Math.exp(9) + 255)) < 1e-12);
    assert.equal("allowedMasses" in ((await sample("ab")).samples[0] ?? {}), false);
  });

  it("refuses an empty prompt, ids of no token, and a model that predicts nothing", async () => {
    backend.bosId = null;
    await assert.rejects(next(""), {kind: "emptyText"});
    await assert.rejects(next("", {prompt: {kind: "tokens", ids: Int32Array.of(size)}}), {kind: "invalidRequest"});
    await assert.rejects(sample("a", {maxTokens: 0}), {kind: "invalidRequest"});
    await assert.rejects(sample("a", {seed: 0.5}), {kind: "invalidRequest"});
    await assert.rejects(next("a", {draws: {count: -1, seed: 0}}), {kind: "invalidRequest"});
  });
});
