// Measures the logprobs view in a browser, without VS Code and without a model: texts of 1,000 to 1,000,000 tokens, cut from this
// repository's own sources, with made-up scores. For each:
// - first paint: from the host's message to the first frame with tokens;
// - the longest task of the page's thread, by its own clock, from the message to the first frame;
// - frames per second while scrolling, and the work of the page's thread for each;
// - the JavaScript heap and the nodes of the page, after a collection.
// "plain": the same page with an element for every token, as most viewers do it.
// usage: node esbuild.mjs --production --tests --quiet && node bench/view.mjs [RUNS] [TOKENS,TOKENS...]
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {pathToFileURL} from "node:url";
import esbuild from "esbuild";
import {origin, ViewInBrowser} from "../out/test/harness/viewInBrowser.js";

const root = path.join(import.meta.dirname, "..");
const runs = Number(process.argv[2] ?? 3);
const sizes = (process.argv[3] ?? "1000,20000,100000,1000000").split(",").map(Number);
/** An element for each of a million tokens takes minutes and gigabytes. */
const plainSizes = sizes.filter((size) => size <= 100_000);
const frames = 240;

const ways = [
  ["wheel", "100 px a frame", 100],
  ["fast", "1,500 px a frame", 1500],
  ["scroll bar", "the text in 240 frames", null]
];

const {logprobsPage, webviewPage} = await ours();
const parts = {script: "/logprobs.js", styles: "/logprobs.css", cspSource: origin, canFetch: false, nonce: "n"};
const view = await ViewInBrowser.start({
  html: webviewPage(logprobsPage, parts),
  viewport: {width: 1280, height: 800}
});
const {page} = view;
const devtools = await page.context().newCDPSession(page);
// Times of the page's thread alone: on a busy machine, frames are late for other reasons too.
await devtools.send("Performance.enable", {timeDomain: "threadTicks"});

const head = ["tokens", "first paint", "longest task", ...ways.map(([name]) => name), "heap", "nodes"];
console.log(
  `medians of ${runs} runs; frames per second (share of frames later than 34 ms), work of the page's thread per frame: ${ways.map(([name, how]) => `${name}: ${how}`).join("; ")}`
);
console.log(`| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |`);
for (const size of sizes) await report(String(size), size, false);
for (const size of plainSizes) await report(`${size}, plain`, size, true);
await view.close();
process.exit(0);

async function ours() {
  const program = path.join(root, "out/bench/viewParts.cjs");
  await esbuild.build({
    stdin: {
      contents: 'export * from "./src/features/logprobs/logprobsPage"; export * from "./src/host/webviewPage";',
      resolveDir: root
    },
    bundle: true,
    platform: "node",
    outfile: program,
    logLevel: "error"
  });
  const {default: all} = await import(pathToFileURL(program).href);
  return all;
}

