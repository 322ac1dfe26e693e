// Measures the samplers on a whole vocabulary of logits: milliseconds of processor time for one token, with and without the facts
// of the view.
// usage: node bench/samplers.mjs [--size 262144] [--runs 50] [--json]
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {pathToFileURL} from "node:url";
import {parseArgs} from "node:util";
import {build} from "esbuild";
import {seeded} from "./corpus.mjs";
import {root} from "./engine.mjs";

const {values: options} = parseArgs({
  options: {
    size: {type: "string", default: "262144"},
    runs: {type: "string", default: "50"},
    json: {type: "boolean", default: false}
  }
});
const size = Number(options.size);
const runs = Number(options.runs);
const {applySamplers, describeNext, noSamplers, presets} = await sampling();
const next = seeded(1);
const usual = presets.find(({id}) => id === "llamaCpp").settings;
const repeating = {...noSamplers.dry, multiplier: 0.8};
const penalties = {...noSamplers.penalties, repeat: 1.1};
const chains = {
  "no sampler": noSamplers,
  "llama.cpp's defaults": usual,
  "llama.cpp's defaults, penalties, DRY, XTC": {
    ...usual,
    penalties,
    dry: repeating,
    xtc: {probability: 0.5, threshold: 0.1}
  },
  temperature: {...noSamplers, temperature: 0.8},
  "temperature first": {...usual, order: ["temperature", "topK", "topP", "minP"]},
  "top-p": {...noSamplers, topP: 0.95},
  "min-p": {...noSamplers, minP: 0.05},
  "typical-p": {...noSamplers, typicalP: 0.95}
};
// Peaked as a model's mostly are, and flat as they are where anything may come.
const shapes = {peaked: 2.5, flat: 1};
const rows = [];
for (const [shape, spread] of Object.entries(shapes)) {
  const logits = Float32Array.from({length: size}, () => normal() * spread);
  if (shape === "peaked") for (let i = 0; i < 50; i++) logits[Math.floor(next() * size)] += 12;
  const history = Int32Array.from({length: 4096}, () => Math.floor(next() * 500));
  for (const [chain, settings] of Object.entries(chains)) {
    const facts = median(() => {
      describeNext(logits, applySamplers(logits, settings, history), {top: 200});
    });
    const draw = median(() => applySamplers(logits, settings, history, {facts: false}));
    const left = applySamplers(logits, settings, history).ids.length;
    rows.push({shape, chain, left, "ms, described": facts, "ms, to draw": draw});
  }
}
if (options.json) console.log(JSON.stringify({size, runs, rows}));
else console.table(rows);

function median(run) {
  const times = [];
  for (let i = 0; i < runs + 5; i++) {
    // Not of the clock: other programs run beside.
    const start = process.cpuUsage();
    run();
    const {user, system} = process.cpuUsage(start);
    if (i >= 5) times.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  return Number(times[times.length >> 1].toFixed(2));
}

function normal() {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** src/sampling, compiled for this process. */
async function sampling() {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-samplers-"));
  const outfile = path.join(folder, "sampling.mjs");
  const contents = ["chain", "describeNext", "presets", "settings"]
    .map((name) => `export * from "./src/sampling/${name}";`)
    .join("\n");
  await build({
    stdin: {contents, resolveDir: root},
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    logLevel: "error"
  });
  try {
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(folder, {recursive: true});
  }
}
