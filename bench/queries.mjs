// Measures the cost of scores from llama.cpp through node-llama-cpp: milliseconds per token for a batch with all its
// logits, and for each kind of query. The results decide how src/engine/llama/scorer.ts asks.
// usage: node bench/queries.mjs [MODEL.gguf] [THREADS]
import path from "node:path";
import {getLlama} from "node-llama-cpp";
import {demonstrationModel} from "./engine.mjs";

const [file = demonstrationModel, threads = "1"] = process.argv.slice(2);
/** The queries. Each gets the next token of the text. */
const queries = {
  "the greedy token": () => ({token: true}),
  "Σ exp(logit - max)": () => ({totalLogitWeight: true}),
  "Σ, the token's logit, the greatest": (token) => ({
    totalLogitWeight: true,
    logits: {filter: {tokens: [token], includeSelected: true}}
  }),
  "Σ, the token's logit, the 10 best": (token) => ({
    totalLogitWeight: true,
    logits: {filter: {tokens: [token], includeTop: 10}}
  }),
  "the 40 best (topK)": () => ({logits: true, options: {temperature: 1, topK: 40}}),
  "Σ at another temperature": () => ({totalLogitWeight: true, options: {temperature: 1.1, topK: 0, topP: 1}}),
  "all logits": () => ({logits: true})
};

const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
const model = await llama.loadModel({modelPath: path.resolve(file)});
const context = await model.createContext({contextSize: 600, batchSize: 128, threads: Number(threads)});
const sequence = context.getSequence();
const ids = model.tokenize("def add(a, b):\n    return a + b # the sum of both\n\n".repeat(60)).slice(0, 513);
console.log(`${path.basename(file)}, ${threads} threads, batches of 128; milliseconds a token`);
for (const [name, query] of Object.entries(queries)) {
  // All logits of a large vocabulary are slow, so a few positions must do.
  const count = name === "all logits" ? 128 : 512;
  const runs = [];
  for (let run = 0; run < 3; run++) {
    await sequence.clearHistory();
    let evaluating = 0;
    const started = performance.now();
    for (let from = 0; from < count; from += 128) {
      const began = performance.now();
      let evaluated;
      await sequence.controlledEvaluate(
        ids.slice(from, from + 128).map((id, i) => [id, {generateNext: query(ids[from + i + 1])}]),
        {
          onTokenResult(_, {next}) {
            evaluated ??= performance.now();
            next.logits?.clear();
          }
        }
      );
      evaluating += evaluated - began;
    }
    const all = performance.now() - started;
    runs.push({all: all / count, evaluating: evaluating / count});
  }
  const {all, evaluating} = runs.sort((a, b) => a.all - b.all)[1];
  console.log(
    `  ${name.padEnd(36)} ${all.toFixed(3).padStart(8)}  of it evaluating ${evaluating.toFixed(3)}, asking ${(all - evaluating).toFixed(3)}`
  );
}
process.exit(0);