async function report(name, size, plain) {
  const all = [];
  for (let run = 0; run < runs; run++) all.push(await measured(size, plain));
  const median = (key) => all.map((one) => one[key]).toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
  const cells = [
    name,
    `${median("paint").toFixed(0)} ms`,
    `${median("longest").toFixed(0)} ms`,
    ...ways.map(
      ([way]) =>
        `${median(`${way} rate`).toFixed(0)} (${(100 * median(`${way} late`)).toFixed(0)} %), ${median(`${way} work`).toFixed(1)} ms`
    ),
    `${(median("heap") / 1e6).toFixed(1)} MB`,
    String(median("nodes"))
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

async function measured(size, plain) {
  await view.reopen();
  await page.evaluate(`globalThis.prepare = ${prepare}; prepare(${JSON.stringify(source())}, ${size})`);
  await page.evaluate(`globalThis.scroll = ${scroll}; globalThis.show = ${show}; globalThis.showPlain = ${showPlain}`);
  await page
    .context()
    .browser()
    .startTracing(page, {categories: ["__metadata", "toplevel"]});
  const result = {paint: await page.evaluate(plain ? "showPlain()" : "show()")};
  result.longest = longestTask(JSON.parse(String(await page.context().browser().stopTracing())).traceEvents);
  for (const [name, , pixels] of ways) {
    const before = await metric("TaskDuration");
    const {rate, late, empty} = await page.evaluate(`scroll(${pixels}, ${frames})`);
    result[`${name} work`] = (1000 * ((await metric("TaskDuration")) - before)) / frames;
    if (empty > 0 && !plain) console.log(`${size}: ${empty} frames without tokens (${name})`);
    Object.assign(result, {[`${name} rate`]: rate, [`${name} late`]: late});
  }
  await page.evaluate("scored = null");
  await devtools.send("HeapProfiler.collectGarbage");
  return {...result, heap: await metric("JSHeapUsedSize"), nodes: await metric("Nodes")};
}

/** Milliseconds that the longest task of a page's thread worked: its time without what it waited for other programs. */
function longestTask(events) {
  const threads = events.filter(({name, args}) => name === "thread_name" && args.name === "CrRendererMain");
  const mains = new Set(threads.map(({pid, tid}) => `${pid} ${tid}`));
  const times = events
    .filter(({pid, tid, tdur}) => tdur !== undefined && mains.has(`${pid} ${tid}`))
    .map(({tdur}) => tdur);
  return times.reduce((most, time) => Math.max(most, time), 0) / 1000;
}

async function metric(name) {
  const {metrics} = await devtools.send("Performance.getMetrics");
  return metrics.find((one) => one.name === name).value;
}

function source() {
  const folder = path.join(root, "src/engine");
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  return files.map((file) => readFileSync(path.join(folder, file), "utf8")).join("\n");
}

// The rest runs in the page.

/** Makes a scored text of `size` tokens. */
function prepare(source, size) {
  const pieces = source.match(/ ?[A-Za-z]{1,6}|[0-9]|\s*\n|[ \t]+|[^\sA-Za-z0-9]{1,2}/g);
  const tokens = Array.from({length: size}, (_, token) => pieces[token % pieces.length]);
  const text = tokens.join("");
  const encoder = new TextEncoder();
  const lengths = new Map(pieces.map((piece) => [piece, encoder.encode(piece).length]));
  let end = 0;
  const byteEnds = Uint32Array.from(tokens, (token) => (end += lengths.get(token)));
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const logprobs = Float64Array.from(tokens, () => Math.log(random()) * 2.5);
  const summary = {
    tokens: size,
    scored: size,
    bytes: end,
    characters: text.length,
    words: 1,
    perplexity: 2,
    bitsPerByte: 1,
    bits: 1,
    nats: 1,
    top1: 0.5,
    regions: [],
    minK: []
  };
  globalThis.scored = {
    id: "bench",
    text,
    ids: Int32Array.from(tokens, (_, token) => token % 50000),
    byteEnds,
    texts: null,
    logprobs,
    ranks: Int32Array.from(logprobs, (logprob) => Math.ceil(Math.exp(-logprob))),
    entropies: Float64Array.from(logprobs, () => random() * 5),
    contextIds: new Int32Array(),
    finished: true,
    spec: {},
    warnings: [],
    summary,
    model: {name: "Tiny", file: "tiny.gguf", sha256: "00", quantization: "Q8_0", device: "cpu"},
    windowing: {mode: "document", bos: true, window: 512, stride: 256},
    spacedWords: true
  };
  const style = document.documentElement.style;
  for (const [name, colour] of [
    ["P10", "#665c1e"],
    ["P1", "#7a4f1d"],
    ["P01", "#8f3f1c"],
    ["P0", "#a32a1a"]
  ])
    style.setProperty(`--vscode-tokenscope-heatmap${name}Background`, colour);
  style.setProperty("--vscode-editor-font-family", "monospace");
  // What has run until here is not the view's.
  return new Promise((resolve) => setTimeout(resolve, 300));
}

/** Milliseconds from the host's message to the first frame with tokens. */
function show() {
  return new Promise((resolve) => {
    // As in VS Code, the copying of the message is not the view's.
    const message = {
      type: "show",
      source: {title: "bench", uri: "file:///bench", start: 0, end: 0, isSelection: false},
      scored
    };
    addEventListener("message", () => (globalThis.started = performance.now()), {once: true, capture: true});
    postMessage(message, "*");
    requestAnimationFrame(function look() {
      if (!document.querySelector("#tokens .token")) return requestAnimationFrame(look);
      const {port1, port2} = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - started);
      port2.postMessage(null);
    });
  });
}

/** An element for each token, as plain as can be. */
function showPlain() {
  return new Promise((resolve) => {
    document.body.classList.remove("no-text");
    const started = performance.now();
    const tokens = document.querySelector("#tokens");
    tokens.replaceChildren();
    let start = 0;
    for (const [token, end] of scored.byteEnds.entries()) {
      const element = document.createElement("span");
      const level = Math.min(4, Math.floor(-scored.logprobs[token] / 2));
      element.className = `token level${level}`;
      element.title = String(scored.logprobs[token]);
      element.dataset.token = token;
      element.textContent = scored.text.slice(start, end);
      tokens.append(element);
      start = end;
    }
    requestAnimationFrame(() => {
      const {port1, port2} = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - started);
      port2.postMessage(null);
    });
  });
}

/** Scrolls from the beginning, `pixels` a frame, or in so many frames to the end. */
function scroll(pixels, frames) {
  return new Promise((resolve) => {
    const scroller = document.querySelector("#scroller");
    scroller.scrollTop = 0;
    const step = pixels ?? (scroller.scrollHeight - scroller.clientHeight) / frames;
    const times = [];
    let empty = 0;
    let last;
    const box = scroller.getBoundingClientRect();
    requestAnimationFrame(function next(now) {
      if (last !== undefined) times.push(now - last);
      last = now;
      if (times.length >= frames) {
        const total = times.reduce((sum, time) => sum + time, 0);
        resolve({
          rate: (1000 * times.length) / total,
          late: times.filter((time) => time > 34).length / times.length,
          empty
        });
        return;
      }
      const drawn = document.querySelector("#tokens .drawn")?.getBoundingClientRect();
      if (drawn && (drawn.top > box.top + 100 || drawn.bottom < box.bottom - 100)) empty++;
      // Back to the beginning at the end of a short text.
      const before = scroller.scrollTop;
      scroller.scrollTop += step;
      if (pixels !== null && scroller.scrollTop === before) scroller.scrollTop = 0;
      requestAnimationFrame(next);
    });
  });
}
