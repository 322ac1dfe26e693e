// Measures how useful completions are: 500 holes in real files (bench/corpus.mjs), requested and cleaned as in the
// extension. Prints exact matches, edit similarity and saved characters per kind of hole; for thresholds of confidence,
// how much is shown and how much of it is right; and which criterion of confidence is best.
// usage: node esbuild.mjs --production && node bench/completion.mjs [--model FILE.gguf] [--holes 500] [--seed 1] [--threads 0]
//   [--context 0] [--tokens 64] [--no-suffix] [--no-path] [--picture FILE.svg] [--json]
import {mkdirSync, writeFileSync} from "node:fs";
import path from "node:path";
import {parseArgs} from "node:util";
import {distance} from "fastest-levenshtein";
import {corpusFiles, cutHoles, holeKinds, packages} from "./corpus.mjs";
import {commonPrefix, criteria, pointAt, worth} from "./criteria.mjs";
import {curvePicture} from "./curvePicture.mjs";
import {demonstrationModel, modelSpec, startEngine} from "./engine.mjs";
import {sources} from "./sources.mjs";

const {values: options} = parseArgs({
  options: {
    model: {type: "string", default: demonstrationModel},
    holes: {type: "string", default: "500"},
    seed: {type: "string", default: "1"},
    threads: {type: "string", default: "0"},
    context: {type: "string", default: "0"},
    tokens: {type: "string", default: "64"},
    "no-suffix": {type: "boolean", default: false},
    "no-path": {type: "boolean", default: false},
    picture: {type: "string"},
    json: {type: "boolean", default: false}
  }
});
const {
  stopGranularity,
  defaultPrefixLimit,
  defaultSuffixLimit,
  promptWindow,
  sureTokens,
  trimCompletion,
  withoutHalfWord,
  withoutNearDuplicates
} = await sources("completion", [
  "completion/confidence",
  "completion/completionMode",
  "completion/promptWindow",
  "completion/nearDuplicates",
  "completion/trim"
]);
const ways = criteria(sureTokens);
const thresholds = Array.from({length: 10}, (_, index) => index / 10);

const all = corpusFiles();
const files = withoutNearDuplicates(all, ({text}) => text);
const holes = cutHoles(files, Math.floor(Number(options.holes) / holeKinds.length), Number(options.seed));
const started = performance.now();
const {name, completions} = await completeAll();
const seconds = (performance.now() - started) / 1000;

const report = {
  model: name,
  corpus: packages.map(({name: module, version, published}) => ({name: module, version, published})),
  files: files.length,
  nearDuplicates: all.length - files.length,
  seconds,
  kinds: [...holeKinds, "all"].map((kind) => summaryOf(kind, ofKind(kind))),
  thresholds: thresholds.map((least) => pointAt(completions, sureTokens, least)),
  criteria: Object.entries(ways).map(([way, criterion]) => ({way, ...worth(completions, criterion)}))
};
if (options.picture !== undefined) {
  mkdirSync(path.dirname(options.picture), {recursive: true});
  const curves = ["all", ...holeKinds].map((kind) => ({
    name: kind,
    points: thresholds.map((least) => pointAt(ofKind(kind), sureTokens, least))
  }));
  writeFileSync(options.picture, curvePicture(`${name}: ${holes.length} completions, by minConfidence`, curves));
}
if (options.json) console.log(JSON.stringify({...report, completions}));
else print(report);
process.exit(0);

/** Completes each hole. `shownOf(n)` is the text shown for the first n tokens. */
async function completeAll() {
  const engine = startEngine();
  const model = modelSpec(path.resolve(options.model), {
    threads: Number(options.threads),
    contextSize: Number(options.context)
  });
  const answers = [];
  let name = "";
  for (const {kind, repository, path: file, text, offset, truth} of holes) {
    const window = promptWindow(text, offset, {prefix: defaultPrefixLimit, suffix: defaultSuffixLimit});
    const {prefix} = window;
    const suffix = options["no-suffix"] ? "" : window.suffix;
    const completion = await engine.request("complete", {
      model,
      prefix,
      suffix,
      maxTokens: Number(options.tokens),
      // Cleaning uses the whole document, not only the part in the prompt.
      extent: stopGranularity(prefix, window.suffix),
      ...(options["no-path"] ? {} : {path: file, repository})
    });
    name = completion.model.name;
    const shownOf = remembering((count) => {
      const sure = completion.texts.slice(0, count).join("").slice(0, completion.text.length);
      return trimCompletion(withoutHalfWord(sure, completion.texts[count] ?? ""), prefix, window.suffix);
    });
    const logprobs = [...completion.logprobs];
    const {firstTokenMilliseconds, milliseconds, stop, promptTokens} = completion;
    const shown = shownOf(logprobs.length);
    answers.push({
      kind,
      repository,
      file,
      truth: truth.trimEnd(),
      shown,
      logprobs,
      stop,
      promptTokens,
      firstTokenMilliseconds,
      milliseconds,
      shownOf
    });
    if (process.stderr.isTTY) process.stderr.write(`\r${answers.length} of ${holes.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
  engine.stop();
  return {name, completions: answers};
}

function remembering(compute) {
  const known = new Map();
  return (count) => {
    if (!known.has(count)) known.set(count, compute(count));
    return known.get(count);
  };
}

function ofKind(kind) {
  return kind === "all" ? completions : completions.filter((one) => one.kind === kind);
}

/** The share of exact holes, the share of saved characters, and the mean similarity. */
function summaryOf(kind, some) {
  const sum = (value) => some.reduce((total, one) => total + value(one), 0);
  return {
    kind,
    holes: some.length,
    characters: sum(({truth}) => truth.length) / some.length,
    exact: sum(({truth, shown}) => Number(shown.trimEnd() === truth)) / some.length,
    similarity:
      sum(({truth, shown}) => 1 - distance(shown.trimEnd(), truth) / Math.max(shown.trimEnd().length, truth.length)) /
      some.length,
    saved: sum(({truth, shown}) => commonPrefix(shown, truth)) / sum(({truth}) => truth.length),
    milliseconds: median(some.map(({milliseconds}) => milliseconds)),
    tokens: sum(({logprobs}) => logprobs.length) / some.length
  };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

function print({model, files, nearDuplicates, seconds, kinds, thresholds, criteria}) {
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  console.log(
    `${model}: ${holes.length} holes in ${files} files (${nearDuplicates} near-duplicates left out), ${seconds.toFixed(0)} s\n`
  );
  table(
    ["hole", "characters", "exact", "edit similarity", "characters saved", "tokens", "median"],
    kinds.map((one) => [
      one.kind,
      one.characters.toFixed(0),
      percent(one.exact),
      one.similarity.toFixed(3),
      percent(one.saved),
      one.tokens.toFixed(1),
      `${one.milliseconds.toFixed(0)} ms`
    ])
  );
  table(
    ["minConfidence", "shown", "right", "whole", "characters right, of those shown", "saved, of those missing"],
    thresholds.map((one) => [
      one.least,
      percent(one.share),
      percent(one.right),
      percent(one.whole),
      percent(one.precision),
      percent(one.recall)
    ])
  );
  table(
    ["criterion", "right, over all shares shown", "characters right, over all shares saved"],
    criteria.map((one) => [one.way, percent(one.suggestions), percent(one.characters)])
  );
}

function table(head, rows) {
  for (const row of [head, head.map(() => "---"), ...rows]) console.log(`| ${row.join(" | ")} |`);
  console.log();
}
