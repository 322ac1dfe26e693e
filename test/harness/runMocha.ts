import {appendFileSync, readdirSync} from "node:fs";
import path from "node:path";

/** What happens in a run of mocha, one JSON document a line in the suite's file of events. scripts/testRun.mjs reads it meanwhile. */
export type TestEvent =
  | {what: "began" | "passed" | "skipped"; test: string; file: string; milliseconds?: number}
  | {what: "failed" | "retried"; test: string; file: string; error: string}
  | {what: "ended"};

export interface MochaRun {
  /** Every test file below it takes part, as a bundle: a new one does by being there. */
  folder: string;
  /** File that events are appended to; undefined: they are told to nobody. */
  events: string | undefined;
  /** Only files whose names contain this. Default: all. */
  filter?: string | undefined;
  /** How often a test that fails is tried again: never silently. Default: 0. */
  retries?: number;
}

/** A test that hangs fails after so many milliseconds. It is no measure of speed: the slowest takes a tenth of it. */
const hangs = 300_000;

/** Runs test files, and returns how many of their tests failed. */
export async function runMocha({folder, events, filter = "", retries = 0}: MochaRun): Promise<number> {
  // A failure's stack names the source, not the bundle.
  process.setSourceMapsEnabled(true);
  // mocha is an ES module, and the extension host of VS Code 1.95 cannot require one.
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
