// Measures how long a completion takes, in turn with llama-server (cache_prompt): the same model file, texts, threads and
// number of tokens; to the first text, and to the whole answer, as seen by the client. There are two llama-servers. One
// gets /infill, which puts the cursor's line elsewhere in the prompt than Tokenscope does; the other gets /completion with
// exactly Tokenscope's tokens. Even then answers may differ: at a special token Tokenscope ends, llama-server goes on.
// Files are those of bench/corpus.mjs. The steps:
// - cold: a file that is new to both
// - a key: one more character is typed there
// - accepted: the whole answer is accepted, and the next one requested
// - a jump: 200 lines further down in the same file
// - prefetched: the next completion after a pause, in which the extension has requested it
//   (src/features/inlineCompletion/suggestionCache.ts)
// - a rested jump: back to the first position, where the cursor has rested and the extension has prefilled the prompt
//   (src/features/inlineCompletion/prefill.ts)
// Also measures the prompt tokens evaluated at each of 60 keys, with the extension's prompts, and how long a cancelled
// request goes on.
// usage: node esbuild.mjs --production && node bench/latency.mjs [--model FILE.gguf] [--cases 20] [--tokens 24] [--threads 1]
//   [--context 1024] [--prefix 1536] [--suffix 384] [--pause 500] [--json]; LLAMA_SERVER names one that is built already
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {parseArgs} from "node:util";
import {CancellationTokenSource} from "vscode-jsonrpc/node";
import {corpusFiles, seeded} from "./corpus.mjs";
import {demonstrationModel, modelSpec, startEngine} from "./engine.mjs";
import {startServer} from "./llamaServer.mjs";
import {sources} from "./sources.mjs";

const {values: options} = parseArgs({
  options: {
    model: {type: "string", default: demonstrationModel},
    cases: {type: "string", default: "20"},
    tokens: {type: "string", default: "24"},
    threads: {type: "string", default: "1"},
    context: {type: "string", default: "1024"},
    prefix: {type: "string", default: "1536"},
    suffix: {type: "string", default: "384"},
    pause: {type: "string", default: "500"},
    json: {type: "boolean", default: false}
  }
});
const [cases, tokens, threads, contextSize, pause] = ["cases", "tokens", "threads", "context", "pause"].map((name) =>
  Number(options[name])
);
const limits = {prefix: Number(options.prefix), suffix: Number(options.suffix)};
const jump = 200;
const {SuggestionCache, defaultPrefixLimit, defaultSuffixLimit, middleStarts, promptWindow} = await sources("latency", [
  "completion/prompt",
  "completion/promptWindow",
  "features/inlineCompletion/suggestionCache"
]);

const file = path.resolve(options.model);
const model = modelSpec(file, {threads, contextSize});
const random = seeded(1);
const places = casesFrom(corpusFiles());
const engine = startEngine();
const servers = await Promise.all([1, 2].map(() => startServer({model: file, threads, contextSize})));
const sides = {ours: ourSide(), infill: infillSide(servers[0]), sameTokens: sameTokensSide(servers[1])};
/** Measurements by step and side. */
const measured = {};

await runCase(places[0], {}, Object.keys(sides));
for (let index = 1; index <= cases; index++) {
  const order = Object.keys(sides);
  await runCase(places[index], measured, index % 2 === 0 ? order : order.reverse());
  if (process.stderr.isTTY) process.stderr.write(`\r${index} of ${cases}`);
}
for (const server of servers) server.stop();
const typing = await evaluatedWhileTyping();
const afterCancel = await endAfterCancel();
engine.stop();
if (options.json) console.log(JSON.stringify({flags: servers[0].flags, limits, measured, typing, afterCancel}));
else print();
process.exit(0);

/** Positions in different files, each with a missing line end, and another such position 200 lines below. */
function casesFrom(files) {
  const found = files.flatMap(({text}) => {
    const lines = text.split("\n");
    const offsets = [];
    let offset = 0;
    for (const line of lines) {
      offsets.push(offset);
      offset += line.length + 1;
    }
    // Enough text before it for a whole prompt, and a word to type.
    const wanted = (row) => /^\s*\w+\W+\w{4,}/.test(lines[row] ?? "") && (lines[row]?.length ?? 0) < 120;
    const rows = lines
      .map((_, row) => row)
      .filter((row) => offsets[row] > limits.prefix && wanted(row) && wanted(row + jump));
    const row = rows[Math.floor(random() * rows.length)];
    return row === undefined
      ? []
      : [{text, here: cutAt(text, lines, offsets, row), there: cutAt(text, lines, offsets, row + jump)}];
  });
  if (found.length <= cases) throw new Error(`there are places for ${found.length - 1} cases`);
  return found
    .map((one) => ({one, order: random()}))
    .toSorted((a, b) => a.order - b.order)
    .map(({one}) => one);
}

