// Checks all functions on any model: results must agree with each other and with those of fresh processes, and
// llama-perplexity mode with llama-perplexity (bench/peer.mjs). Prints one row per model, and failures below the table;
// a failure gives exit code 1. test/harness/anyModel.ts defines the columns and tolerances.
// usage: node esbuild.mjs --production --tests && node bench/anyModel.mjs [--tokens N] [--no-peer] [--quick] [--made-up] [--quantizations] [FILE.gguf]...
// --quick reuses engine processes after they have unloaded everything, which takes a quarter of the time. --made-up adds the
// tests' models with random weights, --quantizations all quantizations of the demonstration model by llama-quantize.
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
/** A hang guard for answers (ms). */
const patience = 900_000;

/** Engines that have unloaded everything, for reuse. */
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

/** A new process, or one that was reset. */
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
      // Later messages are handled after this one.
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

/**
 * Quantizations of the F16 demonstration model, with an importance matrix, which some need. Reports what llama-quantize
 * refuses.
 */
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
