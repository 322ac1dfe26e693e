// Compares estimates of memory with real use: for each model and context size, a fresh engine scores a text of some 700
// tokens and completes once. "asked" is the engine's estimate (GgufInsights, which asks llama.cpp), "reckoned" the one
// from the header alone (src/gguf/memory.ts), both for the contexts that are then in use, one for each. "used" is the growth of the
// engine's memory since loading began, with mapped weights.
// usage: node esbuild.mjs --production && node bench/estimates.mjs [MODEL.gguf]...
import {readFileSync} from "node:fs";
import path from "node:path";
import esbuild from "esbuild";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";

const files = process.argv.slice(2);
const contextSizes = [512, 4096, 32768];
const text = "The quick brown fox jumps over the lazy dog, and nobody is surprised. ".repeat(45);

const reader = path.join(root, "out/bench/gguf.cjs");
await esbuild.build({
  stdin: {
    contents: `
      export {readHeader} from "./src/gguf/header";
      export {modelFacts} from "./src/gguf/facts";
      export {estimateMemory} from "./src/gguf/memory";`,
    resolveDir: root
  },
  outfile: reader,
  bundle: true,
  format: "cjs",
  platform: "node"
});
const {readHeader, modelFacts, estimateMemory} = (await import(reader)).default;

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const error = (estimate, used) => `${estimate > used ? "+" : ""}${((estimate / used - 1) * 100).toFixed(0)} %`;
console.log("| model, context | contexts | asked | reckoned | used | error of asked | error of reckoned |");
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const file of files.length > 0 ? files : [demonstrationModel]) {
  const bytes = readFileSync(file);
  const source = {size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length)};
  const facts = modelFacts(await readHeader(source), bytes.length);
  for (const contextSize of contextSizes) {
    const engine = startEngine();
    const model = modelSpec(path.resolve(file), {contextSize});
    await engine.request("score", {model, text});
    await engine.request("complete", {model, prefix: text, suffix: "", maxTokens: 4, extent: "unlimited"});
    const {estimate, used} = await engine.request("memory", {model});
    engine.stop();
    const {contexts} = estimate;
    const asked = estimate.weights.ram + contexts * estimate.context.ram;
    const {weights, vocabulary, kvCache, compute} = estimateMemory(facts, contextSize);
    const reckoned = weights + vocabulary + contexts * (kvCache + compute);
    console.log(
      `| ${path.basename(file)}, ${contextSize} | ${contexts} | ${megabytes(asked)} | ${megabytes(reckoned)} | ${megabytes(used.ram)} | ${error(asked, used.ram)} | ${error(reckoned, used.ram)} |`
    );
  }
}
