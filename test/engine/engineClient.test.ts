import {strict as assert} from "node:assert";
import {fork} from "node:child_process";
import {once} from "node:events";
import {existsSync, readFileSync} from "node:fs";
import path from "node:path";
import {mock} from "node:test";
import {setTimeout} from "node:timers/promises";
import {isDeepStrictEqual} from "node:util";
import {HumanError} from "../../src/contract/errors";
import type {ModelRef} from "../../src/contract/models";
import type {Progress} from "../../src/contract/progress";
import type {EngineMethod, EngineRequests} from "../../src/contract/requests";
import type {ScorePart} from "../../src/contract/scoring";
import {type Death, EngineClient} from "../../src/host/engine/engineClient";
import {type Harm, harmSignal, harmVariable, onDevice} from "../faults/harm";
import {Cancelled, silentLog, Token} from "../harness/withoutVsCode";

const model: ModelRef = {
  kind: "gguf",
  path: path.resolve("media/models/tokenscope-tiny-q8_0.gguf"),
  gpu: "off",
  gpuLayers: null,
  threads: 1,
  contextSize: 0,
  kvCache: "f16"
};
const program = path.resolve("dist/engine.js");

/** The demonstration model repeats this line until it is stopped. */
const endless = {model, prefix: "import path from", suffix: "", maxTokens: 900, extent: "unlimited"} as const;

