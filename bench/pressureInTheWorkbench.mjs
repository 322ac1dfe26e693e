// Measures the longest delays of the extension host's event loop in a real VS Code under long texts, many editors and
// many hovers: with and without the extension, because VS Code itself is slow with a document of 50 MB.
// usage: node bench/pressureInTheWorkbench.mjs [MEGABYTES [EDITORS]]
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {root} from "./engine.mjs";

const [megabytes = "49", editors = "300"] = process.argv.slice(2);
execFileSync(process.execPath, ["esbuild.mjs", "--production", "--tests"], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"]
});
const {runExtensionSuite} = await import("../out/test/harness/runExtensionSuite.js");
const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-pressure-"));
try {
  // An empty extension instead of ours.
  const nothing = {name: "nothing", publisher: "nobody", version: "0.0.1", engines: {vscode: "^1.95.0"}};
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(nothing));
  Object.assign(process.env, {TOKENSCOPE_MEGABYTES: megabytes, TOKENSCOPE_EDITORS: editors});
  const without = await measured(folder);
  const withOurs = await measured(root);
  console.log(`worst delay of the extension host's event loop, ms${" ".repeat(4)}without     with`);
  for (const [index, [what, delay]] of withOurs.entries())
    console.log(`${what.padEnd(52)}${without[index][1].toFixed(1).padStart(9)}${delay.toFixed(1).padStart(9)}`);
} finally {
  rmSync(folder, {recursive: true, force: true});
}

async function measured(extension) {
  const resultsFile = path.join(folder, "results.json");
  const testsPath = path.join(root, "out/test/faults/pressureInVsCode.js");
  await runExtensionSuite({
    testsPath,
    workspace: path.join(root, "sample"),
    env: {TOKENSCOPE_RESULTS: resultsFile},
    extension
  });
  return JSON.parse(readFileSync(resultsFile, "utf8"));
}
