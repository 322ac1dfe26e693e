// `npm run package`: the VSIX for a platform, this one by default. Made on any machine, with Node and npm alone.
// usage: npm run package -- [--target TARGET]   with TARGET one of scripts/vsix.mjs
import path from "node:path";
import {parseArgs} from "node:util";
import {buildPrograms, megabytes, pack} from "./pack.mjs";
import {installPackages} from "./packages.mjs";
import {Refusal, thisTarget, vsixFile} from "./vsix.mjs";

try {
  const target = targetOption();
  const packages = installPackages(target);
  buildPrograms();
  const vsix = vsixFile(target);
  const bytes = await pack({target, packages, vsix});
  console.log(`${path.basename(vsix)}: ${megabytes(bytes)}`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function targetOption() {
  try {
    return parseArgs({options: {target: {type: "string", default: thisTarget}}}).values.target;
  } catch (error) {
    throw new Refusal(error.message);
  }
}
