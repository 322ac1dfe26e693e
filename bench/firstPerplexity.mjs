// How long a person waits for the first perplexity with the demonstration model: from the request to an engine that does
// not run yet, to its answer. Each run forks a new engine process, as the extension host does.
// usage: node esbuild.mjs --production && node bench/firstPerplexity.mjs [RUNS]
import {fork} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";
import {createMessageConnection, IPCMessageReader, IPCMessageWriter} from "vscode-jsonrpc/node";

const root = path.join(import.meta.dirname, "..");
const runs = Number(process.argv[2] ?? 10);
const model = {
  path: path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"),
  gpu: "auto",
  threads: 0,
  contextSize: 0
};
const text = readFileSync(path.join(root, "sample/retry.py"), "utf8");

const first = [];
const second = [];
let tokens = 0;
for (let run = 0; run < runs; run++) {
  const started = performance.now();
  const engine = fork(path.join(root, "dist/engine.js"), [], {serialization: "advanced", execArgv: []});
  const connection = createMessageConnection(new IPCMessageReader(engine), new IPCMessageWriter(engine));
  connection.listen();
  const scores = await connection.sendRequest("score", {request: 1, params: {model, text}});
  first.push(performance.now() - started);
  tokens = scores.ids.length;
  const again = performance.now();
  await connection.sendRequest("score", {request: 2, params: {model, text}});
  second.push(performance.now() - again);
  connection.dispose();
  engine.kill("SIGKILL");
}
console.log(`${runs} runs, sample/retry.py, ${tokens} tokens, milliseconds (minimum, median, maximum):`);
console.log(`  first perplexity, engine not running: ${spread(first)}`);
console.log(`  the same again, engine running:       ${spread(second)}`);

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((value) => value.toFixed(0)).join(", ");
}
