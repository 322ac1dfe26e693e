// The extension suite: in a desktop VS Code if possible, else in one in the browser.
// usage: node extensionSuite.js TESTS_PATH WORKSPACE EVENTS_FILE [FILTER]
import {cpSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {downloadAndUnzipVSCode, runTests} from "@vscode/test-electron";
import {hasDisplay} from "../../scripts/environment.mjs";
import {root} from "./paths";
import {runExtensionSuite} from "./runExtensionSuite";

const [testsPath, workspace, events, filter = ""] = process.argv.slice(2);
if (testsPath === undefined || workspace === undefined || events === undefined)
  throw new Error("usage: node extensionSuite.js TESTS_PATH WORKSPACE EVENTS_FILE [FILTER]");

run(testsPath, workspace, {TOKENSCOPE_TEST_EVENTS: events, TOKENSCOPE_TEST_FILTER: filter}).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

async function run(tests: string, folder: string, env: Record<string, string>): Promise<void> {
  const {executable, why} = await desktopVsCode();
  if (executable === undefined) {
    console.log(`In VS Code in the browser: ${why}.`);
    await runExtensionSuite({testsPath: tests, workspace: folder, env});
    return;
  }
  console.log(`In desktop VS Code: ${why}.`);
  const copies = mkdtempSync(path.join(tmpdir(), "tokenscope-workspace-"));
  try {
    const copy = path.join(copies, path.basename(folder));
    cpSync(folder, copy, {recursive: true});
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: tests,
      extensionTestsEnv: env,
      launchArgs: [copy, "--disable-extensions", "--disable-workspace-trust"]
    });
  } finally {
    rmSync(copies, {recursive: true, force: true});
  }
}

/** The desktop VS Code to test in, if any, and why. */
async function desktopVsCode(): Promise<{executable?: string; why: string}> {
  if (!hasDisplay()) return {why: "there is no display for a desktop one"};
  const named = process.env["VSCODE_EXECUTABLE"];
  if (named) return {executable: named, why: "VSCODE_EXECUTABLE names it"};
  try {
    return {executable: await downloadAndUnzipVSCode("stable"), why: "downloaded"};
  } catch (error) {
    return {why: `a desktop one cannot be downloaded (${(error as Error).message.split("\n")[0]})`};
  }
}
