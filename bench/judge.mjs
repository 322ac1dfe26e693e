// Gets logprobs from llama.cpp itself in a separate process, each text evaluated alone in an empty context. Shares no
// arithmetic with the engine.
// usage: import {startJudge} from "./judge.mjs"; or node bench/judge.mjs MODEL.gguf [TOKENS], which prints how far llama.cpp's
// roundings are apart in batches of some sizes (one thread)
import {fork} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";

const program = import.meta.filename;

/**
 * Batches of at least this many tokens give the same bits. Smaller ones differ, because llama.cpp has two kernels for
 * attention.
 */
const minBatch = 64;

/**
 * `logprobs(ids, bos)` resolves with the logprobs of `ids`; NaN for a token without context. All batches have `batch`
 * tokens; by default none is small if there are enough tokens.
 */
export function startJudge(file) {
  const child = fork(program, [file], {serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"]});
  return {
    logprobs(ids, bos, batch) {
      return new Promise((resolve, reject) => {
        const died = (code, signal) => reject(new Error(`llama.cpp itself died (${code ?? signal})`));
        child.once("exit", died);
        child.once("message", ({logprobs, problem}) => {
          child.off("exit", died);
          if (problem === undefined) resolve(logprobs);
          else reject(new Error(`llama.cpp itself: ${problem}`));
        });
        child.send({ids, bos, batch});
      });
    },
    stop: () => child.kill("SIGKILL")
  };
}

async function open(file) {
  const {getLlama} = await import("node-llama-cpp");
  const llama = await getLlama({gpu: false, logLevel: "error", build: "never", maxThreads: 1});
  return await llama.loadModel({modelPath: file});
}

async function logprobsOf(model, {ids, bos, batch}) {
  const input = bos ? [model.tokens.bos, ...ids] : [...ids];
  const batches = Math.max(1, Math.floor(input.length / minBatch));
  const ends = Array.from({length: batches}, (_, i) => Math.floor(((i + 1) * input.length) / batches));
  const predicted = bos ? 0 : 1;
  const logprobs = new Float64Array(ids.length).fill(Number.NaN);
  const context = await model.createContext({contextSize: input.length + 1, batchSize: 2 * minBatch, threads: 1});
  try {
    const sequence = context.getSequence();
    for (let at = 0; at < input.length; ) {
      const end = batch === undefined ? ends.find((end) => end > at) : at + batch;
      const tokens = input.slice(at, end);
      const target = (i) => ids[at + i + predicted];
      const outputs = await sequence.controlledEvaluate(
        tokens.map((token, i) =>
          target(i) === undefined
            ? token
            : [
                token,
                {generateNext: {totalLogitWeight: true, logits: {filter: {tokens: [target(i)], includeSelected: true}}}}
              ]
        )
      );
      for (const i of tokens.keys()) {
        if (target(i) === undefined) continue;
        const {logits, totalLogitWeight} = outputs[i].next;
        logprobs[at + i + predicted] =
          logits.get(target(i)) - Math.max(...logits.values()) - Math.log(totalLogitWeight);
      }
      at += tokens.length;
    }
  } finally {
    await context.dispose();
  }
  return logprobs;
}

async function answer(file) {
  const model = open(file);
  process.on("disconnect", () => process.exit());
  process.on("message", async (asked) => {
    try {
      process.send({logprobs: await logprobsOf(await model, asked)});
    } catch (error) {
      process.send({problem: String(error)});
    }
  });
}

async function roundings(file, count) {
  const model = await open(file);
  const folder = path.join(path.dirname(program), "../test/fixtures/llamaPerplexity");
  const text = ["prose", "code"].map((name) => readFileSync(path.join(folder, `${name}.txt`), "utf8")).join("\n");
  const ids = model.tokenize(text).slice(0, count);
  const bos = model.tokens.shouldPrependBosToken;
  const at = async (batch) => await logprobsOf(model, {ids, bos, batch});
  const whole = await at(undefined);
  console.log(
    `${path.basename(file)}, ${ids.length} tokens, against batches of ${minBatch} and more: greatest, 99 in 100, median`
  );
  for (const batch of [128, 63, 32, 2, 1]) {
    const found = (await at(batch))
      .map((logprob, i) => Math.abs(logprob - whole[i]))
      .filter((difference) => !Number.isNaN(difference))
      .sort();
    const quantile = (share) => found[Math.floor((found.length - 1) * share)].toExponential(1);
    console.log(`  batches of ${batch}: ${quantile(1)}, ${quantile(0.99)}, ${quantile(0.5)}`);
  }
}

if (process.argv[1] === program) {
  const [file, count = "512"] = process.argv.slice(2);
  if (process.send !== undefined) await answer(file);
  else {
    await roundings(path.resolve(file), Number(count));
    process.exit();
  }
}
