import {runMocha} from "../harness/runMocha";

/** VS Code's entry point for extension tests (extensionTestsPath), on the desktop and in the browser. */
export async function run(): Promise<void> {
  const {TOKENSCOPE_TEST_EVENTS: events, TOKENSCOPE_TEST_FILTER: filter} = process.env;
  const failed = await runMocha({folder: __dirname, events, filter});
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}
