// The extension suite in a VS Code in the browser. usage: node extensionSuite.js TESTS_PATH WORKSPACE RESULTS_FILE
import {runExtensionSuite} from "./runExtensionSuite";

const [testsPath, workspace, resultsFile] = process.argv.slice(2);
if (testsPath === undefined || workspace === undefined || resultsFile === undefined)
  throw new Error("usage: node extensionSuite.js TESTS_PATH WORKSPACE RESULTS_FILE");

runExtensionSuite({testsPath, workspace, resultsFile, timeoutSeconds: 480}).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
