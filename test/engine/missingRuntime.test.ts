import {strict as assert} from "node:assert";
import {execFile} from "node:child_process";
import {cpSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {pathToFileURL} from "node:url";
import {promisify} from "node:util";
import {root} from "../harness/paths";
import {temporaryFolder} from "./modelCopies";

const run = promisify(execFile);

describe("Where llama.cpp's binaries can't be used", () => {
  const folder = temporaryFolder();
  const system = `${process.platform}-${process.arch}`;
  after(() => folder.remove());

  /**
   * The command line's output if the package of binaries for the CPU is another one, or "missing". `inAll` runs in all processes.
   */
  async function told(name: string, source: string, packageVersion = "0", inAll = ""): Promise<string> {
    const own = path.join(folder.path, name);
    mkdirSync(path.join(own, "linux-x64"), {recursive: true});
    writeFileSync(path.join(own, "linux-x64", "llama-addon.node"), "no library");
    const index = path.join(own, "index.mjs");
    writeFileSync(
      index,
      `${source}\nexport const getBinsDir = () => (${JSON.stringify({binsDir: own, packageVersion})});`
    );
    const loader = `
      export async function resolve(specifier, context, next) {
        if (specifier !== "@node-llama-cpp/linux-x64") return next(specifier, context);
        return {url: ${JSON.stringify(pathToFileURL(index).href)}, format: "module", shortCircuit: true};
      }`;
    const hook = path.join(own, "hook.mjs");
    writeFileSync(
      hook,
      `import {register} from "node:module"; register("data:text/javascript,${encodeURIComponent(loader)}"); ${inAll}`
    );
    const file = path.join(folder.path, "text.txt");
    writeFileSync(file, "some text");
    const asked = run(process.execPath, [path.join(root, "dist/cli.js"), "tokenize", "--gpu", "off", file], {
      env: {...process.env, NODE_OPTIONS: `--import=${pathToFileURL(hook).href}`}
    });
    return await asked.then(
      () => assert.fail("it ran"),
      ({stderr}: {stderr: string}) => stderr
    );
  }

  it("says in one sentence why", async function () {
    if (system !== "linux-x64") this.skip();
    const cases = await Promise.all([
      told("missing", 'throw new Error("not here");'),
      told("damaged", ""),
      // This happens in the process that probes devices.
      told("processor", 'if (process.argv[1]?.endsWith("probe.js")) process.kill(process.pid, "SIGILL");')
    ]);
    const hint = " (--verbose shows llama.cpp's log)\n";
    assert.deepEqual(cases, [
      `tokenscope: This copy of Tokenscope has no llama.cpp for this system and processor (linux-x64): install the package that was made for it.${hint}`,
      `tokenscope: llama.cpp's files are damaged, or made for another machine: install Tokenscope again.${hint}`,
      `tokenscope: llama.cpp uses an instruction that this processor, or virtual machine, does not have: use Tokenscope on another one.${hint}`
    ]);
  });

  it("outlives a binary that ends the process which loads it", async function () {
    if (system !== "linux-x64") this.skip();
    const {version} = JSON.parse(readFileSync(path.join(root, "node_modules/node-llama-cpp/package.json"), "utf8"));
    const metadata = "linux-x64/_nlcBuildMetadata.json";
    mkdirSync(path.join(folder.path, "deadly/linux-x64"), {recursive: true});
    cpSync(
      path.join(root, "node_modules/@node-llama-cpp/linux-x64/bins", metadata),
      path.join(folder.path, "deadly", metadata)
    );
    const deadly = `
      import Module from "node:module";
      Module._extensions[".node"] = () => process.kill(process.pid, "SIGKILL");`;
    assert.match(await told("deadly", "", version, deadly), /^tokenscope: llama\.cpp's files are damaged/);
  });
});