/** Cuts a line after its first word. */
function cutAt(text, lines, offsets, row) {
  const word = /^\s*\w+\W+/.exec(lines[row])[0].length;
  return {
    text: text.slice(0, offsets[row] + word) + text.slice(offsets[row] + lines[row].length),
    offset: offsets[row] + word,
    next: lines[row].slice(word)
  };
}

function windowOf({text, offset}, typed = "") {
  return promptWindow(text.slice(0, offset) + typed + text.slice(offset), offset + typed.length, limits);
}

async function runCase({here, there}, results, order) {
  for (const side of order) {
    const {complete, prefetched, rested} = sides[side];
    const note = (step, result) => {
      results[step] ??= {ours: [], infill: [], sameTokens: []};
      results[step][side].push(result);
      return result;
    };
    note("cold", await complete(windowOf(here)));
    const key = here.next.slice(0, 1);
    const {text} = note("a key", await complete(windowOf(here, key)));
    note("accepted", await complete(windowOf(here, key + text)));
    const jumped = note("a jump", await complete(windowOf(there)));
    const after = windowOf(there, jumped.text);
    note("prefetched", await (prefetched ?? complete)(after));
    note("a rested jump", await (rested ?? complete)(windowOf(here)));
  }
}

function infillSide(server) {
  return {complete: (place) => server.infill(place, tokens)};
}

function sameTokensSide(server) {
  return {
    async complete({prefix, suffix}) {
      const [start] = middleStarts(prefix);
      const prompt = await server.tokensOf({
        before: prefix.slice(0, start),
        after: suffix,
        middle: prefix.slice(start)
      });
      return await server.complete(prompt, tokens);
    }
  };
}

function ourSide() {
  const complete = async (place, {background = false, onText} = {}) => {
    const started = performance.now();
    let first;
    const answer = await engine.request(
      "complete",
      {model, ...place, maxTokens: tokens, extent: "unlimited", background},
      {
        onProgress({text = ""}) {
          if (text !== "") first ??= performance.now() - started;
          onText?.(text);
        }
      }
    );
    const whole = performance.now() - started;
    return {
      text: answer.text,
      first: first ?? whole,
      complete: whole,
      tokens: answer.ids.length,
      promptTokens: answer.promptTokens,
      evaluated: answer.evaluatedPromptTokens
    };
  };
  /** Requested in the background while a suggestion is shown, and needed after a pause, when that was accepted. */
  const prefetched = async (place) => {
    let answer;
    const completions = new SuggestionCache(async (where, {onText, background}) => {
      answer = await complete(where, {background, onText});
      return answer.text;
    });
    completions.prefetch(place);
    await setTimeout(pause);
    const started = performance.now();
    await completions.at(place, new AbortController().signal);
    const whole = performance.now() - started;
    return {...answer, first: Math.min(whole, answer.first), complete: whole};
  };
  /** The prompt is prefilled in the background while the cursor rests there. */
  const rested = async (place) => {
    const params = {model, ...place, maxTokens: tokens, extent: "unlimited", background: true, promptOnly: true};
    await engine.request("complete", params);
    return await complete(place);
  };
  return {complete, prefetched, rested};
}

/**
 * Prompt tokens evaluated at each key, with the extension's own prompts. The first request of a position is left out.
 */
async function evaluatedWhileTyping() {
  const evaluated = [];
  for (const {here} of places.slice(0, 3)) {
    const keys = `${here.next}\n`.repeat(60).slice(0, 60);
    for (let typed = 0; typed <= keys.length; typed++) {
      const text = here.text.slice(0, here.offset) + keys.slice(0, typed) + here.text.slice(here.offset);
      const place = promptWindow(text, here.offset + typed, {prefix: defaultPrefixLimit, suffix: defaultSuffixLimit});
      const answer = await engine.request("complete", {model, ...place, maxTokens: 1, extent: "unlimited"});
      if (typed > 0) evaluated.push({evaluated: answer.evaluatedPromptTokens, newLine: keys[typed - 1] === "\n"});
    }
  }
  return evaluated;
}

