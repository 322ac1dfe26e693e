// Multiple choice beside lm-evaluation-harness: a hundred questions (choiceQuestions.mjs) through `choose`, and the same logprobs through
// lm-evaluation-harness' own loglikelihood, process_results, aggregation and standard error (chooseHarness.py), which also say which
// tokens they would score.
// usage: node esbuild.mjs --production && node bench/choose.mjs [--python PYTHON] [MODEL.gguf...]
import {execFileSync, spawnSync} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {parseArgs} from "node:util";
import {choiceQuestions} from "./choiceQuestions.mjs";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";
import {sources} from "./sources.mjs";

const {rankChoices, accuracy: accuracyOf} = await sources("choose", ["metrics/choices"]);

const {values, positionals} = parseArgs({allowPositionals: true, options: {python: {type: "string"}}});
const names = ["acc", "acc_norm", "acc_bytes", "acc_tokens"];
const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
const questions = choiceQuestions();
let failed = false;
try {
  for (const model of positionals.length > 0 ? positionals : [demonstrationModel]) {
    const started = performance.now();
    const {documents, accuracy} = chosen(model);
    const seconds = (performance.now() - started) / 1000;
    console.log(`${path.basename(model)}: ${documents.length} questions in ${seconds.toFixed(1)} s`);
    for (const name of names) {
      const {value, standardError, ties} = accuracy[name];
      console.log(`  ${name}: ${value.toFixed(2)} ± ${standardError.toFixed(4)}, ${ties} ties`);
    }
    for (const kind of ["capital", "opposite", "sum"]) console.log(`  ${kind}: ${byKind(documents, kind)}`);
    if (values.python !== undefined) failed = !(await agrees(model, documents, accuracy)) || failed;
    await reuse(model);
  }
} finally {
  rmSync(folder, {recursive: true, force: true});
}
process.exit(failed ? 1 : 0);

/** What the headless runner says. */
function chosen(model) {
  const file = path.join(folder, "questions.jsonl");
  writeFileSync(file, questions.map((question) => `${JSON.stringify(question)}\n`).join(""));
  const output = execFileSync(
    process.execPath,
    [path.join(root, "dist/cli.js"), "choose", "--gpu", "off", "--model", model, file],
    {encoding: "utf8", maxBuffer: 1 << 28}
  );
  const all = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return {documents: all.slice(0, -1), accuracy: all.at(-1).accuracy};
}

function byKind(documents, kind) {
  const ofKind = documents.filter(({id}) => id.startsWith(kind));
  return names
    .map((name) => `${name} ${ofKind.filter((one) => one.chosen[name] === one.answer).length}/${ofKind.length}`)
    .join(", ");
}

/** Whether lm-evaluation-harness says the same of the same logprobs, and would score the same tokens. */
async function agrees(model, documents, accuracy) {
  const engine = startEngine();
  const spec = modelSpec(path.resolve(model));
  const ids = {};
  const tokensOf = async (text) => {
    ids[text] ??= [...(await engine.request("tokenize", {model: spec, text})).ids];
  };
  const pairs = [];
  for (const [i, {question, choices}] of questions.entries()) {
    const context = `Question: ${question}\nAnswer:`;
    await tokensOf(context);
    for (const [c, choice] of choices.entries()) {
      const text = ` ${choice}`;
      await tokensOf(context + text);
      const scored = await engine.request("score", {model: spec, context, text, joined: true, top: 0});
      const {logprob} = documents[i].choices[c];
      pairs.push({context, text, logprob, contextIds: [...scored.contextIds], ids: [...scored.ids]});
    }
  }
  engine.stop();
  const ours = documents.map(({choices, chosen}) => ({
    chosen,
    probabilities: choices.map(({probabilities}) => probabilities.sum)
  }));
  const isSame = compare("the same logprobs", ours, accuracy, harness(pairs, ids));
  // Whole numbers, so that there are ties, and some impossible choices.
  const rounded = pairs.map((pair, i) => ({
    ...pair,
    logprob: i % 41 === 0 ? "-Infinity" : Math.round(pair.logprob / 4)
  }));
  const made = byMetrics(rounded, documents);
  return compare("rounded logprobs", made.questions, made.accuracy, harness(rounded, ids)) && isSame;
}

