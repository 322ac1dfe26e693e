// Measures live token counts: the first count of a document, the recount after each key, as the engine process answers it, and the
// memory for its text and tokens. Beside them: a count without a document, llama.cpp's llama-tokenize, and npm's gpt-tokenizer
// (GPT-2's encoding), each of the whole text.
// usage: node esbuild.mjs --production && node bench/tokens.mjs [--sizes 10000,1000000,10000000] [--texts prose,code,json]
//   [--vocabularies tiny,qwen2,gpt-2,llama-spm] [--keys 1000] [--seed 1] [--alone] [--json]
//   --alone: without the others. LLAMA_TOKENIZE names one that is built already
// or: node esbuild.mjs --production --tests && node bench/tokens.mjs --edits 20000 [--seed 1] [--vocabularies all]
//   compares the tokens of an edited document with those of the whole text, after each of so many random edits
import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {parseArgs} from "node:util";
import {seeded} from "./corpus.mjs";
import {demonstrationModel, memoryOf, modelSpec, root, startEngine} from "./engine.mjs";
import {checkOut, peerProgram, source} from "./peer.mjs";

const {values: options} = parseArgs({
  options: {
    sizes: {type: "string", default: "10000,1000000,10000000"},
    texts: {type: "string", default: "prose,code,json"},
    vocabularies: {type: "string"},
    keys: {type: "string", default: "1000"},
    edits: {type: "string"},
    seed: {type: "string", default: "1"},
    alone: {type: "boolean", default: false},
    json: {type: "boolean", default: false}
  }
});
const keys = Number(options.keys);
const gptTokenizer = {name: "gpt-tokenizer", version: "4.0.0", encoding: "r50k_base", vocabulary: "gpt-2"};

if (options.edits !== undefined) compareEdits(Number(options.edits));
else await measure();
process.exit();

