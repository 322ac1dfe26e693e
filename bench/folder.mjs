// Counts the tokens of a folder of 10,000 files as the view does: the first time, again, and after one change. Beside it, on the
// same folder, repomix's token tree (npm). Writes some 70 MB to the temporary folder and removes them. Prints seconds.
// usage: node esbuild.mjs --production && node bench/folder.mjs [--files N] [--model FILE.gguf] [--no-peer]
import {spawnSync} from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {parseArgs} from "node:util";
import esbuild from "esbuild";
import {seeded} from "./corpus.mjs";
import {demonstrationModel, memoryOf, modelSpec, root, startEngine} from "./engine.mjs";

const {values} = parseArgs({
  options: {
    files: {type: "string", default: "10000"},
    model: {type: "string", default: demonstrationModel},
    "no-peer": {type: "boolean", default: false}
  }
});
const seed = 20261130;
const repomix = "repomix@1.18.1";
/** As the host (src/host/folderCounts.ts). */
const filesAtOnce = 512;

const {FolderFiles, vscode} = await hostModules();
const home = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
try {
  const folder = path.join(home, "project");
  const {files, bytes} = makeFolder(folder, Number(values.files));
  console.log(
    `${files} files, ${(bytes / 1e6).toFixed(1)} MB, and 1,000 that .gitignore leaves out; model ${path.basename(values.model)}`
  );
  const changed = path.join(
    folder,
    readdirSync(folder, {recursive: true, encoding: "utf8"}).find((name) => name.endsWith("7.ts"))
  );
  await ours(folder, changed);
  if (!values["no-peer"]) theirs(folder, changed);
} finally {
  rmSync(home, {recursive: true, force: true});
}

async function ours(folder, changed) {
  const kept = path.join(home, "tokenCounts.txt");
  let engine = startEngine();
  await engine.request("describe", {model: modelSpec(values.model)});
  await timed("counted", () => count(engine, folder, kept));
  await timed("again", () => count(engine, folder, kept));
  appendFileSync(changed, "\n// one more line\n");
  await timed("after one change, everything looked at", () => count(engine, folder, kept));
  appendFileSync(changed, "\n// and another\n");
  await timed("after one change, as the watcher tells it", () => countPaths(engine, [changed], kept));
  // The counts are written a second after the last one.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  console.log(
    `kept: ${(statSync(kept).size / 1e6).toFixed(1)} MB; engine: ${(memoryOf(engine.pid).most / 1e6).toFixed(0)} MB at most`
  );
  engine.stop();
  engine = startEngine();
  await engine.request("describe", {model: modelSpec(values.model)});
  await timed("again, in a new process", () => count(engine, folder, kept));
  engine.stop();
}

/** Lists the folder as the extension does, then asks the engine as the extension does. */
async function count(engine, folder, kept) {
  const started = performance.now();
  const token = {isCancellationRequested: false};
  const {files} = await FolderFiles.list([vscode.Uri.file(folder)], token);
  const listed = performance.now() - started;
  const {tokens, skipped} = await countPaths(
    engine,
    files.map(({uri}) => uri.fsPath),
    kept
  );
  return {tokens, skipped, files: files.length, listed};
}

async function countPaths(engine, paths, kept) {
  let [tokens, skipped] = [0, 0];
  for (let at = 0; at < paths.length; ) {
    const some = paths.slice(at, at + filesAtOnce);
    const counts = await engine.request("countFiles", {model: modelSpec(values.model), paths: some, kept});
    tokens += counts.tokens.reduce((sum, one) => sum + one, 0);
    skipped += counts.problems.filter((problem) => problem !== null).length;
    at += counts.problems.length;
  }
  return {tokens, skipped, files: paths.length};
}

/** repomix's tree of token counts. It has no cache. */
function theirs(folder, changed) {
  const program = path.join(home, "repomix");
  mkdirSync(program);
  npm(["install", "--silent", "--no-audit", "--no-fund", "--prefix", program, repomix]);
  const bin = path.join(program, "node_modules/repomix/bin/repomix.cjs");
  const output = path.join(home, "repomix.xml");
  for (const what of ["counted", "again", "after one change"]) {
    if (what === "after one change") appendFileSync(changed, "\n// the last line\n");
    const started = performance.now();
    const {status, stdout, stderr} = spawnSync(
      process.execPath,
      [bin, folder, "--token-count-tree", "1000000000", "--no-security-check", "-o", output],
      {encoding: "utf8", maxBuffer: 1 << 28, cwd: folder}
    );
    if (status !== 0) throw new Error(`repomix failed: ${stderr.slice(0, 1000)}`);
    const tokens = /Total Tokens:\s*([\d,]+)/.exec(stdout)?.[1] ?? "?";
    const files = /Total Files:\s*([\d,]+)/.exec(stdout)?.[1] ?? "?";
    print(`${repomix}, ${what}`, performance.now() - started, `${files} files, ${tokens} tokens`);
  }
}

