// Measures what the live token count costs in a long document, in a real VS Code with the packaged extension and its demonstration
// model: the first count, then a key at a time in the middle, the lines selected, and line ends typed. A second extension records
// how long the extension host's thread is held up (test/faults/typingProbe.ts); the page says when the status bar's item changes.
// usage: npm run package && node esbuild.mjs --tests && node bench/liveCount.mjs [--megabytes 10] [--keys 100] [--gap 125] [--without] [--profile FILE.cpuprofile]
//   --gap: milliseconds between two keys; --without: the same without our extension, because VS Code uses the thread too
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
    megabytes: {type: "string", default: "10"},
    keys: {type: "string", default: "100"},
    gap: {type: "string", default: "125"},
    without: {type: "boolean", default: false},
    profile: {type: "string"}
  }
});
const root = path.join(import.meta.dirname, "..");
const file = "long.txt";
const [keys, gap] = [Number(options.keys), Number(options.gap)];
const text = words(Number(options.megabytes) * 1e6);
const lines = text.split("\n").length;

const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-live-"));
const extensionsDir = path.join(folder, "extensions");
if (!options.without) await installVsix(vsixFile(), extensionsDir);
installProbe(extensionsDir);
const record = path.join(folder, "record.jsonl");
writeFileSync(record, "");
const workbench = await Workbench.open({
  workspace: path.join(root, "sample"),
  extensionsDir,
  env: {TOKENSCOPE_TYPING_RECORD: record},
  settings: {
    "tokenscope.inlineCompletion.enabled": false,
    "files.autoSave": "off",
    "editor.wordBasedSuggestions": "off"
  }
});
try {
  const {page} = workbench;
  writeFileSync(path.join(workbench.workspace, file), text);
  await workbench.openFile(file);
  if (!options.without) await workbench.statusBar("Tokens").waitFor();
  await setTimeout(5000);
  writeFileSync(`${record}.start`, "");
  await setTimeout(1000);
  await page.evaluate(watchItem);
  const phases = {};
  const phase = async (name, work) => {
    const from = Date.now();
    const typed = await work();
    await setTimeout(2000);
    phases[name] = {from, to: Date.now(), typed};
  };
  await phase("the first count", async () => {
    const at = Date.now();
    await workbench.goTo(lines >> 1);
    if (!options.without) await workbench.statusBar(/\d+ tokens/).waitFor();
    return [at];
  });
  await phase("letters", () => pressed((i) => page.keyboard.type("abcdefg "[i % 8])));
  await phase("line ends", () => pressed(() => page.keyboard.press("Enter")));
  await phase("undo", () => pressed(() => page.keyboard.press("Control+Z")));
  await phase("lines selected", () => pressed(() => page.keyboard.press("Shift+ArrowDown")));
  writeFileSync(`${record}.stop`, "");
  const changes = await page.evaluate("globalThis.itemChanges");
  const profile = await profileOf(record);
  if (options.profile !== undefined) writeFileSync(options.profile, JSON.stringify(profile));
  print(phases, changes, oursIn(profile));
} finally {
  await workbench.close();
  rmSync(folder, {recursive: true, force: true});
}
process.exit(0);

/** Lines of words, always the same. */
function words(length) {
  const random = seeded(16);
  const vocabulary =
    "the of model token count line budget context reads writes 42 const value => { } // TODO über 漢字 😀".split(" ");
  const written = [];
  for (let units = 0; units < length; ) {
    const line = Array.from(
      {length: 4 + Math.floor(random() * 16)},
      () => vocabulary[Math.floor(random() * vocabulary.length)]
    );
    written.push(line.join(" "));
    units += written.at(-1).length + 1;
  }
  return written.join("\n");
}

/** Presses keys at their time. Resolves with when each was pressed. */
async function pressed(press) {
  const times = [];
  let due = Date.now();
  for (let i = 0; i < keys; i++) {
    due += gap;
    await setTimeout(Math.max(0, due - Date.now()));
    times.push(Date.now());
    await press(i);
  }
  return times;
}

/** Runs in the page: records when the item's text changes. */
function watchItem() {
  globalThis.itemChanges = [];
  let last = "";
  setInterval(() => {
    const item = document.querySelector(
      '.statusbar-item[id="tokenscope.tokenscope.tokenscope.count"], .statusbar-item[id*="tokenscope.count"]'
    );
    const text = item?.textContent ?? "";
    if (text === last) return;
    last = text;
    globalThis.itemChanges.push({at: Date.now(), text});
  }, 5);
}

function print(phases, changes, ours) {
  const recorded = readFileSync(record, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  console.log(`${(text.length / 1e6).toFixed(1)} million characters, ${lines} lines, ${keys} keys every ${gap} ms`);
  console.log(
    "| | thread held up at worst, ms | over 10 ms, times | Tokenscope's part of one, at worst, ms | Tokenscope's processor time, ms | key to number, median ms | p95 |"
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const [name, {from, to, typed}] of Object.entries(phases)) {
    const delays = recorded.filter(({at}) => at >= from && at <= to).flatMap((line) => line.delays);
    const parts = delays.map((one) => Math.min(one.milliseconds, within(ours, one.from, one.to)));
    const waits = typed.flatMap((at, i) => {
      const next = typed[i + 1] ?? to;
      const shown = changes.find((change) => change.at >= at && change.at < next && /\d tokens/.test(change.text));
      return shown === undefined ? [] : [shown.at - at];
    });
    const all =
      delays.length === 0
        ? 0
        : within(ours, Math.min(...delays.map((one) => one.from)), Math.max(...delays.map((one) => one.to)));
    const cells = [
      name,
      Math.max(0, ...delays.map(({milliseconds}) => milliseconds)).toFixed(1),
      delays.filter(({milliseconds}) => milliseconds > 10).length,
      Math.max(0, ...parts).toFixed(1),
      all.toFixed(0),
      quantile(waits, 0.5),
      quantile(waits, 0.95)
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function quantile(values, part) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? "";
}
