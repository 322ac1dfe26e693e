// A test suite outside VS Code. usage: node nodeSuite.js FOLDER RESULTS_FILE
import path from "node:path";
import {runMocha} from "./runMocha";

const [folder, resultsFile] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node nodeSuite.js FOLDER RESULTS_FILE");

// A browser, a VS Code and its server on a busy machine lose a click now and then, as they do for people, who click again.
const retries = path.basename(folder) === "e2e" ? 1 : 0;

// The process ends by itself when nothing is left open; that it does is part of the test.
runMocha(folder, resultsFile, retries).then(({failed}) => {
  process.exitCode = failed === 0 ? 0 : 1;
});
