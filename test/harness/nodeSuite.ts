// A test suite outside VS Code. usage: node nodeSuite.js FOLDER EVENTS_FILE [FILTER]
import path from "node:path";
import {runMocha} from "./runMocha";

const [folder, events, filter] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node nodeSuite.js FOLDER EVENTS_FILE [FILTER]");

// A browser, a VS Code and its server on a busy machine lose a click now and then, as they do for people, who click again.
const retries = path.basename(folder) === "e2e" ? 1 : 0;

// An end by exit(): what the tests have started ends with it.
process.on("SIGTERM", () => process.exit(143));

// The process ends by itself when nothing is left open; that it does is part of the test.
runMocha({folder, events, filter, retries}).then((failed) => {
  process.exitCode = failed === 0 ? 0 : 1;
});
