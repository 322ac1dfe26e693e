// Everything that the product does, on any model, held to itself and to processes that were asked nothing before; and
// llama-perplexity mode to llama-perplexity (bench/peer.mjs). One row a model, what is wrong below the table, and exit code 1
// where anything is. What the columns are and how far numbers may be apart: test/harness/anyModel.ts.
// usage: node esbuild.mjs --production --tests && node bench/anyModel.mjs [--tokens N] [--no-peer] [--quick] [--made-up] [--quantizations] [FILE.gguf]...
// --quick takes engines that have given all back for new processes, which takes a quarter of the time. --made-up adds the models
// of random weights that the tests write, --quantizations what llama-quantize makes of the demonstration model.
import {spawnSync} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {parseArgs} from "node:util";
import {modelSpec, root, startEngine} from "./engine.mjs";
import {startJudge} from "./judge.mjs";
import {peerProgram, perplexityOf} from "./peer.mjs";

const {checkModel, checkNames} = (await import("../out/test/harness/anyModel.js")).default;
const {tinyModels} = (await import("../out/test/faults/tinyModels.js")).default;
const {Random} = (await import("../out/test/faults/random.js")).default;

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    tokens: {type: "string", default: "1400"},
    "no-peer": {type: "boolean", default: false},
    quick: {type: "boolean", default: false},
    "made-up": {type: "boolean", default: false},
    quantizations: {type: "boolean", default: false}
  }
});

/** JSON-RPC's code of an error that is a sentence for people (src/contract/errors.ts). */
const engineErrorCode = -32001;
/** Milliseconds: an answer that takes longer is none. */
const patience = 900_000;

/** Engines that have given all back, to be asked again. */
const idle = [];

const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
try {
  const files = positionals.map((file) => path.resolve(file));
  if (values["made-up"]) files.push(...madeUp());
  if (values.quantizations) files.push(...quantizations());
  if (files.length === 0) throw new Error("name a file, or ask for --made-up or --quantizations");
  const columns = checkNames.filter((name) => name !== "refused");
  console.log(`| model | ${columns.join(" | ")} |`);
  console.log(`| --- |${columns.map(() => " --- |").join("")}`);
  const problems = [];
  for (const file of files) {
    const name = path.basename(file);
    const checks = await checkModel(
      file,
      () => start(file),
      () => startJudge(file),
      {
        tokens: Number(values.tokens),
        ...(!values["no-peer"] && {peer: (text, chunk) => peer(file, text, chunk)})
      }
    );
    const cells = columns.map((column) => cellOf(checks.find((check) => check.name === column)));
    const refused = checks.filter((check) => check.name === "refused").map(({figure}) => figure);
    console.log(`| ${[name, ...cells].join(" | ")} |${refused.length > 0 ? ` ${refused.join("; ")}` : ""}`);
    for (const {name: check, problem} of checks)
      if (problem !== undefined) problems.push(`${name}: ${check}: ${problem}`);
  }
  console.log(`\n${files.length} models, ${problems.length} problems`);
  for (const problem of problems) console.log(`- ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  for (const engine of idle) engine.stop();
  rmSync(folder, {recursive: true, force: true});
}

function cellOf(check) {
  if (check === undefined) return "";
  return check.problem === undefined ? check.figure : `**${check.figure}**`;
}

/** A process of its own, or one that is as good as new. */
function start(file) {
  const engine = idle.pop() ?? startEngine();
  const model = modelSpec(file);
  return {
    async ask(method, params) {
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer to ${method} in ${patience / 1000} s`)), patience);
      });
      try {
        return await Promise.race([engine.request(method, {model, ...params}), late]);
      } catch (error) {
        if (engine.ended !== null) throw new Error(`the engine died of ${method} (${engine.ended})`);
        throw error.code === engineErrorCode ? Object.assign(error, {name: "HumanError"}) : error;
      } finally {
        clearTimeout(timer);
      }
    },
    stop() {
      if (!values.quick || engine.ended !== null) {
        engine.stop();
        return;
      }
      // What is sent next comes behind it.
      void engine.forget();
      idle.push(engine);
    }
  };
}

function peer(file, text, chunk) {
  const textFile = path.join(folder, "text.txt");
  writeFileSync(textFile, text);
  return perplexityOf({model: file, text: textFile, threads: 1, chunk});
}

function madeUp() {
  return Object.entries(tinyModels).map(([name, make]) => {
    const file = path.join(folder, `${name}.gguf`);
    writeFileSync(file, make(new Random(1)));
    return file;
  });
}

/** Of the demonstration model in F16, with an importance matrix, which some need; what llama-quantize refuses is said. */
function quantizations() {
  const program = peerProgram("llama-quantize");
  const whole = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");
  const importance = path.join(folder, "importance.gguf");
  const prose = path.join(root, "test/fixtures/llamaPerplexity/prose.txt");
  spawnSync(peerProgram("llama-imatrix"), ["-m", whole, "-f", prose, "-o", importance, "-c", "256", "-t", "1"]);
  const {stdout, stderr} = spawnSync(program, ["--help"], {encoding: "utf8"});
  const names = [...`${stdout}${stderr}`.matchAll(/^ +(?:\d+ +or +|)([A-Z]+\w+) +: (?!alias)/gm)].map(
    ([, name]) => name
  );
  return names.flatMap((name) => {
    if (name === "COPY") return [];
    const file = path.join(folder, `${name}.gguf`);
    const made = spawnSync(program, ["--imatrix", importance, whole, file, name, "1"], {encoding: "utf8"});
    if (made.status === 0) return [file];
    const said = `${made.stdout}${made.stderr}`.match(/failed to quantize: .*/)?.[0];
    console.log(`${name}: llama-quantize ${said ?? `ends with ${made.status}`}`);
    return [];
  });
}
