import {runMocha} from "../harness/runMocha";

/** What VS Code calls in its extension host, on the desktop and in the browser alike (extensionTestsPath). */
export async function run(): Promise<void> {
  const {TOKENSCOPE_TEST_EVENTS: events, TOKENSCOPE_TEST_FILTER: filter} = process.env;
  const failed = await runMocha({folder: __dirname, events, filter});
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}
