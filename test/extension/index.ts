import {runMocha} from "../harness/runMocha";

/** What VS Code calls in its extension host, on the desktop and in the browser alike (extensionTestsPath). */
export async function run(): Promise<void> {
  const {failed} = await runMocha(__dirname, process.env["TOKENSCOPE_TEST_RESULTS"]);
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}
