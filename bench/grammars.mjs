// Measures how long it takes to say which tokens a grammar allows, with a vocabulary of 262,144 tokens: llama.cpp's copy of Gemma 4's,
// or another GGUF. In processor time. JSON texts are walked token by token; each state of the grammar is met for the first time once.
// usage: node esbuild.mjs --production --tests --quiet && node bench/grammars.mjs [MODEL.gguf]
import path from "node:path";
import {pathToFileURL} from "node:url";
import esbuild from "esbuild";
import {llamaSource} from "../out/test/harness/llamaSource.js";

const root = path.join(import.meta.dirname, "..");
const model = process.argv[2] ?? path.join(llamaSource("models"), "ggml-vocab-gemma-4.gguf");

const program = path.join(root, "out/test/engine/grammarsBench.cjs");
await esbuild.build({
  stdin: {
    contents: [
      "engine/llama/grammarTokens",
      "engine/llama/loadedVocabulary",
      "grammar/allowedTokens",
      "grammar/constrained",
      "grammar/grammar",
      "grammar/parseGrammar",
      "grammar/schemaGrammar",
      "grammar/tokenTrie"
    ]
      .map((file) => `export * from "./src/${file}";`)
      .join(""),
    resolveDir: root
  },
  bundle: true,
  platform: "node",
  external: ["node-llama-cpp", "koffi"],
  define: {CUDA_PACKAGES: '"{}"'},
  plugins: [(await import("../scripts/assemblyScript.mjs")).assemblyScript],
  outfile: program,
  logLevel: "error"
});
const ours = (await import(pathToFileURL(program).href)).default;
const file = {
  kind: "gguf",
  path: path.resolve(model),
  gpu: "off",
  gpuLayers: 0,
  threads: 1,
  contextSize: 0,
  kvCache: "f16"
};
const loaded = await ours.loadVocabulary(file, () => undefined);
const tokens = ours.grammarTokens(loaded.model, loaded.vocabulary);

let started = now();
let longest = 0;
let trie;
for (const steps = ours.tokenTrieSteps(tokens); trie === undefined; ) {
  const begun = now();
  const step = steps.next();
  if (step.done) trie = step.value;
  longest = Math.max(longest, now() - begun);
}
console.log(
  `${tokens.size} tokens, ${trie.character.length} nodes: built in ${ms(now() - started)}, the longest step ${ms(longest)}`
);

const names = ["name", "version", "license", "private", "dependencies", "keywords", "engines"];
const schema = {
  type: "object",
  properties: {
    name: {type: "string", maxLength: 60},
    version: {type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$"},
    keywords: {type: "array", items: {type: "string"}, minItems: 1},
    size: {type: "integer", minimum: 1, maximum: 4000},
    dependencies: {type: "object", additionalProperties: {type: "string"}}
  },
  required: ["name", "version"]
};
const value = {
  name: "Überraschung 日本 tokens",
  version: "12.4.0",
  keywords: ["perplexity", "tokens", "naïve"],
  size: 372,
  dependencies: Object.fromEntries(names.map((name, i) => [name, `^${i}.0.1`]))
};
walk("any JSON", {}, "write", JSON.stringify(value));
walk("a schema, written", schema, "write", JSON.stringify({name: value.name, version: value.version, ...value}));
walk("a schema, read", schema, "read", JSON.stringify(value, null, 2));

const logits = Float32Array.from({length: tokens.size}, (_, i) => Math.sin(i) * 8);
const allowed = new ours.AllowedTokens(new ours.Grammar(ours.parseGrammar(ours.schemaGrammar({}).grammar)), trie);
const set = allowed.in(allowed.grammar.start);
const times = Array.from({length: 30}, () => timed(() => ours.constrainedToken(logits, set, 5)));
console.log(`a distribution of ${tokens.size} logits under a grammar: median ${ms(quantile(times, 0.5))}`);
process.exit(0);

function walk(name, schema, layout, text) {
  started = now();
  const grammar = new ours.Grammar(ours.parseGrammar(ours.schemaGrammar(schema, layout).grammar));
  const allowed = new ours.AllowedTokens(grammar, trie);
  const made = now() - started;
  const ids = loaded.vocabulary.tokenizeOn(text);
  for (const run of ["first", "second"]) {
    let state = grammar.start;
    const times = [];
    for (const id of [...ids, undefined]) {
      times.push(timed(() => allowed.in(state)));
      if (id === undefined) break;
      const next = grammar.accept(state, tokens.bytes(id), id);
      if (next === null) throw new Error(`${name}: token ${id} is forbidden`);
      state = next;
    }
    console.log(
      `${name}, ${ids.length} tokens, ${run} time: median ${ms(quantile(times, 0.5))}, 90% ${ms(quantile(times, 0.9))}, maximum ${ms(Math.max(...times))}` +
        (run === "first" ? `; grammar ${ms(made)}` : "")
    );
  }
}

function timed(work) {
  const begun = now();
  work();
  return now() - begun;
}

/** Processor time of this process: a busy machine does not change it. */
function now() {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
}

function quantile(times, share) {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))];
}

function ms(time) {
  return `${time.toFixed(time < 10 ? 2 : 0)} ms`;
}