/** Name and file of each vocabulary. */
function vocabularies(usual) {
  checkOut();
  const folder = path.join(source, "models");
  const names = readdirSync(folder)
    .map((file) => /^ggml-vocab-(.*)\.gguf$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  const wanted = options.vocabularies ?? usual;
  return (wanted === "all" ? ["tiny", ...names.sort()] : wanted.split(",")).map((name) => ({
    name,
    file: name === "tiny" ? demonstrationModel : path.join(folder, `ggml-vocab-${name}.gguf`)
  }));
}

async function measure() {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-tokens-"));
  const rows = [];
  try {
    for (const vocabulary of vocabularies("tiny,qwen2,gpt-2,llama-spm"))
      for (const kind of options.texts.split(","))
        for (const size of options.sizes.split(",").map(Number)) {
          const text = textOf(kind, size);
          const row = {vocabulary: vocabulary.name, text: kind, size, ...(await ours(vocabulary.file, text))};
          if (!options.alone)
            Object.assign(
              row,
              llamaTokenize(vocabulary.file, text, folder),
              gptTokenizerOf(vocabulary.name, text, folder)
            );
          rows.push(row);
          print(row);
        }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  if (options.json) console.log(JSON.stringify(rows));
}

/** Milliseconds and bytes of our engine, in a new process. */
async function ours(file, text) {
  const engine = startEngine();
  const model = modelSpec(file);
  const ask = async (method, params) => {
    const began = performance.now();
    const answer = await engine.request(method, {model, ...params});
    return {answer, ms: performance.now() - began};
  };
  /** Without garbage: the engine collects it before it estimates. */
  const memory = async () => {
    for (let i = 0; i < 3; i++) {
      await ask("estimate", {});
      await setTimeout(100);
    }
    return memoryOf(engine.pid).own;
  };
  try {
    await ask("openDocument", {document: "warm", version: 1, text: text.slice(0, 10_000)});
    const whole = await ask("count", {text});
    // The first documents take what V8 and the allocator have in store; the least that one takes is what it needs.
    let opened;
    let bytes = Number.POSITIVE_INFINITY;
    let before = 0;
    for (const document of ["first", "second", "third", "fourth"]) {
      opened = await ask("openDocument", {document, version: 1, text});
      const now = await memory();
      if (before > 0) bytes = Math.min(bytes, now - before);
      before = now;
    }
    const times = await type(ask, text.length);
    const checked = await ask("countDocument", {document: "fourth", version: keys + 1});
    return {
      tokens: opened.answer.count,
      countMs: whole.ms,
      openMs: opened.ms,
      ...percentiles(times),
      // Of a small text it says nothing.
      bytesPerCharacter: text.length < 100_000 ? null : bytes / text.length,
      ratio: whole.ms / percentiles(times).p50,
      after: checked.answer?.count ?? null
    };
  } finally {
    engine.stop();
  }
}

/** Types and deletes: ten keys at each place. Returns the milliseconds of each. */
async function type(ask, length) {
  const random = seeded(Number(options.seed));
  const times = [];
  let units = length;
  let place = 0;
  for (let key = 0; key < keys; key++) {
    if (key % 10 === 0) place = Math.floor(random() * units);
    const deletes = random() < 0.2 && place > 0;
    const added = deletes ? "" : (' etaoin,.({\n"1'[Math.floor(random() * 14)] ?? "e");
    const edit = {
      starts: Uint32Array.of(deletes ? place - 1 : place),
      removed: Uint32Array.of(deletes ? 1 : 0),
      added: Uint32Array.of(added.length),
      text: added
    };
    const {answer, ms} = await ask("changeDocument", {document: "fourth", from: key + 1, version: key + 2, ...edit});
    if (answer === null) throw new Error(`the engine does not know version ${key + 1}`);
    times.push(ms);
    units += added.length - (deletes ? 1 : 0);
    place += deletes ? -1 : 1;
    if (answer.length !== units) throw new Error(`${answer.length} units, not ${units}`);
  }
  return times;
}

function percentiles(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return {p50: at(0.5), p95: at(0.95), p99: at(0.99), slowest: at(1)};
}

/** Seconds that it takes longer than with an empty text: it loads the vocabulary, and prints. */
function llamaTokenize(file, text, folder) {
  const program = peerProgram("llama-tokenize");
  const run = (content) => {
    const input = path.join(folder, "text");
    writeFileSync(input, content);
    const began = performance.now();
    const args = ["-m", file, "-f", input, "--ids", "--show-count", "--no-bos", "--no-parse-special", "--log-disable"];
    const {stdout, status} = spawnSync(program, args, {encoding: "utf8", maxBuffer: 1 << 28});
    if (status !== 0) throw new Error(`llama-tokenize ended with ${status}`);
    return {ms: performance.now() - began, count: Number(/Total number of tokens: (\d+)/.exec(stdout)?.[1])};
  };
  const {ms, count} = run(text);
  const least = Math.min(...[1, 2, 3].map(() => run("a").ms));
  return {llamaMs: Math.max(0, ms - least), llamaTokens: count};
}

/** In a process of its own, once it is warm. */
function gptTokenizerOf(vocabulary, text, folder) {
  if (vocabulary !== gptTokenizer.vocabulary) return {};
  const peers = path.join(root, "out/bench-peers");
  const installed = path.join(peers, "node_modules", gptTokenizer.name);
  if (!existsSync(installed)) {
    mkdirSync(peers, {recursive: true});
    const spec = `${gptTokenizer.name}@${gptTokenizer.version}`;
    const {status} = spawnSync("npm", ["install", "--no-save", "--prefix", peers, spec], {stdio: "inherit"});
    if (status !== 0) throw new Error(`npm could not install ${spec}`);
  }
  const input = path.join(folder, "text");
  writeFileSync(input, text);
  const module = createRequire(path.join(peers, "x.js")).resolve(
    `${gptTokenizer.name}/encoding/${gptTokenizer.encoding}`
  );
  const program = `
    const {countTokens} = require(${JSON.stringify(module)});
    const text = require("node:fs").readFileSync(${JSON.stringify(input)}, "utf8");
    countTokens(text.slice(0, 10000));
    const began = performance.now();
    const count = countTokens(text);
    console.log(JSON.stringify({gptMs: performance.now() - began, gptTokens: count}));`;
  const {stdout, stderr} = spawnSync(process.execPath, ["-e", program], {encoding: "utf8"});
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Text of some kind, the same for each seed: sentences and lines of this repository in random order, or records. */
function textOf(kind, size) {
  const random = seeded(Number(options.seed));
  const pick = (list) => list[Math.floor(random() * list.length)];
  const next = kind === "json" ? () => `${JSON.stringify(record(random))},` : nextOf(kind, pick);
  const parts = [];
  for (let length = 0; length < size; length += parts.at(-1).length) parts.push(next());
  return `${kind === "json" ? "[" : ""}${parts.join("")}`.slice(0, size);
}

function nextOf(kind, pick) {
  const [folder, ending, unit] = kind === "prose" ? ["docs", ".md", /[^.]+\.\s+/g] : ["src", ".ts", /(?:.*\n){1,12}/g];
  const files = readdirSync(path.join(root, folder), {recursive: true}).filter((file) => file.endsWith(ending));
  const units = files.sort().flatMap((file) => readFileSync(path.join(root, folder, file), "utf8").match(unit) ?? []);
  return () => pick(units);
}

function record(random) {
  const number = (most) => Math.floor(random() * most);
  const word = () => Array.from({length: 3 + number(8)}, () => "etaoinshrdlucmfw"[number(16)]).join("");
  return {
    id: number(1e9),
    name: `${word()} ${word()}`,
    email: `${word()}@${word()}.com`,
    score: random() * 100,
    active: random() < 0.5,
    tags: Array.from({length: number(5)}, word),
    at: new Date(1.7e12 + number(1e11)).toISOString(),
    parent: random() < 0.2 ? null : {id: number(1e6), path: `/${word()}/${word()}`}
  };
}

function print(row) {
  const ms = (value) => (value === undefined ? "–" : `${value.toPrecision(3)} ms`);
  console.log(
    [
      `${row.vocabulary}, ${row.text}, ${row.size}: ${row.tokens} tokens`,
      `opened ${ms(row.openMs)}, counted ${ms(row.countMs)}`,
      `key p50 ${ms(row.p50)}, p95 ${ms(row.p95)}, p99 ${ms(row.p99)}, slowest ${ms(row.slowest)}: ${row.ratio.toFixed(0)} times cheaper`,
      `${row.bytesPerCharacter?.toFixed(2) ?? "–"} bytes a character`,
      `llama-tokenize ${ms(row.llamaMs)} (${row.llamaTokens ?? "–"} tokens)`,
      `gpt-tokenizer ${ms(row.gptMs)} (${row.gptTokens ?? "–"} tokens)`
    ].join("; ")
  );
}

/** Each vocabulary in a process of its own. Prints differences, and the seed with which they come again. */
function compareEdits(edits) {
  let different = 0;
  for (const {name, file} of vocabularies("all")) {
    const program = path.join(root, "out/test/engine/fixtures/tokenEdits.js");
    const began = performance.now();
    const {status, stdout} = spawnSync(process.execPath, [program, file, String(edits), options.seed], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    if (status !== 0) different++;
    console.log(`${name}, seed ${options.seed}, ${seconds} s: ${stdout.trim() || `ended with ${status}`}`);
  }
  process.exitCode = different === 0 ? 0 : 1;
}
