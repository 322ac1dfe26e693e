// Runs the checks and test suites in turn. The last line has the sums: "N passed, N failed", and ", N skipped" if there
// were any.
// usage: npm test [-- SUITE ...]   with SUITE one of lint, types, unit, engine, extension, package, e2e; unit:score runs only the
// files of the suite whose names contain "score". npm run test:thorough runs many more random cases.
import {mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {root} from "./root.mjs";
import {SuiteRun} from "./suiteRun.mjs";
import {showProgress, suiteLine, summary} from "./testReport.mjs";
import {vsixFile} from "./vsix.mjs";

process.chdir(root);
const out = path.join(root, "out/test");
const results = path.join(root, "out/results");

/** The suites. Each gets its run ({@link SuiteRun}) and a filter for its files. */
const suites = {
  lint: async (suite) => suite.check("node_modules/@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]),
  types: async (suite) => {
    await suite.check("node_modules/typescript/bin/tsc", ["--noEmit"]);
    await suite.check("node_modules/typescript/bin/tsc", ["--noEmit", "-p", "webview"]);
  },
  unit: (suite, filter) => mochaSuite(suite, "unit", filter),
  engine: (suite, filter) => mochaSuite(suite, "engine", filter),
  extension: (suite, filter) =>
    suite.node("out/test/harness/extensionSuite.js", [
      path.join(out, "extension/index.js"),
      path.join(root, "sample"),
      suite.events,
      filter
    ]),
  // `npm run package` fails if the build fails or the VSIX is too large. The e2e suite tests what the VSIX does.
  package: async (suite, filter) => {
    await suite.check("scripts/package.mjs");
    await mochaSuite(suite, "package", filter);
  },
  e2e: e2eSuite
};

const flags = process.argv.slice(2).filter((word) => word.startsWith("--"));
const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const unknown = [
  ...asked.filter((word) => !(nameOf(word) in suites)),
  ...flags.filter((flag) => flag !== "--thorough")
];
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}: choose from ${Object.keys(suites).join(", ")}.`);
  process.exit(1);
}
// Tests inside VS Code inherit this variable.
if (flags.includes("--thorough")) process.env.TOKENSCOPE_THOROUGH = "1";
const chosen = asked.length > 0 ? asked : Object.keys(suites);
// The e2e suite installs the package, so it needs a fresh one.
const e2e = chosen.findIndex((word) => nameOf(word) === "e2e");
if (e2e >= 0 && !chosen.includes("package")) chosen.splice(e2e, 0, "package");

for (const folder of [out, results]) rmSync(folder, {recursive: true, force: true});
mkdirSync(results, {recursive: true});

// The build of the tests is shown only if it fails. Then nothing can run.
const build = new SuiteRun("build", results);
await build.run(() => build.check("esbuild.mjs", ["--tests"]));
const runs = [];
if (build.failures.length > 0) runs.push(build);
else for (const word of chosen) runs.push(await run(word));
console.log(summary(runs));
process.exitCode = runs.every(({failures}) => failures.length === 0) ? 0 : 1;

async function run(word) {
  const suite = new SuiteRun(nameOf(word), results);
  const endProgress = showProgress(suite);
  await suite.run(() => suites[suite.name](suite, word.slice(suite.name.length + 1)));
  endProgress();
  console.log(suiteLine(suite));
  return suite;
}

function nameOf(word) {
  return word.split(":", 1)[0];
}

function mochaSuite(suite, name, filter, env) {
  return suite.node("out/test/harness/nodeSuite.js", [path.join(out, name), suite.events, filter], env);
}

/** Runs the e2e tests in a VS Code with the installed package, not with the extension from this folder. */
async function e2eSuite(suite, filter) {
  const {installVsix} = await import("../out/test/harness/vscodeServer.js");
  const extensions = mkdtempSync(path.join(tmpdir(), "tokenscope-extensions-"));
  try {
    await installVsix(vsixFile(), extensions);
    await mochaSuite(suite, "e2e", filter, {TOKENSCOPE_EXTENSIONS: extensions});
  } finally {
    rmSync(extensions, {recursive: true, force: true});
  }
}
