// How much a token's logprob depends on the batch in which it was evaluated, on the CPU: the greatest difference of a
// token's logprob, in nats, or "equal" where all logits of all tokens are the same to the last bit.
// usage: node bench/batches.mjs [--tokens 256] [--windows 2] [--cpu haswell,x64] MODEL.gguf...
// --cpu compares with other builds of ggml's CPU back end (libggml-cpu-NAME), which this processor must be able to run. Learned
// positions (GPT-2) must reach 512 tokens beyond a window.
import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {readdirSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";
import {parseArgs} from "node:util";
import esbuild from "esbuild";
import koffi from "koffi";

const root = path.join(import.meta.dirname, "..");
const {values, positionals: models} = parseArgs({
  allowPositionals: true,
  options: {
    tokens: {type: "string", default: "256"},
    windows: {type: "string", default: "2"},
    cpu: {type: "string", default: ""},
    // Of this program's own children: print the scores with one back end, as JSON.
    backend: {type: "string"}
  }
});
/** A batch that is computed by the kernel for many tokens. */
const full = 64;
const windowSize = Number(values.tokens);
// Otherwise the last batch of what all is compared with would be a small one.
if (windowSize % full !== 0) throw new Error(`--tokens: a multiple of ${full}`);
const llama = await openLlama(values.backend);

if (values.backend !== undefined) {
  console.log(JSON.stringify(scoresOf(open(models[0]))));
} else {
  const columns = models.map(column);
  const rows = columns[0]?.map(([label]) => label) ?? [];
  console.log(`| | ${models.map((file) => path.basename(file, ".gguf")).join(" | ")} |`);
  console.log(`| --- |${" --- |".repeat(models.length)}`);
  rows.forEach((label, i) => {
    console.log(`| ${label} | ${columns.map((one) => one[i]?.[1]).join(" | ")} |`);
  });
}

/** libllama through the product's own binding; node-llama-cpp is not needed, so that the back end can be chosen. */
async function openLlama(backend) {
  const outfile = path.join(root, "out/bench/libllama.cjs");
  const entryPoints = [path.join(root, "src/engine/llama/evaluator/libllama.ts")];
  await esbuild.build({entryPoints, outfile, bundle: true, platform: "node", format: "cjs", external: ["koffi"]});
  const {openLibllama, addressOf} = createRequire(import.meta.url)(outfile);
  const {getBinsDir} = await import(`@node-llama-cpp/linux-${process.arch}`);
  const folder = path.join(getBinsDir().binsDir, `linux-${process.arch}`);
  const named = (pattern) => readdirSync(folder).find((file) => pattern.test(file));
  const files = {folder, llama: named(/^libllama\./), ggml: named(/^libggml\./), base: named(/^libggml-base\./)};
  const lib = koffi.load(path.join(folder, files.llama));
  // Silent: llama_max_devices takes nothing and returns a number, so it is a callback that does nothing.
  lib.func("llama_log_set", "void", ["void *", "void *"])(lib.symbol("llama_max_devices"), null);
  const ggml = koffi.load(path.join(folder, files.ggml));
  if (backend === undefined) ggml.func("ggml_backend_load_all_from_path", "void", ["str"])(folder);
  else ggml.func("ggml_backend_load", "void *", ["str"])(path.join(folder, `libggml-cpu-${backend}.so`));
  return {
    ...openLibllama(files),
    addressOf,
    bos: lib.func("llama_vocab_bos", "int32_t", ["void *"]),
    addsBos: lib.func("llama_vocab_get_add_bos", "bool", ["void *"]),
    tokenize: lib.func("llama_tokenize", "int32_t", [
      "void *",
      "void *",
      "int32_t",
      "void *",
      "int32_t",
      "bool",
      "bool"
    ])
  };
}

/** A model and the windows of the text; `repacked`: weights may be held in the order that the CPU's kernels like. */
function open(file, {repacked = true} = {}) {
  const params = {...llama.modelDefaults(), n_gpu_layers: 0, use_extra_bufts: repacked};
  const model = llama.loadModel(file, params);
  if (model === null) throw new Error(`${file}: not loaded`);
  const vocabulary = llama.vocabulary(model);
  const text = ["prose", "python", "typescript", "unicode", "buggy"].map(
    (name) => `test/fixtures/reference/${name}.txt`
  );
  const bytes = Buffer.concat([...text, "README.md"].map((name) => readFileSync(path.join(root, name))));
  const ids = new Int32Array(bytes.length);
  const count = llama.tokenize(vocabulary, bytes, bytes.length, ids, ids.length, false, false);
  const windows = [];
  for (let at = 0; at + windowSize < count && windows.length < Number(values.windows); at += windowSize) {
    const window = ids.slice(at, at + windowSize + 1);
    if (llama.addsBos(vocabulary)) window[0] = llama.bos(vocabulary);
    windows.push(window);
  }
  return {model, size: llama.vocabularySize(vocabulary), windows};
}

/**
 * Scores the windows in batches of `batch` tokens, the first of `first`; each is filled up to `fill` tokens, and what filled it is
 * taken back. `outputs`: the predictions that are asked for of a batch of n tokens, counted from its end. Returns
 * [logprob, digest of all logits] by token.
 */
function scoresOf({model, size, windows}, {batch = full, first = batch, fill = 0, outputs = (n) => n, ...params} = {}) {
  const most = Math.max(batch, fill);
  const context = llama.newContext(model, {
    ...llama.contextDefaults(),
    // Room for what fills up the last batch.
    n_ctx: windowSize + full,
    n_threads: 1,
    n_threads_batch: 1,
    flash_attn_type: 1,
    ...params,
    n_batch: most,
    n_ubatch: most
  });
  if (context === null) throw new Error("no context");
  const memory = llama.memory(context);
  const tokens = new Int32Array(new SharedArrayBuffer(4 * most));
  const flags = new Int8Array(new SharedArrayBuffer(most));
  const pointers = {token: llama.addressOf(tokens.buffer), logits: llama.addressOf(flags.buffer)};
  const nothing = {embd: null, pos: null, n_seq_id: null, seq_id: null};
  const row = new Float32Array(size);
  const scores = {};
  windows.forEach((window, number) => {
    llama.clearMemory(memory, false);
    for (let at = 0, n = Math.min(first, windowSize); n > 0; at += n, n = Math.min(batch, windowSize - at)) {
      const asked = outputs(n);
      const all = Math.max(n, fill);
      tokens.fill(0);
      tokens.set(window.subarray(at, at + n));
      flags.fill(0).fill(1, n - asked, n);
      const code = llama.decode(context, {n_tokens: all, ...pointers, ...nothing});
      if (code !== 0) throw new Error(`llama_decode: ${code}`);
      const rows = llama.logits(context);
      for (let k = 0; k < asked; k++) {
        llama.copy(new Uint8Array(row.buffer), rows + BigInt(4 * size * k), 4 * size);
        const position = at + n - asked + k;
        scores[`${number}:${position}`] = [logprob(row, window[position + 1]), digest(row)];
      }
      if (all > n && !llama.removePositions(memory, 0, at + n, -1)) throw new Error("goes not back");
    }
  });
  llama.freeContext(context);
  return scores;
}

function logprob(row, id) {
  const greatest = row.reduce((a, b) => Math.max(a, b));
  return row[id] - greatest - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - greatest), 0));
}

