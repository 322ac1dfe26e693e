import * as assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import path from "node:path";
import {root} from "../harness/paths";
import {noNetwork, scripts} from "./scripts";

describe("A package that ships", () => {
  // A hang guard: npm installs a hundred packages, maybe on a busy machine.

  const lock = () => JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));

  it("is not installed without a checksum in package-lock.json", async () => {
    const {installPackages} = await scripts.packages();
    const {targets, binaryPackages} = await scripts.vsix();
    // Bundled, imported by node-llama-cpp, and each platform's binaries.
    const names = ["lit", "semver", "node-llama-cpp"];
    const cases = [
      ...names.map((name) => ["linux-x64", name] as const),
      ...targets.flatMap((target) => binaryPackages(target).map((name) => [target, name] as const))
    ];
    for (const [target, name] of cases) {
      const packageLock = lock();
      for (const binary of binaryPackages(target)) packageLock.packages[`node_modules/${binary}`].integrity = "sha512-";
      packageLock.packages[`node_modules/${name}`].integrity = undefined;
      assert.throws(() => installPackages(target, packageLock), {
        message:
          `${name} has no checksum in package-lock.json, so it is not packed: delete its entry there and run ` +
          "`npm install --package-lock-only` with a registry that has it."
      });
    }
  });

  it("is not installed when it has another checksum than package-lock.json says", async function () {
    const {installPackages} = await scripts.packages();
    const packageLock = lock();
    const entries = packageLock.packages;
    // A file of another package.
    entries["node_modules/valibot"].integrity = entries["node_modules/lit"].integrity;
    const message = messageOf(() => installPackages("linux-arm64", packageLock));
    if (noNetwork.test(message)) {
      process.stdout.write("      not tried: there is no network\n");
      this.skip();
    }
    assert.match(message, /^npm could not install the packages for linux-arm64: [\s\S]*EINTEGRITY/);
  });
});

/** The message of an error. */
function messageOf(failing: () => unknown): string {
  try {
    failing();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}
