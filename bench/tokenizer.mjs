// Measures the tokenizer view with a vocabulary of 262,144 tokens: llama.cpp's copy of Gemma 4's, or another GGUF.
// - searching: from the request to the ids, in the engine;
// - scrolling: the time between two frames in a browser, while the list is scrolled from its beginning to its end.
// usage: node esbuild.mjs --production --tests --quiet && node bench/tokenizer.mjs [MODEL.gguf]
import path from "node:path";
import {setImmediate} from "node:timers/promises";
import {pathToFileURL} from "node:url";
import esbuild from "esbuild";
import {llamaSource} from "../out/test/harness/llamaSource.js";
import {origin, ViewInBrowser} from "../out/test/harness/viewInBrowser.js";

const root = path.join(import.meta.dirname, "..");
const model = process.argv[2] ?? path.join(llamaSource("models"), "ggml-vocab-gemma-4.gguf");
const runs = 20;

const {engine, tokenRow, tokenizerPage, webviewPage} = await ours();
const file = {
  kind: "gguf",
  path: path.resolve(model),
  gpu: "off",
  gpuLayers: 0,
  threads: 1,
  contextSize: 0,
  kvCache: "f16"
};
const {model: described, ...facts} = await engine("vocabularyFacts", {});
console.log(`${described.name}: ${facts.size} tokens, ${facts.kind}`);
await searching();
await scrolling();
process.exit(0);

async function ours() {
  const program = path.join(root, "out/test/engine/tokenizerBench.cjs");
  await esbuild.build({
    stdin: {
      contents:
        'export * from "./src/engine/handlers"; export * from "./src/engine/modelPool"; export * from "./src/features/tokenizer/tokenRow"; export * from "./src/features/tokenizer/tokenizerPage"; export * from "./src/host/webviewPage";',
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
  const {default: parts} = await import(pathToFileURL(program).href);
  const pool = new parts.ModelPool(
    () => undefined,
    () => undefined
  );
  const context = () => ({signal: new AbortController().signal, onProgress: () => undefined});
  return {...parts, engine: (method, params) => parts.handlers[method](pool, {...params, model: file}, context())};
}

async function searching() {
  const kinds = ["normal", "control", "byte", "userDefined", "unknown", "unused"];
  const search = async (changes) => {
    const started = performance.now();
    const {ids} = await engine("searchVocabulary", {
      query: "",
      by: "text",
      ignoreCase: false,
      kinds,
      order: "id",
      ...changes
    });
    return {found: ids.length, time: performance.now() - started};
  };
  const {time} = await search({query: "first"});
  console.log(`the first search, which reads the vocabulary: ${time.toFixed(0)} ms`);
  for (const [name, changes] of [
    ["all", {}],
    ["all, longest first", {order: "longest"}],
    ["text: ing", {query: "ing"}],
    ["text, any case: ing", {query: "ing", ignoreCase: true}],
    ["bytes: e2 96", {query: "e2 96", by: "bytes"}],
    ["pattern: ^ ?[0-9]+$", {query: "^ ?[0-9]+$", by: "pattern"}],
    ["pattern: (\\p{L})\\1$", {query: "(\\p{L})\\1$", by: "pattern"}]
  ]) {
    const times = [];
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const answer = await search(changes);
      times.push(answer.time);
      found = answer.found;
    }
    console.log(`${name}: ${found} found, ${spread(times)}`);
  }
}

async function scrolling() {
  const parts = {script: "/tokenizer.js", styles: "/tokenizer.css", cspSource: origin, canFetch: false, nonce: "n"};
  const view = await ViewInBrowser.start({
    html: webviewPage(tokenizerPage, parts),
    viewport: {width: 900, height: 640}
  });
  await view.reopen();
  await view.tell({type: "show", model: {name: described.name, file: null}, facts});
  await view.page.locator(".list").waitFor();
  // The ids are made there: what is measured is the list, not the way of its numbers through the test's protocol.
  await view.page.evaluate(
    `postMessage({type: "found", query: {}, ids: Int32Array.from({length: ${facts.size}}, (_, id) => id)}, "*")`
  );
  for (const [name, rowsAFrame] of [
    ["as with a mouse wheel, 3 rows a frame", 3],
    ["fast, 100 rows a frame", 100],
    ["as with the scroll bar, 2000 rows a frame", 2000]
  ]) {
    const frames = Math.min(400, Math.floor(facts.size / rowsAFrame));
    const scrolled = view.page.evaluate(`new Promise((resolve) => {
      const list = document.querySelector(".list");
      list.scrollTop = 0;
      const times = [];
      let last = performance.now();
      let blank = 0;
      requestAnimationFrame(function step(now) {
        times.push(now - last);
        last = now;
        const rows = [...list.querySelectorAll("[data-row]")];
        if (rows.length === 0) blank++;
        list.scrollTop += ${rowsAFrame} * 22;
        times.length < ${frames} ? requestAnimationFrame(step) : resolve({times, blank});
      });
    })`);
    const done = scrolled.then(() => true);
    let answered = (await view.sent()).filter(({type}) => type === "rows").length;
    while (!(await Promise.race([done, setImmediate(false)]))) {
      const asked = (await view.sent()).filter(({type}) => type === "rows");
      for (const {ids} of asked.slice(answered)) {
        const infos = await engine("tokenInfo", {ids: Int32Array.from(ids)});
        await view.tell({type: "rows", rows: infos.map(tokenRow)});
      }
      answered = asked.length;
    }
    const {times, blank} = await scrolled;
    const late = times.slice(1).filter((time) => time > 34).length;
    console.log(
      `${name}: ${spread(times.slice(1))} a frame, ${late} of ${times.length - 1} later than 34 ms, ${blank} empty`
    );
  }
  await view.close();
}

function spread(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`;
}