function digest(row) {
  return createHash("sha1").update(new Uint8Array(row.buffer)).digest("base64");
}

/** The greatest difference of a logprob, of the tokens that both have. */
function difference(scores, reference) {
  let [greatest, isEqual] = [0, true];
  for (const [token, [value, bits]] of Object.entries(scores)) {
    greatest = Math.max(greatest, Math.abs(value - reference[token][0]));
    isEqual &&= bits === reference[token][1];
  }
  return isEqual ? "equal" : greatest.toPrecision(2);
}

/** [what differs, how much] of a model. */
function column(file) {
  const opened = open(file);
  const reference = scoresOf(opened);
  const off = {flash_attn_type: 0};
  const withoutFlash = scoresOf(opened, off);
  const compare = (params, to = reference) => {
    try {
      return difference(scoresOf(opened, params), to);
    } catch (error) {
      return error.message;
    }
  };
  const rows = [
    ["batches of 512", compare({batch: 512})],
    ["of 32", compare({batch: 32})],
    ["of 1", compare({batch: 1})],
    ["of 67, the rest filled up to 64", compare({batch: 67, fill: full})],
    ["of 32, filled up to 64", compare({batch: 32, fill: full})],
    ["of 67, filled up to 68", compare({batch: 67, fill: 68})],
    ["of 64, the first of 17", compare({first: 17})],
    ["of 64, the first of 17, all filled up", compare({first: 17, fill: full})],
    ["the last prediction of each batch", compare({outputs: () => 1})],
    ["the last 4 of each", compare({outputs: (n) => Math.min(4, n)})],
    ["all but one of each", compare({outputs: (n) => Math.max(1, n - 1)})],
    ["the last half of each", compare({outputs: (n) => n >> 1})],
    ["a context of 4,096 tokens", compare({n_ctx: 4096})],
    ["2 threads", compare({n_threads: 2, n_threads_batch: 2})],
    ["a sliding window's cache, not a full one", compare({swa_full: false})],
    ["no flash attention", difference(withoutFlash, reference)],
    ["no flash attention: batches of 8 against 64", compare({batch: 8, ...off}, withoutFlash)],
    ["no flash attention: batches of 1 against 64", compare({batch: 1, ...off}, withoutFlash)]
  ];
  llama.freeModel(opened.model);
  const plain = open(file, {repacked: false});
  rows.push(["weights not repacked", difference(scoresOf(plain), reference)]);
  llama.freeModel(plain.model);
  const same = ["--tokens", values.tokens, "--windows", values.windows, file];
  for (const name of values.cpu.split(",").filter(Boolean)) {
    const json = execFileSync(process.execPath, [import.meta.filename, "--backend", name, ...same], {
      maxBuffer: 1 << 30
    });
    rows.push([`CPU back end ${name}`, difference(JSON.parse(json), reference)]);
  }
  return rows;
}
