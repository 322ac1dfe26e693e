// Compares the speed of scoring in tokens per second with llama-perplexity on the same file, model and threads, in
// turns, and with evaluation alone. Only ratios count, because the machine may be busy.
// usage: node esbuild.mjs --production && node bench/scoring.mjs [--runs N] [--threads 1,2] [MODEL.gguf CHUNKS]...
// Without models: the demonstration model with 96 chunks. bench/random-model.py makes a model of 0.5B random weights with a
// vocabulary of 151,936 tokens; its 6 chunks take some minutes.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {availableParallelism, tmpdir} from "node:os";
import path from "node:path";
import {parseArgs} from "node:util";
import {getLlama} from "node-llama-cpp";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";
import {perplexityOf} from "./peer.mjs";

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {runs: {type: "string", default: "3"}, threads: {type: "string", default: "1"}}
});
const runs = Number(values.runs);
const models = positionals.length > 0 ? positionals : [demonstrationModel, "96"];
const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
/** Real text: this project's documents and code, repeated, with a number in front of each. */
const pieces = [
  "README.md",
  "docs/decisions/completion.md",
  "src/host/engine/engineClient.ts",
  "test/engine/scorer.test.ts"
].map((file) => readFileSync(path.join(root, file), "utf8"));

console.log(
  `${availableParallelism()} cores, ${runs} runs, medians; tokens per second (in brackets: against the peer)`
);
for (let i = 0; i < models.length; i += 2) await measure(path.resolve(models[i]), Number(models[i + 1]));
rmSync(folder, {recursive: true});
process.exit(0);

async function measure(file, chunks) {
  const loaded = await llama.loadModel({modelPath: file});
  const {text, ids} = textOf(loaded, chunks * 512 + 1);
  const textFile = path.join(folder, "text.txt");
  writeFileSync(textFile, text);
  // Full detail of a large vocabulary is slow, so a part of the text must do.
  const part = textOf(loaded, Math.min(ids.length, 512)).text;
  for (const threads of values.threads.split(",").map(Number)) {
    const seen = {peer: [], same: [], document: [], bound: [], prefill: [], partial: [], detail: []};
    const difference = [];
    for (let run = 0; run < runs; run++) {
      const peer = perplexityOf({model: file, text: textFile, threads});
      seen.peer.push((peer.chunks * 512) / peer.seconds);
      const engine = startEngine();
      const model = modelSpec(file, {threads, contextSize: 1024});
      const score = async (asked, more) => {
        const started = performance.now();
        const scores = await engine.request("score", {model, text: asked, ...more});
        return {scores, seconds: (performance.now() - started) / 1000};
      };
      // By then the weights are loaded, and both KV caches exist.
      await score("warm ".repeat(1100), {window: 512});
      const same = await score(text, {mode: "llama-perplexity"});
      seen.same.push((peer.chunks * 512) / same.seconds);
      difference.push(Math.abs(same.scores.summary.perplexity / peer.perplexity - 1));
      const whole = await score(text);
      seen.document.push(whole.scores.summary.scored / whole.seconds);
      const plain = await score(`1 ${part}`);
      seen.partial.push(plain.scores.ids.length / plain.seconds);
      const detail = await score(`2 ${part}`, {top: 10});
      seen.detail.push(detail.scores.ids.length / detail.seconds);
      engine.stop();
      const {bound, prefill} = await evaluating(loaded, ids, threads);
      seen.bound.push(bound);
      seen.prefill.push(prefill);
    }
    const vocabulary = loaded.fileInfo.metadata.tokenizer.ggml.tokens.length;
    const speed = Object.fromEntries(Object.entries(seen).map(([name, all]) => [name, median(all)]));
    const row = (name, value, of) =>
      console.log(`  ${name.padEnd(62)} ${value.toFixed(1).padStart(9)}${of ? `  (${(value / of).toFixed(2)})` : ""}`);
    console.log(
      `\n${path.basename(file)}, ${vocabulary} tokens in its vocabulary, ${chunks} chunks, ${threads} threads`
    );
    row("llama-perplexity, chunks of 512, half of each scored", speed.peer);
    row("Tokenscope, the same chunks", speed.same, speed.peer);
    console.log(`    perplexity differs by a factor of at most 1 ± ${Math.max(...difference).toExponential(1)}`);
    row("evaluating alone, no output", speed.prefill);
    row("evaluating alone, output for every token", speed.bound);
    row("Tokenscope, document: every token, strided windows of 1024", speed.document);
    row("Tokenscope, one window, every token (against evaluating)", speed.partial, speed.bound);
    row("Tokenscope, one window, full detail (against without)", speed.detail, speed.partial);
  }
  await loaded.dispose();
}

/** A text of about this many tokens. */
function textOf(model, count) {
  let text = "";
  for (let i = 0; model.tokenize(text).length < count; i++) text += `${i}\n${pieces[i % pieces.length]}`;
  const ids = model.tokenize(text).slice(0, count);
  return {text: model.detokenize(ids), ids};
}

/** Tokens per second of batches with no or all logits, of which nothing is read. */
async function evaluating(model, ids, threads) {
  const size = model.fileInfo.metadata.tokenizer.ggml.tokens.length <= 1 << 16 ? 128 : 64;
  const context = await model.createContext({contextSize: 514, batchSize: size, threads});
  const sequence = context.getSequence();
  const speed = {};
  for (const [name, wanted] of [
    ["prefill", undefined],
    ["bound", {generateNext: {token: true}}]
  ]) {
    let milliseconds = 0;
    let tokens = 0;
    for (let at = 0; at + 512 <= Math.min(ids.length, 2048); at += 512) {
      await sequence.clearHistory();
      for (let from = at; from < at + 512; from += size) {
        const batch = ids.slice(from, from + size);
        const started = performance.now();
        let evaluated;
        await sequence.controlledEvaluate(wanted ? batch.map((token) => [token, wanted]) : batch, {
          // All logits are computed once the first token's answer is there.
          onTokenResult: () => {
            evaluated ??= performance.now();
          }
        });
        milliseconds += (evaluated ?? performance.now()) - started;
        tokens += batch.length;
      }
    }
    speed[name] = (tokens / milliseconds) * 1000;
  }
  await context.dispose();
  return speed;
}

function median(all) {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