describe("the engine client", () => {
  const lines: {level: string; message: string}[] = [];
  let idleLimit = 0;
  const write = (level: string) => (message: string) => void lines.push({level, message});
  // One engine for all tests, because its start takes longer than most of them.
  const client = new EngineClient({
    program,
    log: {
      error: write("error"),
      warn: write("warn"),
      info: write("info"),
      debug: write("debug"),
      trace: write("trace")
    },
    cancelled: () => new Cancelled("cancelled"),
    idleLimit: () => idleLimit
  });

  beforeEach(() => {
    lines.length = 0;
  });
  afterEach(() => {
    idleLimit = 0;
    client.idleLimitChanged();
    client.resetCrashCount();
  });
  after(() => client.dispose());

  it("does not ask the engine for what is cancelled already", async () => {
    const token = new Token();
    token.cancel();
    await assert.rejects(client.request("count", {model, text: "x"}, {token}), Cancelled);
    assert.equal(client.processId, undefined);
  });

  it("starts no process before the first request", async () => {
    assert.equal(client.processId, undefined);
    const {count} = await client.request("count", {model, text: "Hello world"});
    assert.ok(count > 0);
    assert.notEqual(client.processId, undefined);
  });

  it("gets the engine's errors in the language that it was told", async () => {
    const german = new EngineClient({
      program,
      log: silentLog,
      cancelled: () => new Cancelled("cancelled"),
      language: {locale: "de", bundle: path.resolve("l10n/bundle.l10n.de.json")}
    });
    const describe = async (asked: EngineClient) =>
      await asked.request("describe", {model: {...model, path: path.resolve("nowhere.gguf")}}).catch((error) => error);
    try {
      const [told, inEnglish] = await Promise.all([describe(german), describe(client)]);
      assert.ok(told instanceof HumanError);
      assert.equal(told.kind, "modelMissing");
      assert.equal(told.message, "Es gibt keine Modelldatei „nowhere.gguf“: eine andere wählen.");
      assert.equal(inEnglish.message, 'There is no model file "nowhere.gguf": choose another one.');
    } finally {
      german.dispose();
    }
  });

  it("hands typed arrays over as typed arrays", async () => {
    const scores = await client.request("score", {model, text: "def add(a, b):\n    return a + b\n"});
    assert.ok(scores.ids instanceof Int32Array);
    assert.ok(scores.logprobs instanceof Float64Array);
    assert.ok(scores.ends instanceof Uint32Array);
    assert.equal(scores.logprobs.length, scores.ids.length);
  });

  it("passes llama.cpp's log lines on with their levels", async () => {
    await client.request("describe", {model: {...model, contextSize: 512}});
    assert.ok(lines.some(({level, message}) => level === "info" && message.startsWith("llama_model_loader:")));
  });

  it("hands over the parts of a score, long ones too, in order and before the answer", async () => {
    // Its ids are longer than one piece on the channel.
    const text = "h i j k l m n\n".repeat(20_000);
    const parts: ScorePart[] = [];
    const stop = new Token();
    const onPart = (part: ScorePart): void => {
      if (parts.push(part) === 4) stop.cancel();
    };
    const scores = await client.request("score", {model, text, stream: true}, {stop, onPart});
    const {length} = parts;
    assert.ok(length >= 4 && !scores.finished);
    const [first, ...rest] = parts;
    assert.ok(first?.kind === "beginning" && first.ids.byteLength > 1 << 19);
    assert.deepEqual([first.ids, first.ends], [scores.ids, scores.ends]);
    let end = 0;
    for (const part of rest) {
      assert.ok(part.kind === "scores" && part.from === end);
      end += part.logprobs.length;
      assert.deepEqual(part.logprobs, scores.logprobs.slice(part.from, end));
      assert.deepEqual(part.entropies, scores.detail?.entropies.slice(part.from, end));
    }
    await client.request("count", {model, text: "x"});
    assert.equal(parts.length, length);
  });

  it("reports progress that rises to its end", async () => {
    const done: number[] = [];
    let total = 0;
    await client.request(
      "score",
      {model, text: "a b c d e f g\n".repeat(200)},
      {
        onProgress: (progress) => {
          if (progress.stage !== "score") return;
          done.push(progress.done);
          total = progress.total;
        }
      }
    );
    assert.ok(done.length > 3);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b)
    );
    assert.equal(done.at(-1), total);
  });

  it("turns the engine's errors into sentences for people", async () => {
    const missing = {...model, path: path.resolve("no-such-model.gguf")};
    const error = await client.request("count", {model: missing, text: "x"}).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof HumanError);
    assert.equal(error.kind, "modelMissing");
    assert.equal((await client.request("count", {model, text: "x"})).count, 1);
  });

  it("cancels a score at any moment and answers the next request", async () => {
    const text = "x = [1, 2, 3]\n".repeat(3000);
    for (const batches of [0, 1, 3, 8]) {
      const token = new Token();
      let seen = 0;
      const score = client.request(
        "score",
        {model, text},
        {
          token,
          onProgress: () => {
            if (seen++ >= batches) token.cancel();
          }
        }
      );
      await assert.rejects(score, Cancelled);
      assert.ok((await client.request("score", {model, text: "x = 1\n"})).logprobs.length > 0);
    }
  });

  it("stops decoding when a completion is cancelled", async () => {
    const token = new Token();
    const onProgress = ({stage}: Progress) => stage === "complete" && token.cancel();
    await assert.rejects(client.request("complete", endless, {token, onProgress}), Cancelled);
    // Completions run one at a time: this answer comes after the cancelled one has released the KV cache.
    assert.equal((await client.request("complete", {...endless, maxTokens: 2})).ids.length <= 2, true);
  });

  const slow: {[M in EngineMethod]?: EngineRequests[M]["params"]} = {
    describe: {model},
    count: {model, text: "word ".repeat(200_000)},
    tokenize: {model, text: "word ".repeat(200_000)},
    score: {model, text: "word ".repeat(20_000)},
    complete: endless
  };
  for (const method of Object.keys(slow) as (keyof typeof slow)[]) {
    it(`says that the engine died in the middle of ${method}, and starts a new one`, async () => {
      // The engine already runs, so that the fault hits the request.
      await client.request("count", {model, text: "x"});
      const pid = client.processId as number;
      const answer = client.request(method, slow[method] as EngineRequests[typeof method]["params"]);
      const failed = answer.then(
        () => undefined,
        (error: unknown) => error
      );
      process.kill(pid, "SIGKILL");
      const error = await failed;
      assert.ok(error instanceof HumanError, `expected a HumanError, not ${String(error)}`);
      assert.equal(error.kind, "engineDied");
      assert.match(error.message, /^The model's process ended while [a-z ]+: try again, a new one starts by itself\.$/);
      assert.equal((await client.request("count", {model, text: "x"})).count, 1);
      assert.notEqual(client.processId, pid);
    });
  }

  it("fails every request under way when the engine dies, and none twice", async () => {
    await client.request("count", {model, text: "x"});
    const requests = Array.from({length: 20}, () => client.request("count", {model, text: "word ".repeat(50_000)}));
    const settled = Promise.allSettled(requests);
    process.kill(client.processId as number, "SIGKILL");
    for (const outcome of await settled) {
      assert.equal(outcome.status, "rejected");
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof HumanError);
    }
  });

  it("cancels what is under way when its owner restarts it, and starts a new one: that is no crash", async () => {
    await client.request("count", {model, text: "x"});
    const before = client.processId as number;
    const score = client.request("score", {model, text: "word ".repeat(20_000)});
    client.restart();
    await assert.rejects(score, Cancelled);
    await gone(before);
    assert.equal((await client.request("count", {model, text: "x"})).count, 1);
    assert.notEqual(client.processId, before);
    assert.ok(!lines.some(({level}) => level === "warn" || level === "error"));
  });

  it("answers on when many requests are cancelled at once", async () => {
    await client.request("count", {model, text: "x"});
    const token = new Token();
    const large = {model, text: "word ".repeat(400_000)};
    const cancelled = Array.from({length: 50}, () => client.request("count", large, {token}));
    token.cancel();
    for (const outcome of await Promise.allSettled(cancelled)) assert.equal(outcome.status, "rejected");
    assert.equal((await client.request("count", {model, text: "x"})).count, 1);
  });

  it("notices an engine that stands still, and starts a new one", async () => {
    await client.request("count", {model, text: "x"});
    const pid = client.processId as number;
    const deaths: Death[] = [];
    const listening = client.onDidDie((death) => deaths.push(death));
    process.kill(pid, "SIGSTOP");
    const error = await client.request("count", {model, text: "x"}).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof HumanError, String(error));
    assert.equal(error.kind, "engineDied");
    listening.dispose();
    assert.deepEqual(deaths, [{code: null, signal: "SIGKILL", hung: true, unproven: [], guardedOn: null}]);
    assert.ok(!isAlive(pid));
    assert.equal((await client.request("count", {model, text: "x"})).count, 1);
  });

  it("lets an engine compute that answers no message for a long time, but its heartbeat", async () => {
    process.env[harmVariable] = "spin" satisfies Harm;
    const computing = new EngineClient({
      program: path.resolve("out/test/faults/faultyEngine.js"),
      log: silentLog,
      cancelled: () => new Cancelled("cancelled")
    });
    try {
      await computing.request("count", {model, text: "x"});
      const pid = computing.processId as number;
      // From here on its main thread is busy forever.
      process.kill(pid, harmSignal);
      let answered = false;
      computing.request("count", {model, text: "x"}).then(
        () => {
          answered = true;
        },
        () => undefined
      );
      // Longer than a heartbeat may be silent (host/heartbeat.ts).
      await setTimeout(7000);
      assert.deepEqual([computing.processId, isAlive(pid), answered], [pid, true, false]);
    } finally {
      delete process.env[harmVariable];
      computing.dispose();
    }
  });

  it("tells of what a dead engine was asked for and had never answered", async () => {
    const deaths: Death[] = [];
    client.restart();
    const listening = client.onDidDie((death) => deaths.push(death));
    await client.request("count", {model, text: "x"});
    const score = client.request("score", {model, text: "word ".repeat(20_000)});
    const count = client.request("count", {model, text: "word ".repeat(200_000)});
    const settled = Promise.allSettled([score, count]);
    process.kill(client.processId as number, "SIGSEGV");
    await settled;
    listening.dispose();
    assert.deepEqual(deaths, [{code: null, signal: "SIGSEGV", hung: false, unproven: [model], guardedOn: null}]);
  });

  it("has the next engine evaluate in the other way after a crash on a device, until the device is another one", async () => {
    process.env[harmVariable] = `${"abort" satisfies Harm} ${onDevice}`;
    const crashing = new EngineClient({
      program: path.resolve("out/test/faults/faultyEngine.js"),
      log: silentLog,
      cancelled: () => new Cancelled("cancelled")
    });
    const deaths: Death[] = [];
    crashing.onDidDie((death) => deaths.push(death));
    const scored = {model, text: "def add(a, b):\n    return a + b\n"};
    const died = async (asked: Promise<unknown>) => await assert.rejects(asked, {kind: "engineDied"});
    try {
      await died(crashing.request("score", scored));
      // Evaluates in the other way. Its own crash changes nothing, nor does a restart.
      assert.equal((await crashing.request("score", scored)).finished, true);
      const again = crashing.request("score", {...scored, text: "word ".repeat(20_000)});
      process.kill(crashing.processId as number, "SIGSEGV");
      await died(again);
      crashing.restart();
      assert.equal((await crashing.request("score", scored)).finished, true);
      crashing.deviceChanged();
      await died(crashing.request("score", scored));
      assert.deepEqual(
        deaths.map(({signal, guardedOn, unproven}) => ({signal, guardedOn, unproven})),
        [
          {signal: "SIGABRT", guardedOn: "vulkan", unproven: [model]},
          {signal: "SIGSEGV", guardedOn: null, unproven: []},
          {signal: "SIGABRT", guardedOn: "vulkan", unproven: [model]}
        ]
      );
    } finally {
      delete process.env[harmVariable];
      crashing.dispose();
    }
  });

  it("starts no engine by itself after four deaths in a minute, until it is told to", async () => {
    client.restart();
    // A mocked clock, which stands still.
    const clock = mock.method(performance, "now", () => 0);
    try {
      for (let death = 0; death < 4; death++) {
        assert.notEqual(client.state.process, "stopped");
        const asked = client.request("count", {model, text: "x"});
        process.kill(client.processId as number, "SIGKILL");
        await assert.rejects(asked, {kind: "engineDied"});
      }
    } finally {
      clock.mock.restore();
    }
    assert.equal(client.state.process, "stopped");
    const error = await client.request("count", {model, text: "x"}).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof HumanError, String(error));
    assert.equal(error.kind, "engineStopped");
    assert.match(error.message, /has ended 4 times within a minute .* restart the engine, or choose another model\.$/);
    assert.equal(client.processId, undefined);
    client.resetCrashCount();
    assert.equal((await client.request("count", {model, text: "x"})).count, 1);
  });

  it("ends an engine that nothing is asked of, and not one that works", async () => {
    client.restart();
    idleLimit = 300;
    const states: string[] = [];
    const listening = client.onDidChangeState(() => states.push(client.state.process));
    await client.request("count", {model, text: "x"});
    const pid = client.processId as number;
    // This is longer than the limit.
    await client.request("score", {model, text: "word ".repeat(3000)});
    assert.equal(client.processId, pid);
    await gone(pid);
    assert.equal(client.processId, undefined);
    assert.ok(!lines.some(({level, message}) => level === "warn" && message.startsWith("engine process")));
    listening.dispose();
    assert.deepEqual([...new Set(states)], ["starting", "running", "none"]);
  });

  it("tells of its state where that changes, and not at every request", async () => {
    const states = [client.state];
    const listening = client.onDidChangeState(() => states.push(client.state));
    for (let request = 0; request < 5; request++) await client.request("count", {model, text: "x"});
    listening.dispose();
    const repeated = states.filter((state, index) => index > 0 && isDeepStrictEqual(state, states[index - 1]));
    assert.deepEqual(repeated, []);
    assert.ok(states.length > 2, String(states.length));
  });

  it("ends an engine that does nothing but what is asked in passing", async () => {
    idleLimit = 600;
    await client.request("count", {model, text: "x"});
    const pid = client.processId as number;
    let asked = 0;
    for (; client.processId === pid; await setTimeout(50))
      await client.request("count", {model, text: "x"}, {inPassing: true}).then(
        () => asked++,
        () => undefined
      );
    assert.ok(asked > 0);
  });

  it("tells when something is asked of it, and answered", async () => {
    const counts: number[] = [];
    const listening = client.onDidChangeWork(() => counts.push(client.underWay));
    await Promise.all([1, 2].map(() => client.request("count", {model, text: "x"})));
    listening.dispose();
    await client.request("count", {model, text: "x"});
    assert.deepEqual(counts, [1, 2, 1, 0]);
  });

  it("tells how much of a model is loaded", async () => {
    const loads: (number | null)[] = [];
    const listening = client.onDidChangeState(() => loads.push(client.state.loading));
    await client.request("score", {model: {...model, contextSize: 256}, text: "x y"});
    listening.dispose();
    assert.equal(loads.at(-1), null);
    assert.ok(
      loads.some((load) => load !== null && load >= 0 && load < 1),
      JSON.stringify(loads)
    );
  });

  it("ends the engine with its owner", async () => {
    await client.request("count", {model, text: "x"});
    const pid = client.processId as number;
    client.dispose();
    await gone(pid);
    await assert.rejects(client.request("count", {model, text: "x"}), HumanError);
  });

  it("leaves no orphan when its owner is killed while the engine computes", async () => {
    const owner = fork(path.resolve("out/test/engine/fixtures/owner.js"), [program, JSON.stringify(model)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"]
    });
    const [enginePid] = (await once(owner, "message")) as [number];
    assert.ok(isAlive(enginePid));
    owner.kill("SIGKILL");
    await gone(enginePid);
  });
});

/** Waits until the process has ended; mocha's limit is the hang guard. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await setTimeout(20);
}

/** Whether a process runs. A zombie does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, "utf8"));
}