/** Time from a cancellation, sent at the first text, to its effect (ms). */
async function endAfterCancel() {
  const times = [];
  for (const {here} of places.slice(0, 10)) {
    const source = new CancellationTokenSource();
    let cancelled;
    const answer = engine.request(
      "complete",
      {model, ...windowOf(here), maxTokens: 64, extent: "unlimited"},
      {
        token: source.token,
        onProgress({stage}) {
          if (stage !== "complete" || cancelled !== undefined) return;
          cancelled = performance.now();
          source.cancel();
        }
      }
    );
    const ended = await answer.then(
      () => "answered",
      () => "cancelled"
    );
    if (ended === "cancelled") times.push(performance.now() - cancelled);
  }
  return times;
}

function print() {
  console.log(`llama-server ${servers[0].flags}`);
  console.log(`${path.basename(file)}, ${cases} cases, ${tokens} tokens at most, ${threads} threads\n`);
  timesTable("first text", "first", () => true);
  timesTable(
    "whole answer, where it is the same or has as many tokens",
    "complete",
    (us, other, step) => step === "prefetched" || us.text === other.text || us.tokens === other.tokens
  );
  table(
    [
      "prompt tokens, p50 (most)",
      "/infill",
      "/completion",
      "Tokenscope",
      "evaluated: /infill",
      "/completion",
      "Tokenscope"
    ],
    Object.entries(measured).map(([step, {ours, infill, sameTokens}]) => {
      const sides = [infill, sameTokens, ours];
      return [
        step,
        ...["promptTokens", "evaluated"].flatMap((what) =>
          sides.map((side) => {
            const counts = side.map((one) => one[what]);
            return `${percentile(counts, 0.5)} (${Math.max(...counts)})`;
          })
        )
      ];
    })
  );
  table(
    [
      "the same as Tokenscope's",
      "prompt tokens: /infill",
      "/completion",
      "answers: /infill",
      "/completion",
      "a token after the first, p50: /infill",
      "/completion",
      "Tokenscope"
    ],
    Object.entries(measured).map(([step, {ours, infill, sameTokens}]) => {
      const agree = (side, what) =>
        `${ours.filter((one, index) => one[what] === side[index][what]).length} of ${ours.length}`;
      return [
        step,
        ...["promptTokens", "text"].flatMap((what) => [agree(infill, what), agree(sameTokens, what)]),
        ...[infill, sameTokens, ours].map((side) => {
          const long = side.filter((one) => one.tokens > 4);
          const each = long.map(({first, complete, tokens}) => (complete - first) / (tokens - 1));
          return each.length === 0 || step === "prefetched" ? "" : `${percentile(each, 0.5).toFixed(2)} ms`;
        })
      ];
    })
  );
  for (const [name, some] of [
    ["in a line", typing.filter(({newLine}) => !newLine)],
    ["at its end", typing.filter(({newLine}) => newLine)]
  ]) {
    const counts = some.map(({evaluated}) => evaluated);
    console.log(
      `prompt tokens evaluated after a key ${name} (${counts.length} keys): p50 ${percentile(counts, 0.5)}, p95 ${percentile(counts, 0.95)}, most ${Math.max(...counts)}`
    );
  }
  console.log(
    `from sending a cancellation to its effect: p50 ${percentile(afterCancel, 0.5).toFixed(1)} ms, most ${Math.max(...afterCancel).toFixed(1)} ms (of ${afterCancel.length})`
  );
}

/** The cases of each peer that `counts` accepts, and Tokenscope's results for the same cases. */
function timesTable(title, what, counts) {
  const peers = ["infill", "sameTokens"];
  table(
    [title, "/infill", "Tokenscope", "ratio", "cases", "/completion, the same tokens", "Tokenscope", "ratio", "cases"],
    Object.entries(measured).flatMap(([step, results]) =>
      [0.5, 0.95].map((share) => [
        `${step}, p${share * 100}`,
        ...peers.flatMap((peer) => {
          const pairs = results.ours
            .map((us, index) => [results[peer][index], us])
            .filter(([other, us]) => counts(us, other, step));
          if (pairs.length === 0) return ["", "", "", "0"];
          const [other, us] = [0, 1].map((side) =>
            percentile(
              pairs.map((pair) => pair[side][what]),
              share
            )
          );
          return [`${other.toFixed(1)} ms`, `${us.toFixed(1)} ms`, (us / other).toFixed(2), `${pairs.length}`];
        })
      ])
    )
  );
}

function percentile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function table(head, rows) {
  for (const row of [head, head.map(() => "---"), ...rows]) console.log(`| ${row.join(" | ")} |`);
  console.log();
}
