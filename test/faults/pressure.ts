import {readFileSync} from "node:fs";
import path from "node:path";
import {setImmediate, setTimeout} from "node:timers/promises";
import {ChunkedText} from "../../src/contract/chunkedTransport";
import {HumanError} from "../../src/contract/errors";
import type {ModelRef} from "../../src/contract/models";
import type {Progress} from "../../src/contract/progress";
import {EngineClient} from "../../src/host/engine/engineClient";
import {root} from "../harness/paths";
import {Cancelled, silentLog, Token} from "../harness/withoutVsCode";
import {Delays} from "./delays";
import {median, worst} from "./figures";
import type {Row} from "./row";

export interface PressureSizes {
  /** Number of requests of all kinds. The first tenth warms up. */
  readonly requests: number;
  /** Number of requests cancelled in a row, and of concurrent scores. */
  readonly cancelled: number;
  readonly queued: number;
  /** Size of a long text that is counted, and of another that is scored. */
  readonly megabytes: number;
  readonly tokens: number;
  /** Number of completions, and of requests for alternatives, while that text is scored. */
  readonly completions: number;
  /** Maximum delay of the caller's event loop, and maximum time of a completion (ms). */
  readonly delay: number;
  readonly within: number;
}

export const longSizes: PressureSizes = {
  requests: 10_000,
  cancelled: 1000,
  queued: 1000,
  megabytes: 50,
  tokens: 100_000,
  completions: 20,
  delay: 10,
  within: 3000
};

export const shortSizes: PressureSizes = {
  ...longSizes,
  requests: 300,
  cancelled: 60,
  queued: 110,
  megabytes: 4,
  completions: 3
};

const model: ModelRef = {
  kind: "gguf",
  path: path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"),
  gpu: "off",
  gpuLayers: null,
  threads: 0,
  contextSize: 0,
  kvCache: "f16"
};

/** Maximum growth of memory after the first tenth of the requests, in bytes. The engine keeps scores: 144 bytes a token. */
const maxGrowth = 32e6;

/** Scores that wait at most, behind the one that is computed (engine/requests.ts). */
const maxLineLength = 100;

const delayKey = "worst delay, ms";

type Scenario = (client: EngineClient, sizes: PressureSizes) => Promise<Omit<Row, "part">>;

/** The scenarios, by their names in the table. */
export const scenarios = {longText, cancelledInARow, besideAScore, manyScores, manyRequests} satisfies Record<
  string,
  Scenario
>;

/** Puts the engine and its caller under pressure: long texts and many requests, most of them cancelled. */
export async function pressure(sizes: PressureSizes): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[]) rows.push(await underPressure(name, sizes));
  return rows;
}

/** Runs one scenario with its own engine. */
export async function underPressure(name: keyof typeof scenarios, sizes: PressureSizes): Promise<Row> {
  const client = new EngineClient({
    program: path.join(root, "dist/engine.js"),
    log: silentLog,
    cancelled: () => new Cancelled("cancelled")
  });
  try {
    await client.request("complete", {model, prefix: "a", suffix: "", maxTokens: 1, extent: "line"});
    await client.request("score", {model, text: "a b c"});
    return {part: "pressure", ...(await scenarios[name](client, sizes))};
  } finally {
    client.dispose();
  }
}

/** A long text is counted correctly while other requests are answered, also if it is cancelled. */
async function longText(client: EngineClient, {megabytes, delay}: PressureSizes): ReturnType<Scenario> {
  const words = "lorem ipsum dolor\n";
  const piece = words.repeat(Math.floor((1 << 18) / words.length));
  const count = Math.ceil((megabytes * 1e6) / piece.length);
  const text = new ChunkedText(Array.from({length: count}, () => piece));
  const one = await client.request("count", {model, text: piece});
  const two = await client.request("count", {model, text: piece + piece});
  const delays = new Delays();
  const started = performance.now();
  const counted = client.request("count", {model, text});
  const others: number[] = [];
  let ended = false;
  const result = counted.finally(() => {
    ended = true;
  });
  while (!ended) {
    const other = await timed(() => client.request("count", {model, text: "x"}));
    if (!ended) others.push(other);
    await setTimeout(20);
  }
  const right = (await result).count === one.count + (two.count - one.count) * (count - 1);
  const seconds = (performance.now() - started) / 1000;
  const token = new Token();
  const cancelled = client.request("count", {model, text}, {token}).catch((error: unknown) => error);
  await setTimeout(50);
  token.cancel();
  const left = (await cancelled) instanceof Cancelled;
  const next = await timed(() => client.request("count", {model, text: "x"}));
  const delayed = delays.end();
  return {
    name: `a text of ${megabytes} MB is counted`,
    figures: {
      s: Number(seconds.toFixed(1)),
      "others meanwhile, ms": worst(others),
      "next after cancelling, ms": Math.round(next),
      [delayKey]: Number(delayed.toFixed(1))
    },
    goal: `right, delay under ${delay} ms`,
    reached: right && left && others.length > 0 && delayed < delay
  };
}

