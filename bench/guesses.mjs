// Speed with and without draft tokens (src/completion/promptLookup.ts): completions of code that repeats itself and of other code, by
// the engine as it is and by one that never drafts, in turn. Tokens per second, without the prompt's.
// usage: node bench/guesses.mjs [--model FILE.gguf] [--cases 10] [--tokens 48] [--threads 1] [--context 1024]
import {readFileSync} from "node:fs";
import path from "node:path";
import {parseArgs} from "node:util";
import esbuild from "esbuild";
import {corpusFiles, cutHoles} from "./corpus.mjs";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";
import {sources} from "./sources.mjs";

const {values: options} = parseArgs({
  options: {
    model: {type: "string", default: demonstrationModel},
    cases: {type: "string", default: "10"},
    tokens: {type: "string", default: "48"},
    threads: {type: "string", default: "1"},
    context: {type: "string", default: "1024"}
  }
});
const model = modelSpec(path.resolve(options.model), {
  threads: Number(options.threads),
  contextSize: Number(options.context)
});
const {promptWindow} = await sources("guesses", ["completion/promptWindow"]);
const never = await engineWithoutGuesses();
const engines = {guessing: startEngine(), never: startEngine(never)};
const cases = Number(options.cases);

const holes = cutHoles(corpusFiles(), cases, 1).filter(({kind}) => kind === "whole line");
const plain = holes.map(({text, offset}) => promptWindow(text, offset, {prefix: 1200, suffix: 300}));
// The prompt starts to repeat earlier code, which a capable model continues.
const repeating = plain.map(({prefix}) => ({prefix: `${prefix}\n${prefix.slice(0, 200)}`, suffix: ""}));
for (const [name, places] of Object.entries({"code that repeats itself": repeating, "other code": plain})) {
  const results = {guessing: [], never: []};
  for (const [index, place] of [places[0], ...places].entries())
    for (const side of index % 2 === 0 ? ["guessing", "never"] : ["never", "guessing"]) {
      const result = await engines[side].request("complete", {
        model,
        ...place,
        maxTokens: Number(options.tokens),
        extent: "unlimited"
      });
      // The first request loads the model.
      if (index > 0) results[side].push(result);
    }
  const rate = (side) => {
    const sum = (value) => side.reduce((total, one) => total + value(one), 0);
    const after = sum(
      ({milliseconds, firstTokenMilliseconds}) => milliseconds - (firstTokenMilliseconds ?? milliseconds)
    );
    return (1000 * sum(({ids}) => Math.max(0, ids.length - 1))) / after;
  };
  const [guessing, without] = [rate(results.guessing), rate(results.never)];
  const total = (what) => results.guessing.reduce((sum, {draft}) => sum + draft[what], 0);
  const same = results.guessing.filter(({text}, index) => text === results.never[index].text).length;
  console.log(
    `${name}: ${guessing.toFixed(1)} tokens/s with guesses, ${without.toFixed(1)} without (${(guessing / without).toFixed(2)}); ${total("accepted")} of ${total("tried")} draft tokens accepted, ${results.guessing.reduce((sum, {ids}) => sum + ids.length, 0)} tokens, ${same} of ${places.length} answers the same`
  );
}
for (const engine of Object.values(engines)) engine.stop();
process.exit(0);

/** The same program with one other number. */
async function engineWithoutGuesses() {
  const outfile = path.join(root, "out/bench/engineWithoutGuesses/engine.js");
  const number = "const maxDraft = 4;";
  await esbuild.build({
    entryPoints: [path.join(root, "src/engine/main.ts")],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20.18",
    external: ["node-llama-cpp"],
    define: {CUDA_PACKAGES: '"{}"'},
    plugins: [
      {
        name: "no-guesses",
        setup: (build) =>
          build.onLoad({filter: /llama[\\/]completer\.ts$/}, ({path: file}) => {
            const contents = readFileSync(file, "utf8");
            if (!contents.includes(number)) throw new Error(`completer.ts has no ${number}`);
            return {contents: contents.replace(number, "const maxDraft = 0;"), loader: "ts"};
          })
      }
    ]
  });
  return outfile;
}
