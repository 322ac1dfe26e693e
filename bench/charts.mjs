// Measures the charts of the logprobs view in a browser, without VS Code and without a model: texts of 1,000, 100,000 and 1,000,000
// made-up tokens. From choosing a chart to the end of the frame that shows it, the longest task of the page's thread meanwhile, and
// what the charts and uPlot add to the view's script.
// usage: node esbuild.mjs --production --tests --quiet && node bench/charts.mjs [RUNS]
import path from "node:path";
import esbuild from "esbuild";
import {logprobsInBrowser, scored, source} from "../out/test/harness/logprobsInBrowser.js";

const root = path.join(import.meta.dirname, "..");
const runs = Number(process.argv[2] ?? 5);
const sizes = [1000, 100_000, 1_000_000];
const others = ["ranks", "probabilities", "surprisals", "cumulative", "calibration"];

await scriptSize();
const view = await logprobsInBrowser({width: 1280, height: 800});
const {page} = view;
console.log(`medians of ${runs} runs, ms`);
const head = ["tokens", "first chart", ...others, "longest task"];
console.log(`| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |`);
for (const size of sizes) {
  const all = [];
  for (let run = 0; run < runs; run++) all.push(await measured(size));
  const median = (key) => all.map((one) => one[key]).toSorted((a, b) => a - b)[Math.floor(runs / 2)];
  const longest = median("longest");
  const cells = [
    ...["surprisal", ...others].map((name) => median(name).toFixed(0)),
    longest ? longest.toFixed(0) : "under 50"
  ];
  console.log(`| ${size} | ${cells.join(" | ")} |`);
}
await view.close();
process.exit(0);

async function scriptSize() {
  const {metafile} = await esbuild.build({
    entryPoints: [path.join(root, "webview/logprobs/main.ts")],
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    outdir: root,
    absWorkingDir: root,
    platform: "browser",
    format: "iife",
    target: "chrome122",
    logLevel: "error"
  });
  const [script] = Object.entries(metafile.outputs).filter(([name]) => name.endsWith(".js"));
  const of = (part) =>
    Object.entries(script[1].inputs).reduce(
      (sum, [name, {bytesInOutput}]) => sum + (part(name) ? bytesInOutput : 0),
      0
    );
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const uplot = of((name) => name.includes("node_modules/uplot"));
  const charts = of((name) => name.includes("logprobs/charts/"));
  console.log(
    `logprobs.js: ${kilobytes(script[1].bytes)}, of which uPlot ${kilobytes(uplot)}, the charts ${kilobytes(charts)}`
  );
}

async function measured(size) {
  await view.reopen();
  const {summary, ...rest} = scored(["a", " b"]);
  await page.evaluate(
    `globalThis.scored = (${madeUp})(${size}, ${JSON.stringify({...rest, summary})}, ${JSON.stringify(source)})`
  );
  await page.evaluate('postMessage(globalThis.scored, "*"); globalThis.scored = null');
  await page.locator('#tokens [data-token="3"]').waitFor({state: "attached"});
  await page.evaluate(`globalThis.longest = 0; new PerformanceObserver((list) => {
    for (const {duration} of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({type: "longtask"}); new Promise((resolve) => setTimeout(resolve, 1000))`);
  const result = {surprisal: await page.evaluate(`(${open})()`)};
  for (const name of others) result[name] = await page.evaluate(`(${choose})(${JSON.stringify(name)})`);
  await page.evaluate("new Promise((resolve) => setTimeout(resolve, 200))");
  return {...result, longest: await page.evaluate("longest")};
}

/** Runs in the page: the message that shows a text of so many tokens. */
function madeUp(size, rest, source) {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const ids = new Int32Array(size);
  const byteEnds = Uint32Array.from(ids, (_, token) => (token + 1) * 4);
  const entropies = Float64Array.from(ids, () => 6 * random() * random());
  const logprobs = entropies.map((entropy) => entropy * Math.log(1 - random()));
  const ranks = Int32Array.from(logprobs, (logprob) => Math.max(1, Math.round(Math.exp(-logprob) * random())));
  const text = Array.from(ids, (_, token) => (token % 15 === 14 ? "abc\n" : "abc ")).join("");
  return {type: "show", source, scored: {...rest, id: "bench", text, ids, byteEnds, logprobs, ranks, entropies}};
}

/** Runs in the page: until the frame after the charts' tab was opened has its first chart. */
async function open() {
  const started = performance.now();
  [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "Charts").click();
  while (!document.querySelector(".charts-plot canvas")) await new Promise(requestAnimationFrame);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - started;
}

/** Runs in the page: until the frame with another chart is drawn. */
async function choose(name) {
  const select = document.querySelector(".charts select");
  const started = performance.now();
  select.value = name;
  select.dispatchEvent(new Event("change"));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - started;
}
