// Measures the cost of typing with inline completion: 300 characters at 8 per second, with pauses of 1 to 2 s, in a
// TypeScript file in a real VS Code with the packaged extension and its demonstration model. A second extension
// (test/faults/typingProbe.ts) records the messages between extension host and engine; ghost text is read from the
// page. The same is typed without our extension, because VS Code and its TypeScript extension use the same event loop.
// usage: npm run package && node esbuild.mjs --tests && node bench/typing.mjs [--minConfidence 0.5] [--rhythm human|even] [--alone] [--profile FILE.cpuprofile]
//   human: gaps between keys vary as people's do (log-normal, mean 125 ms); even: all are 125 ms; --alone: without the runs without ours
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {parseArgs} from "node:util";
import {installVsix} from "../out/test/harness/vscodeServer.js";
import {Workbench} from "../out/test/harness/workbench.js";
import {vsixFile} from "../scripts/vsix.mjs";
import {seeded} from "./corpus.mjs";
import {installProbe, oursIn, profileOf, within} from "./typingProbe.mjs";

const {values: options} = parseArgs({
  options: {
    minConfidence: {type: "string", default: "0.5"},
    rhythm: {type: "string"},
    alone: {type: "boolean", default: false},
    profile: {type: "string"}
  }
});
const root = path.join(import.meta.dirname, "..");
const file = "wordCount.ts";
const meanGap = 125;
const spread = 0.4;

/** A pause is at each "¦"; VS Code itself closes brackets, indents, and writes the last brace. */
const code = `
export function isStatement(text: string): boolean {¦
const trimmed = ¦text.trim();¦
if (trimmed.length === 0) ¦return false;
¦const last = trimmed.charAt(¦trimmed.length - 1);
const first = ¦trimmed.charAt(0);¦
if (first !== ¦first.toUpperCase()) return false;¦
return last === "." && ¦trimmed.includes(" ");¦
`;

const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-typing-"));
const withOurs = path.join(folder, "withOurs");
const without = path.join(folder, "without");
await installVsix(vsixFile(), withOurs);
for (const extensions of [withOurs, without]) installProbe(extensions);
const rows = [];
for (const rhythm of options.rhythm === undefined ? ["human", "even"] : [options.rhythm]) {
  if (!options.alone) rows.push([`${rhythm}, without`, await typed(without, rhythm)]);
  rows.push([`${rhythm}, with`, await typed(withOurs, rhythm)]);
}
rmSync(folder, {recursive: true, force: true});
print();
process.exit(0);

async function typed(extensionsDir, rhythm) {
  const record = path.join(mkdtempSync(path.join(folder, "run-")), "record.jsonl");
  writeFileSync(record, "");
  const workbench = await Workbench.open({
    workspace: path.join(root, "sample"),
    extensionsDir,
    env: {TOKENSCOPE_TYPING_RECORD: record},
    settings: {
      "tokenscope.inlineCompletion.enabled": true,
      "tokenscope.inlineCompletion.minConfidence": Number(options.minConfidence),
      // Typed text must not be changed.
      "editor.acceptSuggestionOnEnter": "off",
      "editor.acceptSuggestionOnCommitCharacter": false
    }
  });
  try {
    const {page} = workbench;
    await workbench.openFile(file);
    if (extensionsDir === withOurs) await workbench.statusBar("Tokens").waitFor();
    await workbench.goTo(workbench.fileText(file).split("\n").length);
    if (extensionsDir === withOurs) await workbench.statusBar(/\d+ tokens/).waitFor();
    // TypeScript's server starts, and reports on the file.
    await setTimeout(8000);
    await page.evaluate(watchGhostText);
    writeFileSync(`${record}.start`, "");
    await setTimeout(1000);
    const keys = await type(page, rhythm);
    await setTimeout(1500);
    writeFileSync(`${record}.stop`, "");
    const ghosts = await page.evaluate("globalThis.ghostText");
    const saved = await workbench.saved(file, (text) => text.includes(`includes(" ");`));
    const wanted = code.replaceAll("¦", "").replace(/\s+/g, "");
    if (!saved.replace(/\s+/g, "").includes(wanted)) throw new Error(`Something else stands there:\n${saved}`);
    const profile = await profileOf(record);
    if (options.profile !== undefined) writeFileSync(options.profile, JSON.stringify(profile));
    const lines = readFileSync(record, "utf8").trim().split("\n");
    return {keys, ghosts, lines: lines.map((line) => JSON.parse(line)), ours: oursIn(profile)};
  } finally {
    await workbench.close();
  }
}

