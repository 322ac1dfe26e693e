import {readdirSync, writeFileSync} from "node:fs";
import path from "node:path";

/** What a run of mocha leaves in its results file, for scripts/test.mjs to add up. */
export interface SuiteResults {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Runs every test file below a folder of bundles; a new file takes part by being there. A test that fails is tried
 * `retries` times more, and never silently: the failure is printed though the retry may pass.
 */
export async function runMocha(folder: string, resultsFile: string | undefined, retries = 0): Promise<SuiteResults> {
  // A failure's stack names the source, not the bundle.
  process.setSourceMapsEnabled(true);
  // mocha is an ES module, and the extension host of VS Code 1.95 cannot require one.
  const {default: Mocha} = await import("mocha");
  const mocha = new Mocha({color: false, timeout: 60_000, retries});
  for (const file of readdirSync(folder, {recursive: true, encoding: "utf8"}).sort())
    if (file.endsWith(".test.js")) mocha.addFile(path.join(folder, file));
  const results = await new Promise<SuiteResults>((resolve) => {
    const runner = mocha.run(() => {
      const {passes, failures, pending} = runner.stats ?? {passes: 0, failures: 1, pending: 0};
      resolve({passed: passes, failed: failures, skipped: pending});
    });
    runner.on("retry", (test, error) => console.error(`Tried again: ${test.fullTitle()}\n${error.stack}`));
  });
  if (resultsFile !== undefined) writeFileSync(resultsFile, JSON.stringify(results));
  return results;
}
