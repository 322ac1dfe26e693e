// A test suite outside VS Code. usage: node nodeSuite.js FOLDER EVENTS_FILE [FILTER]
import path from "node:path";
import {runMocha} from "./runMocha";

const [folder, events, filter] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node nodeSuite.js FOLDER EVENTS_FILE [FILTER]");

// On a busy machine, VS Code in a browser sometimes loses a click, as it does for people, who click again.
const retries = path.basename(folder) === "e2e" ? 1 : 0;

// Ends with exit(), which also ends the child processes of the tests.
process.on("SIGTERM", () => process.exit(143));

// The process must end by itself: this tests that nothing is left open.
runMocha({folder, events, filter, retries}).then((failed) => {
  process.exitCode = failed === 0 ? 0 : 1;
});
