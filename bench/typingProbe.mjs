// The extension that records how long the extension host is held up (test/faults/typingProbe.ts): for bench/typing.mjs and
// bench/liveCount.mjs.
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";

const root = path.join(import.meta.dirname, "..");

/** Writes an extension that is activated before all others. */
export function installProbe(extensions) {
  const probe = path.join(extensions, "nobody.typing-probe-0.0.1");
  const manifest = {
    name: "typing-probe",
    publisher: "nobody",
    version: "0.0.1",
    engines: {vscode: "^1.95.0"},
    activationEvents: ["*"],
    main: "./typingProbe.js"
  };
  mkdirSync(probe, {recursive: true});
  writeFileSync(path.join(probe, "package.json"), JSON.stringify(manifest));
  copyFileSync(path.join(root, "out/test/faults/typingProbe.js"), path.join(probe, "typingProbe.js"));
  const list = path.join(extensions, "extensions.json");
  if (!existsSync(list)) return;
  const location = {$mid: 1, path: probe, scheme: "file"};
  const listed = {
    identifier: {id: "nobody.typing-probe"},
    version: "0.0.1",
    location,
    relativeLocation: path.basename(probe)
  };
  writeFileSync(list, JSON.stringify([...JSON.parse(readFileSync(list, "utf8")), listed]));
}

/** Intervals in which Tokenscope's functions ran, with their callees: start and end on the monotonic clock (µs). */
export function oursIn({nodes, samples, timeDeltas, startTime}) {
  const ours = new Set();
  const mark = (node, within) => {
    const isOurs = within || node.callFrame.url.includes("/tokenscope.tokenscope-");
    if (isOurs) ours.add(node.id);
    for (const child of node.children ?? []) mark(byId.get(child), isOurs);
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  mark(nodes[0], false);
  let now = startTime;
  return samples.flatMap((id, index) => {
    now += timeDeltas[index];
    // A sample counts for the time until the next one.
    return ours.has(id) ? [[now, now + (timeDeltas[index + 1] ?? 0)]] : [];
  });
}

/** The part of these intervals between two moments (ms). */
export function within(spans, from, to) {
  const parts = spans.map(([start, end]) => Math.max(0, Math.min(end, to) - Math.max(start, from)));
  return parts.reduce((total, part) => total + part, 0) / 1000;
}

/** The profile that belongs to a record, once it is written. */
export async function profileOf(record) {
  while (!existsSync(`${record}.profile`)) await setTimeout(100);
  return JSON.parse(readFileSync(`${record}.profile`, "utf8"));
}