/** Runs in the page: records when ghost text comes or goes. */
function watchGhostText() {
  globalThis.ghostText = [];
  let shown = false;
  setInterval(() => {
    const now = document.querySelector(".editor-instance [class*=ghost-text]") !== null;
    if (now === shown) return;
    shown = now;
    globalThis.ghostText.push({at: Date.now(), shown});
  }, 20);
}

/** Types the text. Resolves with the time of each key, and the pause before it, if there was one. */
async function type(page, rhythm) {
  const random = seeded(1);
  const keys = [];
  let due = Date.now();
  let pause = 0;
  for (const character of code) {
    if (character === "¦") {
      pause = 1000 + 1000 * random();
      continue;
    }
    due += pause > 0 ? pause : rhythm === "even" ? meanGap : logNormal(random);
    await setTimeout(Math.max(0, due - Date.now()));
    keys.push({at: Date.now(), pause});
    if (character === "\n") await page.keyboard.press("Enter");
    else await page.keyboard.type(character);
    pause = 0;
  }
  return keys;
}

/** Milliseconds. */
function logNormal(random) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return meanGap * Math.exp(spread * normal - spread ** 2 / 2);
}

function print() {
  const figures = rows.map(([, run]) => figuresOf(run));
  const names = Object.keys(figures.at(-1));
  const table = [
    ["", ...rows.map(([name]) => name)],
    ["---", ...rows.map(() => "---")],
    ...names.map((name) => [name, ...figures.map((one) => one[name])])
  ];
  for (const row of table) console.log(`| ${row.join(" | ")} |`);
}

function figuresOf({keys, ghosts, lines, ours}) {
  const [start, end] = [keys[0].at, keys.at(-1).at + 1500];
  // A pause follows the last key too.
  const pauses = keys.filter(({pause}) => pause > 0).map(({at, pause}) => [at - pause, at]);
  pauses.push([keys.at(-1).at, end]);
  const typing = lines.filter(({at}) => at >= start && at <= end);
  const delays = typing.flatMap((line) => line.delays);
  // The clock may count more than the thread's own time, because other processes had the processor meanwhile.
  const parts = delays.map(({from, to, milliseconds}) => Math.min(milliseconds, within(ours, from, to)));
  const asked = [...new Map(lines.flatMap((line) => line.asked).map((one) => [one.request, one])).values()].filter(
    ({at}) => at >= start
  );
  const decoded = asked.filter((one) => one.decoded > 0 || one.evaluated > 0);
  const inPause = decoded.filter(({at}) => pauses.some(([from, to]) => at >= from && at <= to));
  const cancelled = asked.filter(({cancelledAt}) => cancelledAt !== undefined);
  const waits = inPause.map((one) => one.at - keys.findLast(({at}) => at <= one.at).at);
  const evaluated = decoded.flatMap((one) => (one.evaluated === undefined ? [] : [one.evaluated]));
  const shownAt = (from, to) => {
    const last = ghosts.findLast(({at}) => at <= from);
    return last?.shown === true || ghosts.some(({at, shown}) => shown && at > from && at <= to);
  };
  const withGhost = keys.filter(({at}, index) => shownAt(at, keys[index + 1]?.at ?? end)).length;
  const gaps = keys.flatMap(({at, pause}, index) => (index === 0 || pause > 0 ? [] : [at - keys[index - 1].at]));
  return {
    "keys, and their gaps: mean ms (most)": `${keys.length}: ${(sum(gaps) / gaps.length).toFixed(0)} (${Math.max(...gaps)})`,
    pauses: pauses.length,
    "requests sent": asked.length,
    "that decoded": decoded.length,
    "of these in the background": decoded.filter(({background}) => background).length,
    "of these sent in a pause": inPause.length,
    "that decoded, per pause": (decoded.length / pauses.length).toFixed(2),
    "cancelled requests": cancelled.length,
    "tokens told of after a cancel was sent, at most": Math.max(
      0,
      ...cancelled.map((one) => one.decoded - one.decodedAtCancel)
    ),
    "from the last key to its request, median ms": median(waits),
    "prompt tokens evaluated per key": (sum(evaluated) / keys.length).toFixed(2),
    "keys with ghost text": withGhost,
    "event loop held up at worst, ms": worst(delays.map(({milliseconds}) => milliseconds)),
    "over 10 ms, times": delays.filter(({milliseconds}) => milliseconds > 10).length,
    "Tokenscope's part of one, at worst, ms": worst(parts),
    "extension host's processor time per key, ms": ((typing.at(-1).cpu - typing[0].cpu) / keys.length).toFixed(2),
    "Tokenscope's part of that, ms": (within(ours, 0, Number.POSITIVE_INFINITY) / keys.length).toFixed(2)
  };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? "";
}

function worst(milliseconds) {
  return Math.max(0, ...milliseconds).toFixed(1);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