/** Cancelled requests end at once, and do not delay the next one. */
async function cancelledInARow(client: EngineClient, {cancelled, within, delay}: PressureSizes): ReturnType<Scenario> {
  const processId = client.processId;
  const text = "x = [1, 2, 3]\n".repeat(500);
  const delays = new Delays();
  let survived = 0;
  for (let at = 0; at < cancelled; at++) {
    const token = new Token();
    const asked =
      at % 2 === 0
        ? client.request("score", {model, text}, {token})
        : client.request("complete", {model, prefix: text, suffix: "", maxTokens: 64, extent: "unlimited"}, {token});
    const failed = asked.then(
      () => undefined,
      (error: unknown) => error
    );
    // Cancels at different moments: before the request is sent, while it waits, or while it is computed.
    if (at % 4 > 1) await setTimeout(at % 8);
    token.cancel();
    if ((await failed) instanceof Cancelled) survived++;
  }
  const next = await timed(() => client.request("score", {model, text: "x = 1\n"}));
  const delayed = delays.end();
  return {
    name: `${cancelled} cancelled requests in a row`,
    figures: {survived, "next good answer, ms": Math.round(next), [delayKey]: Number(delayed.toFixed(1))},
    goal: `all, the next within ${within} ms, delay under ${delay} ms`,
    reached: survived === cancelled && next < within && delayed < delay && client.processId === processId
  };
}

/** While a long text is scored, completions and alternatives run between two batches. */
async function besideAScore(
  client: EngineClient,
  {tokens, completions, within, delay}: PressureSizes
): ReturnType<Scenario> {
  // One token for "x", one for the line end.
  const text = "x\n".repeat(Math.ceil(tokens / 2));
  const small = await client.request("score", {model, text: "def area(radius):\n    return radius * radius\n"});
  const {ids, windowing} = small;
  const stop = new Token();
  const delays = new Delays();
  let scored = 0;
  const score = client.request(
    "score",
    {model, text},
    {
      stop,
      onProgress: (progress) => {
        if (progress.stage === "score") scored = progress.done;
      }
    }
  );
  while (scored === 0) await setTimeout(5);
  const [completing, looking]: [number[], number[]] = [[], []];
  for (let at = 0; at < completions; at++) {
    const prefix = `def circle_${at}(radius):\n    return `;
    completing.push(
      await timed(() => client.request("complete", {model, prefix, suffix: "", maxTokens: 16, extent: "line"}))
    );
    const position = ids.length - 1 - (at % 4);
    looking.push(await timed(() => client.request("alternatives", {model, ids, position, windowing, top: 5})));
    await setTimeout(50);
  }
  stop.cancel();
  const {finished, summary} = await score;
  const delayed = delays.end();
  return {
    name: `completions while ${tokens} tokens are scored`,
    figures: {
      "completion, ms": median(completing),
      "worst, ms": worst(completing),
      "alternatives, ms": median(looking),
      "their worst, ms": worst(looking),
      [delayKey]: Number(delayed.toFixed(1))
    },
    goal: `within ${within} ms each, delay under ${delay} ms`,
    reached:
      !finished && summary.scored > 0 && [...completing, ...looking].every((time) => time < within) && delayed < delay
  };
}