/** What lm-evaluation-harness makes of logprobs. */
function harness(pairs, ids) {
  const input = JSON.stringify({questions, pairs, ids});
  const script = path.join(root, "bench/chooseHarness.py");
  const {status, stdout, stderr} = spawnSync(values.python, [script], {input, encoding: "utf8", maxBuffer: 1 << 28});
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1));
}

/** What our arithmetic makes of logprobs. */
function byMetrics(pairs, documents) {
  const made = documents.map(({choices}, i) =>
    rankChoices(choices.map((choice, c) => ({...choice, logprob: Number(pairs[4 * i + c].logprob)})))
  );
  const rules = {acc: "sum", acc_norm: "character", acc_bytes: "byte"};
  const chosen = (name) => made.map((rankings) => rankings[rules[name]].best);
  return {
    questions: made.map((rankings, i) => ({
      chosen: Object.fromEntries(Object.keys(rules).map((name) => [name, chosen(name)[i]])),
      probabilities: rankings.sum.probabilities
    })),
    accuracy: Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [
        name,
        {
          ...accuracyOf(chosen(name).map((best, i) => best === questions[i].answer)),
          ties: made.filter((rankings) => rankings[rule].tied).length
        }
      ])
    )
  };
}

function compare(what, ours, accuracy, theirs) {
  console.log(`  lm-eval ${theirs.version}, ${what}:`);
  let isSame = theirs.otherTokens === 0;
  for (const [name, [value, error]] of Object.entries(theirs.accuracy)) {
    const here = accuracy[name];
    const differ = ours.filter(
      (one, i) => theirs.hits[name][i] !== Number(one.chosen[name] === questions[i].answer)
    ).length;
    console.log(
      `    ${name}: ${value} ± ${error}, here ${here.value} ± ${here.standardError}, ${differ} questions differ, ${here.ties} ties`
    );
    const isNear = Math.abs(value - here.value) <= 1e-12 && Math.abs(error - here.standardError) <= 1e-12;
    isSame = isSame && isNear && differ === 0;
  }
  console.log(
    `    other tokens there: ${theirs.otherTokens} choices of ${4 * questions.length}; largest difference of a probability: ${greatest(ours, theirs.probabilities)}`
  );
  return isSame;
}

/** Their normalised probabilities (`utils.softmax`) and ours. */
function greatest(ours, theirs) {
  const differences = ours.flatMap(({probabilities}, i) => probabilities.map((p, c) => Math.abs(p - theirs[i][c])));
  return Math.max(...differences).toExponential(1);
}

/** What the first choice behind a long context takes, and what the others take. */
async function reuse(model) {
  const engine = startEngine();
  const context = `${questions
    .slice(0, 40)
    .map(({question, choices, answer}) => `Question: ${question}\nAnswer: ${choices[answer]}`)
    .join("\n\n")}\n\nQuestion: What is the capital of Kenya?\nAnswer:`;
  const times = [];
  let tokens = 0;
  for (const text of [" warm", " Nairobi", " Accra", " Cairo", " Rabat"]) {
    const before = text === " warm" ? "Hello" : context;
    const started = performance.now();
    const {contextIds} = await engine.request("score", {
      model: modelSpec(path.resolve(model)),
      context: before,
      text,
      joined: true,
      top: 0
    });
    times.push(performance.now() - started);
    tokens = contextIds.length;
  }
  engine.stop();
  const [, first, ...others] = times;
  console.log(
    `  four choices behind ${tokens} tokens: ${first.toFixed(0)} ms, then ${others.map((time) => time.toFixed(0)).join(", ")} ms`
  );
}
