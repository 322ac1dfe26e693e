import {strict as assert} from "node:assert";
import {setImmediate} from "node:timers/promises";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {Alternatives, ScoreDetail, TokenTextsParams} from "../../src/contract/scoring";
import type {EngineClient, RequestOptions} from "../../src/host/engine/engineClient";
import {ExpectedTokens, type ScoredTokens} from "../../src/host/expectedTokens";
import {modelRef} from "../harness/modelRef";

const asked: Alternatives = {
  logprob: -9,
  rank: 9,
  entropy: 9,
  top: [{id: 9, text: "asked", bytes: new Uint8Array(), logprob: -9}]
};

/** Writes down what it is asked, and fails while it is `dead`. */
class FakeEngine {
  dead = false;
  readonly requests: {readonly method: EngineMethod; readonly params: unknown; readonly options: RequestOptions}[] = [];

  async request(method: EngineMethod, params: unknown, options: RequestOptions = {}): Promise<unknown> {
    this.requests.push({method, params, options});
    if (this.dead) throw new Error("The model's process ended");
    if (method === "alternatives") return asked;
    const {ids} = params as TokenTextsParams;
    const parts = Array.from(ids, (id) => Buffer.from(`t${id}`));
    let end = 0;
    return {bytes: Uint8Array.from(Buffer.concat(parts)), ends: Uint32Array.from(parts, ({length}) => (end += length))};
  }

  get client(): Pick<EngineClient, "request"> {
    const request = <M extends EngineMethod>(method: M, params: unknown, options?: RequestOptions) =>
      this.request(method, params, options) as Promise<EngineRequests[M]["result"]>;
    return {request};
  }

  /** The parameters of a request. */
  paramsOf<M extends EngineMethod>(index: number): EngineRequests[M]["params"] {
    return this.requests[index]?.params as EngineRequests[M]["params"];
  }

  /** The names of all requests until now. */
  get methods(): EngineMethod[] {
    return this.requests.map(({method}) => method);
  }
}

/** Three tokens behind one of context, the first unscored; three alternatives each, of a vocabulary that has two at the last. */
const detail: ScoreDetail = {
  top: 3,
  ranks: Int32Array.of(0, 1, 40),
  entropies: Float64Array.of(Number.NaN, 0.5, 2),
  topIds: Int32Array.of(-1, -1, -1, 8, 7, 5, 7, 8, -1),
  topLogprobs: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, -0.1, -3, -4, -1, -2, Number.NaN)
};

function scored(known: ScoreDetail | null): ScoredTokens {
  return {
    spec: modelRef("/tiny.gguf"),
    model: {sha256: "00"},
    windowing: {mode: "document", bos: false, window: 512, stride: 256},
    contextIds: Int32Array.of(1),
    ids: Int32Array.of(6, 8, 6),
    logprobs: Float64Array.of(Number.NaN, -0.1, -7),
    detail: known
  };
}

describe("What was expected in place of a token", () => {
  it("is in the score's detail, and needs no engine", async () => {
    const engine = new FakeEngine();
    const expected = new ExpectedTokens(engine.client, scored(detail));
    await expected.at(1, 3);
    engine.dead = true;
    assert.deepEqual(await expected.at(1, 2), {
      logprob: -0.1,
      rank: 1,
      entropy: 0.5,
      top: [
        {id: 8, text: "t8", bytes: Uint8Array.from(Buffer.from("t8")), logprob: -0.1},
        {id: 7, text: "t7", bytes: Uint8Array.from(Buffer.from("t7")), logprob: -3}
      ]
    });
    const last = await expected.at(2, 10);
    assert.deepEqual([last.logprob, last.rank, last.entropy], [-7, 40, 2]);
    assert.deepEqual(
      last.top.map(({text}) => text),
      ["t7", "t8"]
    );
    assert.deepEqual(engine.methods, ["tokenBytes"]);
    assert.deepEqual(engine.paramsOf<"tokenBytes">(0).ids, Int32Array.of(8, 7, 5));
  });

  it("has its texts asked for once, right after the score, a part of a large vocabulary at a time", async () => {
    const engine = new FakeEngine();
    const count = 10_000;
    const large: ScoredTokens = {
      ...scored(null),
      ids: new Int32Array(count),
      logprobs: new Float64Array(count).fill(-1),
      detail: {
        top: 2,
        ranks: new Int32Array(count).fill(1),
        entropies: new Float64Array(count),
        topIds: Int32Array.from({length: 2 * count}, (_, at) => (at % 2 === 0 ? at / 2 : 3)),
        topLogprobs: new Float64Array(2 * count).fill(-1)
      }
    };
    const expected = new ExpectedTokens(engine.client, large);
    // Nobody has asked for a token yet.
    while (engine.requests.length < 3) await setImmediate();
    const found = await expected.at(count - 1, 10);
    assert.deepEqual(
      found.top.map(({text}) => text),
      [`t${count - 1}`, "t3"]
    );
    const sizes = engine.requests.map(({params}) => (params as TokenTextsParams).ids.length);
    assert.deepEqual(sizes, [4096, 4096, count - 2 * 4096]);
  });

  it("has its texts asked for again after the engine failed to give them", async () => {
    const engine = new FakeEngine();
    engine.dead = true;
    const expected = new ExpectedTokens(engine.client, scored(detail));
    await assert.rejects(expected.at(1, 3), /process ended/);
    engine.dead = false;
    assert.deepEqual((await expected.at(1, 3)).top.length, 3);
  });

  it("is asked of the model that made the score, or of another that is named, where the score has no detail", async () => {
    const engine = new FakeEngine();
    const expected = new ExpectedTokens(engine.client, scored(null));
    assert.deepEqual(engine.methods, []);
    assert.ok(!expected.knows(1));
    assert.deepEqual(await expected.at(1, 10), asked);
    const params = engine.paramsOf<"alternatives">(0);
    assert.deepEqual([params.model, params.position, params.top], [modelRef("/tiny.gguf"), 2, 10]);
    assert.deepEqual([params.ids, params.sha256], [Int32Array.of(1, 6, 8, 6), "00"]);
    const token = {isCancellationRequested: false, onCancellationRequested: () => ({dispose: () => undefined})};
    await expected.at(2, 10, {model: modelRef("/other.gguf"), token});
    assert.deepEqual(engine.paramsOf<"alternatives">(1).model, modelRef("/other.gguf"));
    assert.equal(engine.requests[1]?.options.token, token);
  });

  it("is asked of the engine for a token that the score left out", async () => {
    const engine = new FakeEngine();
    const expected = new ExpectedTokens(engine.client, scored(detail));
    assert.deepEqual([expected.knows(0), expected.knows(1), expected.knows(3)], [false, true, false]);
    assert.deepEqual(await expected.at(0, 10), asked);
  });
});