/** One score runs at a time. The others wait in a limited queue, get their position, and can be cancelled. */
async function manyScores(client: EngineClient, {queued, within, delay}: PressureSizes): ReturnType<Scenario> {
  const long = "for i in range(10):\n    print(i)\n".repeat(2000);
  const delays = new Delays();
  const ask = (at: number) => {
    const token = new Token();
    const heard: Progress[] = [];
    // The other scores wait for the first.
    const params = {model, text: at === 0 ? long : `x_${at} = 1\n`};
    const answer = client.request("score", params, {token, onProgress: (progress) => heard.push(progress)});
    return {
      token,
      heard,
      outcome: answer.then(
        () => "answered",
        (error: unknown) => (error instanceof HumanError ? error.kind : error instanceof Cancelled ? "cancelled" : "?")
      )
    };
  };
  const asked: ReturnType<typeof ask>[] = [];
  for (let at = 0; at < queued; at++) {
    asked.push(ask(at));
    // Let other work of this process run.
    await setImmediate();
  }
  const places = (): number[] => asked.flatMap(({heard}) => placeOf(heard) ?? []);
  let over = false;
  void asked[0]?.outcome.then(() => {
    over = true;
  });
  const inLine = Math.min(maxLineLength, queued - 1);
  const tooMany = queued - 1 - inLine;
  // The last requests don't fit into the queue.
  const turnedAway = await Promise.all(asked.slice(queued - tooMany).map(({outcome}) => outcome));
  while (!over && Math.max(...places()) < inLine) await setTimeout(5);
  const before = places();
  // The first in the queue is cancelled, and all behind it move up.
  asked.find(({heard}) => placeOf(heard) === 1)?.token.cancel();
  while (!over && Math.max(...places()) >= Math.max(...before)) await setTimeout(5);
  const moved = Math.max(...places()) < Math.max(...before);
  for (const {token} of asked) {
    token.cancel();
    await setImmediate();
  }
  const all = await Promise.all(asked.map(({outcome}) => outcome));
  const next = await timed(() => client.request("score", {model, text: "x = 1\n"}));
  const delayed = delays.end();
  const refused = all.filter((outcome) => outcome === "busy").length;
  return {
    name: `${queued} scores at once`,
    figures: {
      "in line": before.length,
      refused,
      "next good answer, ms": Math.round(next),
      [delayKey]: Number(delayed.toFixed(1))
    },
    goal: `${maxLineLength} at most in line, who know their place, the next within ${within} ms, delay under ${delay} ms`,
    reached:
      before.length === inLine &&
      moved &&
      all.every((outcome) => outcome === "cancelled" || outcome === "busy" || outcome === "answered") &&
      refused === tooMany &&
      turnedAway.every((outcome) => outcome === "busy") &&
      next < within &&
      delayed < delay
  };
}

/** The memory of the engine and of its caller does not grow after the first tenth of the requests. */
async function manyRequests(client: EngineClient, {requests, delay}: PressureSizes): ReturnType<Scenario> {
  const memory = (): {engine: number; host: number} => {
    globalThis.gc?.();
    const {heapUsed, arrayBuffers} = process.memoryUsage();
    return {engine: anonymous(client.processId), host: heapUsed + arrayBuffers};
  };
  const token = new Token();
  let warm = memory();
  let delayed = 0;
  let delays = new Delays();
  for (let at = 0; at < requests; at++) {
    if (at === Math.floor(requests / 10)) {
      delayed = delays.end();
      await setTimeout(200);
      warm = memory();
      delays = new Delays();
    }
    const text = `value_${at} = compute(${at}, "${"word ".repeat(at % 50)}")\n`;
    if (at % 10 < 6) await client.request("count", {model, text}, {token});
    else if (at % 10 < 8) await client.request("tokenize", {model, text}, {token});
    else if (at % 10 < 9) await client.request("score", {model, text}, {token});
    else await client.request("complete", {model, prefix: text, suffix: "", maxTokens: 2, extent: "line"}, {token});
  }
  delayed = Math.max(delayed, delays.end());
  await setTimeout(200);
  const end = memory();
  const [engine, host] = [end.engine - warm.engine, end.host - warm.host];
  return {
    name: `${requests} requests`,
    figures: {
      "engine's growth, MB": Number((engine / 1e6).toFixed(1)),
      "host's, MB": Number((host / 1e6).toFixed(1)),
      [delayKey]: Number(delayed.toFixed(1))
    },
    goal: `no more than ${maxGrowth / 1e6} MB each after the first tenth, delay under ${delay} ms`,
    reached: engine < maxGrowth && host < maxGrowth && delayed < delay
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Bytes of a process's memory that are not mapped from files; 0 if the system doesn't tell (all but Linux). */
function anonymous(processId: number | undefined): number {
  try {
    const rollup = readFileSync(`/proc/${processId}/smaps_rollup`, "utf8");
    return Number(/^Anonymous:\s*(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The last reported queue position of a waiting request. */
function placeOf(heard: readonly Progress[]): number | undefined {
  const last = heard.at(-1);
  return last?.stage === "wait" ? last.place : undefined;
}