function npm(parameters) {
  const {status, stderr} = spawnSync("npm", parameters, {encoding: "utf8", shell: process.platform === "win32"});
  if (status !== 0) throw new Error(`npm ${parameters.join(" ")} failed: ${stderr}`);
}

async function timed(what, work) {
  const started = performance.now();
  const {tokens, skipped, files, listed} = await work();
  const parts = [`${files} files`, `${tokens} tokens`, `${skipped} skipped`];
  if (listed !== undefined) parts.push(`${(listed / 1000).toFixed(2)} s of it to list them`);
  print(what, performance.now() - started, parts.join(", "));
}

function print(what, milliseconds, more) {
  console.log(`${what}: ${(milliseconds / 1000).toFixed(2)} s, ${more}`);
}

/** Code and prose of this repository, cut into files of 0.2 to 20 KB, most of them small, in some 900 folders. */
function makeFolder(folder, count) {
  const random = seeded(seed);
  const below = (limit) => Math.floor(random() * limit);
  const pool = ["src", "webview", "test", "docs", "bench"]
    .flatMap((name) =>
      readdirSync(path.join(root, name), {recursive: true, encoding: "utf8"}).map((file) => path.join(root, name, file))
    )
    .filter((file) => /\.(ts|mjs|md)$/.test(file))
    .sort()
    .map((file) => ({ending: path.extname(file), lines: readFileSync(file, "utf8").split("\n")}));
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const size = Math.min(20_000, Math.max(200, Math.exp(7.8 + 1.1 * normal(random))));
    const {ending, lines} = pool[below(pool.length)];
    let text = `// ${i}\n`;
    for (let line = below(lines.length); text.length < size; line++) text += `${lines[line % lines.length]}\n`;
    const place = path.join(folder, `part${below(30)}`, ...(random() < 0.8 ? [`module${below(30)}`] : []));
    mkdirSync(place, {recursive: true});
    writeFileSync(path.join(place, `file${i}${ending}`), text);
    bytes += Buffer.byteLength(text);
  }
  writeFileSync(path.join(folder, ".gitignore"), "node_modules/\n*.log\n/build\n");
  for (let i = 0; i < 1000; i++) {
    const place = path.join(folder, "node_modules", `package${i % 50}`);
    mkdirSync(place, {recursive: true});
    writeFileSync(path.join(place, `${i}.js`), "ignored();\n");
  }
  return {files: count + 1, bytes};
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The host's code, with what little it asks of VS Code. */
async function hostModules() {
  const outfile = path.join(root, "out/bench/folder.cjs");
  const stub = `
    const path = require("node:path");
    const {stat} = require("node:fs/promises");
    class Uri {
      constructor(path) { this.scheme = "file"; this.authority = ""; this.path = path; }
      static file(name) { return new Uri(name.split(path.sep).join("/")); }
      static joinPath(uri, ...names) { return new Uri(path.posix.join(uri.path, ...names)); }
      with({path}) { return new Uri(path); }
      get fsPath() { return this.path; }
      toString() { return "file://" + this.path; }
    }
    const FileType = {Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64};
    const fs = {stat: async ({path}) => ({type: (await stat(path)).isDirectory() ? 2 : 1})};
    const exclude = {"**/.git": true, "**/.svn": true, "**/.hg": true, "**/.DS_Store": true, "**/Thumbs.db": true};
    const workspace = {fs, getWorkspaceFolder: () => undefined, getConfiguration: () => ({get: () => exclude})};
    class CancellationError extends Error {}
    module.exports = {Uri, FileType, workspace, CancellationError};`;
  await esbuild.build({
    stdin: {
      contents: `export {FolderFiles} from "./src/host/documents/folderFiles"; export * as vscode from "vscode";`,
      resolveDir: root
    },
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    plugins: [
      {
        name: "vscode",
        setup(build) {
          build.onResolve({filter: /^vscode$/}, () => ({path: "vscode", namespace: "stub"}));
          build.onLoad({filter: /.*/, namespace: "stub"}, () => ({contents: stub, loader: "js"}));
        }
      }
    ]
  });
  return (await import(outfile)).default;
}
