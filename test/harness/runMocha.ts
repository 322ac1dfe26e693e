import {appendFileSync, readdirSync} from "node:fs";
import path from "node:path";

/**
 * An event of a mocha run, a line of JSON in the suite's file of events, which scripts/suiteRun.mjs reads during the
 * run.
 */
export type TestEvent =
  | {what: "began" | "passed" | "skipped"; test: string; file: string; milliseconds?: number}
  | {what: "failed" | "retried"; test: string; file: string; error: string}
  | {what: "ended"};

export interface MochaRun {
  /** All bundled test files below this folder are run. */
  folder: string;
  /** The file for events. Undefined writes none. */
  events: string | undefined;
  /** Only files whose names contain this. Default: all. */
  filter?: string | undefined;
  /** How often a failed test is tried again. Each retry is reported. Default: 0. */
  retries?: number;
}

/** A hang guard (ms), not a measure of speed: the slowest test takes a tenth of it. */
const hangs = 300_000;

/** Runs test files, and returns how many of their tests failed. */
export async function runMocha({folder, events, filter = "", retries = 0}: MochaRun): Promise<number> {
  // The stack of a failure names the source, not the bundle.
  process.setSourceMapsEnabled(true);
  // Imported dynamically: the extension host of VS Code 1.95 can't require an ES module.
  const {default: Mocha} = await import("mocha");
  const mocha = new Mocha({color: false, timeout: hangs, retries, reporter: "spec"});
  for (const file of readdirSync(folder, {recursive: true, encoding: "utf8"}).sort())
    if (file.endsWith(".test.js") && file.includes(filter)) mocha.addFile(path.join(folder, file));
  const tell = (event: TestEvent) => {
    if (events !== undefined) appendFileSync(events, `${JSON.stringify(event)}\n`);
  };
  const named = (test: Mocha.Test | Mocha.Hook) => ({
    test: test.fullTitle(),
    file: path.basename(test.file ?? test.parent?.file ?? "", ".test.js")
  });
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => {
      tell({what: "ended"});
      resolve(failures);
    });
    runner.on("test", (test) => tell({what: "began", ...named(test)}));
    runner.on("pass", (test) => tell({what: "passed", ...named(test), milliseconds: test.duration ?? 0}));
    runner.on("pending", (test) => tell({what: "skipped", ...named(test)}));
    runner.on("fail", (test, error: unknown) => tell({what: "failed", ...named(test), error: stackOf(error)}));
    runner.on("retry", (test, error: unknown) => {
      console.error(`Tried again: ${test.fullTitle()}\n${stackOf(error)}`);
      tell({what: "retried", ...named(test), error: stackOf(error)});
    });
  });
}

function stackOf(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000);
}
