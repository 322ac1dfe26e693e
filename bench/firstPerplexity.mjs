// Measures the time to the first perplexity with the demonstration model: from the request to the answer, with the
// start of the engine. Each run forks a new engine process, like the extension host.
// usage: node esbuild.mjs --production && node bench/firstPerplexity.mjs [RUNS]
import {readFileSync} from "node:fs";
import path from "node:path";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";

const runs = Number(process.argv[2] ?? 10);
const model = {...modelSpec(demonstrationModel), gpu: "auto"};
const text = readFileSync(path.join(root, "sample/retry.py"), "utf8");

const first = [];
const second = [];
let tokens = 0;
for (let run = 0; run < runs; run++) {
  const started = performance.now();
  const engine = startEngine();
  const scores = await engine.request("score", {model, text});
  first.push(performance.now() - started);
  tokens = scores.ids.length;
  const again = performance.now();
  // Another text, because the engine caches scores.
  await engine.request("score", {model, text: `#${text}`});
  second.push(performance.now() - again);
  engine.stop();
}
console.log(`${runs} runs, sample/retry.py, ${tokens} tokens, milliseconds (minimum, median, maximum):`);
console.log(`  first perplexity, engine not running: ${spread(first)}`);
console.log(`  another text, engine running:         ${spread(second)}`);

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((value) => value.toFixed(0)).join(", ");
}
