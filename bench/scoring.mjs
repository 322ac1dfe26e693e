// Compares the speed of scoring with llama-perplexity on the same file, model and threads, in turns: tokens per second, and CPU time
// per token. Only ratios count, because the machine may be busy.
// usage: node esbuild.mjs --production && node bench/scoring.mjs [--runs N] [--threads 1,2] [--evaluator node-llama-cpp]
//   [MODEL.gguf CHUNKS]...
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
  options: {
    runs: {type: "string", default: "3"},
    threads: {type: "string", default: "1"},
    evaluator: {type: "string", default: ""}
  }
});
process.env.TOKENSCOPE_EVALUATOR = values.evaluator;
const runs = Number(values.runs);
const models = positionals.length > 0 ? positionals : [demonstrationModel, "96"];
/** Linux's, on all usual machines. */
const ticksPerSecond = 100;
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
  const loaded = await llama.loadModel({modelPath: file, vocabOnly: true, gpuLayers: 0});
  const text = textOf(loaded, chunks * 512 + 1);
  const textFile = path.join(folder, "text.txt");
  writeFileSync(textFile, text);
  for (const threads of values.threads.split(",").map(Number)) {
    const rows = {
      "llama-perplexity, chunks of 512, half of each scored": [],
      "Tokenscope, the same chunks, full detail": [],
      "Tokenscope, the same chunks, sums only": [],
      "Tokenscope, document: every token, strided windows of 1024": []
    };
    const [peer, detail, sums, document] = Object.values(rows);
    const difference = [];
    for (let run = 0; run < runs; run++) {
      const cpuBefore = childrenCpu();
      const found = perplexityOf({model: file, text: textFile, threads});
      const tokens = found.chunks * 512;
      // Loading is in it.
      peer.push({speed: tokens / found.seconds, cpu: (childrenCpu() - cpuBefore) / tokens});
      const engine = startEngine();
      const model = modelSpec(file, {threads, contextSize: 1024});
      const score = async (asked, count, more) => {
        const [cpu, started] = [cpuOf(engine.pid), performance.now()];
        const scores = await engine.request("score", {model, text: asked, ...more});
        const seconds = (performance.now() - started) / 1000;
        const scored = count ?? scores.summary.scored;
        return {scores, figures: {speed: scored / seconds, cpu: (cpuOf(engine.pid) - cpu) / scored}};
      };
      // By then the weights are loaded, and the KV cache exists.
      await score("warm ".repeat(1100), 1, {window: 1024});
      const same = await score(text, tokens, {mode: "llama-perplexity"});
      detail.push(same.figures);
      difference.push(Math.abs(same.scores.summary.perplexity / found.perplexity - 1));
      // Another text, because scores are kept.
      sums.push((await score(`1 ${text}`, tokens, {mode: "llama-perplexity", top: 0})).figures);
      document.push((await score(text)).figures);
      engine.stop();
    }
    const vocabulary = loaded.fileInfo.metadata.tokenizer.ggml.tokens.length;
    console.log(
      `\n${path.basename(file)}, ${vocabulary} tokens in its vocabulary, ${chunks} chunks, ${threads} threads`
    );
    const base = figuresOf(peer);
    for (const [name, all] of Object.entries(rows)) {
      const {speed, cpu} = figuresOf(all);
      const ratio = all === peer ? "" : `  (${(speed / base.speed).toFixed(2)})`;
      console.log(
        `  ${name.padEnd(60)} ${speed.toFixed(1).padStart(9)}${ratio}  ${(cpu * 1000).toFixed(3)} ms CPU a token`
      );
    }
    console.log(`    perplexity differs by a factor of at most 1 ± ${Math.max(...difference).toExponential(1)}`);
  }
  await loaded.dispose();
}

function figuresOf(all) {
  return {speed: median(all.map(({speed}) => speed)), cpu: median(all.map(({cpu}) => cpu))};
}

/** CPU seconds of the child processes that have ended. */
function childrenCpu() {
  return ticksOf("/proc/self/stat", 13) / ticksPerSecond;
}

/** CPU seconds of a process. */
function cpuOf(pid) {
  return ticksOf(`/proc/${pid}/stat`, 11) / ticksPerSecond;
}

/** Two fields of proc(5)'s stat from the one that stands `at` places behind the program's name. */
function ticksOf(stat, at) {
  const fields = readFileSync(stat, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[at]) + Number(fields[at + 1]);
}

/** A text of about this many tokens. */
function textOf(model, count) {
  let text = "";
  for (let i = 0; model.tokenize(text).length < count; i++) text += `${i}\n${pieces[i % pieces.length]}`;
  return model.detokenize(model.tokenize(text).slice(0, count));
}

function median(all) {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
