// Builds everything and runs the test suites in turn. The last line adds them up: "N passed, N failed".
// usage: npm test [-- SUITE ...]   with SUITE one of unit, engine, extension, package, e2e
import {spawn} from "node:child_process";
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {hasDisplay} from "./environment.mjs";
import {root} from "./root.mjs";
import {vsixFile} from "./vsix.mjs";

const out = path.join(root, "out/test");
const resultsFolder = path.join(root, "out/results");
const sample = path.join(root, "sample");

/** Every suite leaves its counts in a file or throws. Minutes are the time after which it counts as hung. */
const suites = {
  unit: (results) => nodeSuite("unit", results, 5),
  engine: (results) => nodeSuite("engine", results, 20),
  extension: extensionSuite,
  package: packageSuite,
  e2e: e2eSuite
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}: choose from ${Object.keys(suites).join(", ")}.`);
  process.exit(1);
}
const chosen = asked.length > 0 ? asked : Object.keys(suites);
// The e2e suite installs the package, so it wants a fresh one.
if (chosen.includes("e2e") && !chosen.includes("package")) chosen.splice(chosen.indexOf("e2e"), 0, "package");

for (const folder of [out, resultsFolder]) rmSync(folder, {recursive: true, force: true});
mkdirSync(resultsFolder, {recursive: true});
await node("esbuild.mjs", ["--tests"], 5);

const total = {passed: 0, failed: 0};
for (const name of chosen) {
  console.log(`\n=== ${name} ===`);
  const started = Date.now();
  const {passed, failed} = await counts(name);
  console.log(`${name}: ${passed} passed, ${failed} failed, ${Math.round((Date.now() - started) / 1000)} s`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** A suite that could not run, or ran nothing, has failed once: silence must not look like success. */
async function counts(name) {
  const results = path.join(resultsFolder, `${name}.json`);
  let problem;
  try {
    await suites[name](results);
  } catch (error) {
    problem = error.message;
  }
  const {passed, failed} = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {passed: 0, failed: 0};
  // Failed tests make a suite's process fail: that is counted already.
  if (failed > 0) return {passed, failed};
  if (problem === undefined && passed === 0) problem = "no test ran";
  if (problem === undefined) return {passed, failed};
  console.error(`${name}: ${problem}`);
  return {passed, failed: 1};
}

function nodeSuite(name, results, minutes, env) {
  return node("out/test/harness/nodeSuite.js", [path.join(out, name), results], minutes, env);
}

/** Makes this platform's VSIX and looks into it, and into other platforms'; what it can do is the e2e suite's. */
async function packageSuite(results) {
  await node("scripts/package.mjs", [], 5);
  await nodeSuite("package", results, 10);
}

/** Drives a VS Code into which the package has been installed, not the one that this folder would make. */
async function e2eSuite(results) {
  const {installVsix} = await import("../out/test/harness/vscodeServer.js");
  const extensions = mkdtempSync(path.join(tmpdir(), "tokenscope-extensions-"));
  try {
    console.log(await installVsix(vsixFile(), extensions));
    await nodeSuite("e2e", results, 20, {TOKENSCOPE_EXTENSIONS: extensions});
  } finally {
    rmSync(extensions, {recursive: true, force: true});
  }
}

/** The suite inside VS Code: a desktop one where it can be had, else the one in the browser. */
async function extensionSuite(results) {
  const testsPath = path.join(out, "extension/index.js");
  const desktop = await desktopVsCode();
  if (desktop.executable !== undefined) {
    console.log(`In desktop VS Code: ${desktop.why}.`);
    const {runTests} = await import("@vscode/test-electron");
    await runTests({
      vscodeExecutablePath: desktop.executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: testsPath,
      extensionTestsEnv: {TOKENSCOPE_TEST_RESULTS: results},
      launchArgs: [temporaryCopy(sample), "--disable-extensions", "--disable-workspace-trust"]
    });
    return;
  }
  console.log(`In VS Code in the browser: ${desktop.why}.`);
  await node("out/test/harness/extensionSuite.js", [testsPath, sample, results], 10);
}

/** The desktop VS Code to test in, or undefined, and why. */
async function desktopVsCode() {
  if (!hasDisplay()) return {why: "there is no display for a desktop one"};
  const named = process.env.VSCODE_EXECUTABLE;
  if (named) return {executable: named, why: "VSCODE_EXECUTABLE names it"};
  const {downloadAndUnzipVSCode} = await import("@vscode/test-electron");
  try {
    return {executable: await downloadAndUnzipVSCode("stable"), why: "downloaded"};
  } catch (error) {
    return {why: `a desktop one cannot be downloaded (${error.message.split("\n")[0]})`};
  }
}

function temporaryCopy(folder) {
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-workspace-"));
  process.once("exit", () => rmSync(home, {recursive: true, force: true}));
  const copy = path.join(home, path.basename(folder));
  cpSync(folder, copy, {recursive: true});
  return copy;
}

/** Runs a program of ours to its end. */
async function node(script, args, minutes, env = {}) {
  // A group of its own: what hangs is ended with all that it has started.
  const child = spawn(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    detached: true,
    env: {...process.env, ...env},
    stdio: ["ignore", "inherit", "inherit"]
  });
  const endGroup = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", endGroup);
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    endGroup();
  }, minutes * 60_000);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (...how) => resolve(how));
  });
  clearTimeout(timer);
  endGroup();
  process.removeListener("exit", endGroup);
  if (hung) throw new Error(`${script} was still running after ${minutes} minutes, and was ended`);
  if (code !== 0) throw new Error(`${script} ended with ${signal ?? `code ${code}`}`);
}
