// Measures the effect of the number of threads on short evaluations, as in completions. Prints the time for 30 single
// tokens, and for a batch of 128, from 1 thread to the number of cores, on an idle machine and with another process
// busy on one core, like an editor.
// usage: node bench/threads.mjs
import {spawn} from "node:child_process";
import {availableParallelism} from "node:os";
import path from "node:path";
import {getLlama} from "node-llama-cpp";

const root = path.join(import.meta.dirname, "..");
const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
const model = await llama.loadModel({modelPath: path.join(root, "media/models/tokenscope-tiny-q8_0.gguf")});
const tokens = model.tokenize("def add(a, b):\n    return a + b\n".repeat(20)).slice(0, 128);
const greedy = {token: true, totalLogitWeight: true, logits: {filter: {tokens: [], includeSelected: true}}};

for (const busy of [false, true]) {
  const other = busy ? spawn(process.execPath, ["-e", "for (;;);"]) : undefined;
  for (let threads = 1; threads <= availableParallelism(); threads++) {
    const context = await model.createContext({contextSize: 512, batchSize: 128, threads});
    const sequence = context.getSequence();
    await sequence.controlledEvaluate(tokens);
    await sequence.clearHistory();
    let started = performance.now();
    await sequence.controlledEvaluate(tokens);
    const batch = performance.now() - started;
    let token = tokens[5];
    started = performance.now();
    for (let i = 0; i < 30; i++)
      token = (await sequence.controlledEvaluate([[token, {generateNext: greedy}]]))[0].next.token;
    const single = performance.now() - started;
    console.log(
      `${busy ? "one core busy" : "idle"}, ${threads} threads of ${availableParallelism()} cores: 128 tokens at once ${batch.toFixed(1)} ms, 30 one by one ${single.toFixed(1)} ms`
    );
    await context.dispose();
  }
  other?.kill("SIGKILL");
}
process.exit(0);
