// Measures the memory for scoring a long text, of the engine and of the caller (in VS Code, the extension host).
// Compares the peaks with the memory after loading the model and scoring a short text. The engine maps the model file,
// so its own memory is shown beside the total.
// usage: node esbuild.mjs --production && node --expose-gc bench/memory.mjs [MODEL.gguf] [TOKENS] [THREADS]
import path from "node:path";
import {demonstrationModel, memoryOf, modelSpec, startEngine} from "./engine.mjs";

const [file = demonstrationModel, tokens = "100000", threads = "0"] = process.argv.slice(2);
const engine = startEngine();
const model = modelSpec(path.resolve(file), {threads: Number(threads)});
await engine.request("score", {model, text: "A short text, to load the model."});
global.gc?.();
const [engineBefore, hostBefore] = [memoryOf(engine.pid), memoryOf(process.pid)];
// A word has about two tokens.
const words = Array.from({length: Number(tokens)}, (_, i) => `w${i % 7919}`);
let text = "";
for (let count = 0, from = 0; count < Number(tokens); ) {
  const piece = `${words.slice(from, from + 1000).join(" ")}\n`;
  from += 1000;
  count += (await engine.request("count", {model, text: piece})).count;
  text += piece;
}
let [engineMost, hostMost] = [0, 0];
const watching = setInterval(() => {
  engineMost = Math.max(engineMost, memoryOf(engine.pid).own);
  hostMost = Math.max(hostMost, memoryOf(process.pid).own);
}, 250);
const started = performance.now();
const scores = await engine.request("score", {model, text});
const seconds = (performance.now() - started) / 1000;
clearInterval(watching);
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
console.log(
  `${path.basename(file)}: ${scores.ids.length} tokens, window ${scores.windowing.window}, in ${seconds.toFixed(0)} s (${(scores.ids.length / seconds).toFixed(0)} tokens/s)`
);
for (const [name, before, most, after] of [
  ["engine", engineBefore, engineMost, memoryOf(engine.pid)],
  ["asking process", hostBefore, hostMost, memoryOf(process.pid)]
])
  console.log(
    `  ${name}: ${megabytes(before.own)} before (${megabytes(before.now)} with mapped files), at most ${megabytes(most)}, grown by ${megabytes(most - before.own)}, ${megabytes(after.own)} after`
  );
engine.stop();
