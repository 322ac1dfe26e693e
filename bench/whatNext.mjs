// Measures what is asked about the next token, from outside the engine process: the distribution at the cursor while it moves, with other
// samplers, and between completions; samples, by tokens a second; and how long a completion takes while samples are drawn, or scores made.
// usage: node esbuild.mjs --production && node bench/whatNext.mjs [MODEL.gguf] [THREADS]
import {readFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {CancellationTokenSource} from "vscode-jsonrpc/node";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";

const [file = demonstrationModel, threads = "0"] = process.argv.slice(2);
const model = modelSpec(path.resolve(file), {threads: Number(threads)});
const text = readFileSync(path.join(root, "bench/corpus.mjs"), "utf8");
const off = {
  order: ["penalties", "dry", "topK", "typicalP", "topP", "minP", "xtc", "temperature"],
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  typicalP: 1,
  xtc: {probability: 0, threshold: 0.1},
  penalties: {lastTokens: 64, repeat: 1, frequency: 0, presence: 0},
  dry: {multiplier: 0, base: 1.75, allowedLength: 2, lastTokens: -1, breakers: ["\n", ":", '"', "*"]}
};
const all = {...off, temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, dry: {...off.dry, multiplier: 0.8}};
const end = 2500;
/** At `at`, where one has written since `from`. */
const cursor = (at, from = at) => ({
  kind: "cursor",
  prefix: text.slice(0, at),
  suffix: text.slice(from, from + 300),
  maxTokens: 8
});

/** Times work, each time after what comes before it. */
async function timed(name, count, work, before = () => undefined) {
  const times = [];
  for (let i = 0; i < count; i++) {
    await before(i);
    const started = performance.now();
    await work(i);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const [median, most] = [times[Math.floor(count / 2)], times.at(-1)].map((time) => time.toFixed(1).padStart(8));
  console.log(`  ${name.padEnd(62)} median ${median} ms, at most ${most} ms`);
}

const engine = startEngine();
const next = (prompt, samplers = off, others = {}) =>
  engine.request("next", {model, prompt, samplers, top: 200, ...others});
const complete = (at, from) =>
  engine.request("complete", {model, ...cursor(at, from), maxTokens: 8, extent: "unlimited"});
const {promptTokens} = await next(cursor(end));
console.log(`${path.basename(file)}, a prompt of ${promptTokens} tokens`);
await timed("next: a new text", 10, (i) => next({...cursor(end), prefix: text.slice(50 * (i + 1), end)}));
await next(cursor(end));
await timed("next: a character is written", 40, (i) => next(cursor(end + i, end)));
await timed("next: the cursor moves by a character", 40, (i) => next(cursor(end + i)));
await timed("next: other samplers", 40, (i) => next(cursor(end + 39), {...all, temperature: 0.5 + i / 50}));
await timed("next: other samplers and 10,000 draws", 10, (i) =>
  next(cursor(end + 39), all, {draws: {count: 10_000, seed: i}})
);
await timed(
  "next: after a completion, while one types",
  20,
  (i) => next(cursor(end + i, end)),
  (i) => complete(end + i, end)
);
await timed("complete: a key, alone", 20, (i) => complete(end + 100 + i, end + 100));
for (const [name, params] of [
  ["16 samples of 32 tokens", {count: 16, maxTokens: 32}],
  ["1 sample of 64 tokens", {count: 1, maxTokens: 64}]
]) {
  const started = performance.now();
  const asked = {model, prompt: cursor(end), samplers: off, seed: 1, extent: "unlimited", ...params};
  const {samples} = await engine.request("sample", asked);
  const tokens = samples.reduce((sum, {ids}) => sum + ids.length, 0);
  const took = performance.now() - started;
  console.log(`  sample: ${name}: ${took.toFixed(0)} ms, ${((1000 * tokens) / took).toFixed(0)} tokens a second`);
}
for (const method of ["sample", "next"]) {
  const source = new CancellationTokenSource();
  let isOver = false;
  const asked = {model, samplers: off, count: 1000, maxTokens: 64, seed: 1, extent: "unlimited", top: 200};
  const background = (async () => {
    for (let i = 0; !isOver; i++) {
      const prompt = {kind: "text", text: `${i}\n${text.slice(0, end)}`};
      await engine.request(method, {...asked, prompt}, {token: source.token}).catch(() => undefined);
    }
  })();
  await timed(
    `complete: a key, while ${method} computes`,
    20,
    (i) => complete(end + 100 + i, end + 100),
    () => setTimeout(50)
  );
  isOver = true;
  source.cancel();
  await background;
}
engine.stop();
process.exit(0);
