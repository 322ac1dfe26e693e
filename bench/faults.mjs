// Tests the engine with crashes, damaged files, pressure and idleness. Prints a table; a missed goal gives exit code 1.
// The sizes are in test/faults/main.ts; --short takes those of the test suites.
// usage: node bench/faults.mjs [--short] [--part deaths|fuzz|pressure|idle]...
import {execFileSync, spawnSync} from "node:child_process";
import {root} from "./engine.mjs";

const run = {cwd: root, stdio: "inherit"};
execFileSync(process.execPath, ["esbuild.mjs", "--production", "--tests"], {
  ...run,
  stdio: ["ignore", "ignore", "inherit"]
});
const arguments_ = ["--expose-gc", "out/test/faults/main.js", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, arguments_, run).status ?? 1;
