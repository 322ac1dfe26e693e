// A test suite outside VS Code. usage: node nodeSuite.js FOLDER RESULTS_FILE
import {runMocha} from "./runMocha";

const [folder, resultsFile] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node nodeSuite.js FOLDER RESULTS_FILE");

// The process ends by itself when nothing is left open; that it does is part of the test.
runMocha(folder, resultsFile).then(({failed}) => {
  process.exitCode = failed === 0 ? 0 : 1;
});
