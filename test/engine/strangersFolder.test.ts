import {strict as assert} from "node:assert";
import {execFile} from "node:child_process";
import {copyFileSync, mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import {homedir} from "node:os";
import path from "node:path";
import {root} from "../harness/paths";
import {type Deed, readRecording, recordingCommand, skipUnlessRecording} from "../harness/recording";
import {extensionHere, notListed} from "../harness/securityList";
import {demonstration} from "./engine";
import {temporaryFolder} from "./modelCopies";

/** CUDA libraries that llama.cpp's binaries need, and also look for in the current folder. */
const wanted = ["libcudart.so.13", "libcudart.so.12", "libcublas.so.13", "libcublas.so.12", "libcuda.so.1"];

/** Files that make CUDA look installed, so that "auto" tries it. */
const installed = ["libcuda.so", "libnvidia-ml.so", "libcudart.so", "libcublas.so", "libcublasLt.so"];

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly deeds: readonly Deed[];
}

/**
 * Opening a library counts as running it, because the loader opens what it loads. The files are empty, so no compiler
 * is needed.
 */
describe("The headless runner, started in a stranger's folder", () => {
  const folder = temporaryFolder();
  const checkout = path.join(folder.path, "checkout");
  const inCheckout = (...names: string[]) => names.map((name) => path.join(checkout, name));

  before(function () {
    skipUnlessRecording(this);
    mkdirSync(path.join(checkout, "sub"), {recursive: true});
    mkdirSync(path.join(folder.path, "elsewhere/sub"), {recursive: true});
    mkdirSync(path.join(folder.path, "cuda"));
    for (const name of [...wanted, "libvulkan.so.1", "libggml-base.so", "libggml-cpu.so", "libggml-cuda.so"])
      for (const place of [checkout, path.join(checkout, "sub")]) writeFileSync(path.join(place, name), "");
    for (const name of installed) writeFileSync(path.join(folder.path, "cuda", name), "");
    for (const name of ["a.txt", "sub/b.txt"]) writeFileSync(path.join(checkout, name), "hello world");
    writeFileSync(path.join(folder.path, "elsewhere/c.txt"), "hello");
    symlinkSync(path.join(folder.path, "elsewhere/sub"), path.join(checkout, "link"));
    copyFileSync(demonstration, path.join(checkout, "sub/model.gguf"));
  });
  after(() => folder.remove());

  let runs = 0;
  function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const record = path.join(folder.path, `record ${runs++}`);
    const [program = "", ...options] = recordingCommand(record);
    const command = [...options, process.execPath, path.join(root, "dist/cli.js"), ...args];
    return new Promise((resolve) => {
      execFile(program, command, {cwd: checkout, env: {...process.env, ...env}}, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({code, stdout, stderr, deeds: readRecording(record).deeds});
      }).stdin?.end();
    });
  }

  /** Files of the checkout that were accessed. */
  function touched({deeds}: Ran): string[] {
    return [...new Set(deeds.map(({what}) => what).filter((what) => what.startsWith(checkout)))].sort();
  }

  function skipWithoutCuda(test: Mocha.Context): void {
    if (process.arch !== "x64") test.skip();
  }

  /** The former behaviour: the runner stays in its start folder. */
  const staying = {NODE_OPTIONS: "--import=data:text/javascript,process.chdir=()=>{}"};

  it("would have what lies there loaded, if it stayed there", async function () {
    skipWithoutCuda(this);
    const given = await run(["tokenize", "--gpu", "cuda", "a.txt"], staying);
    assert.ok(touched(given).includes(path.join(checkout, "libcudart.so.13")), touched(given).join("\n"));
    const byItself = await run(["tokenize", "a.txt"], {...staying, CUDA_PATH: path.join(folder.path, "cuda")});
    assert.ok(touched(byItself).includes(path.join(checkout, "libcudart.so.13")), touched(byItself).join("\n"));
  });

  it("opens nothing there but what it was given, where CUDA is asked for", async function () {
    skipWithoutCuda(this);
    const ran = await run(["tokenize", "--gpu", "cuda", "a.txt"]);
    assert.match(ran.stderr, /^tokenscope: CUDA /);
    assert.deepEqual(touched(ran), inCheckout("a.txt"));
    // The loader got as far as the library that needs the others.
    assert.ok(ran.deeds.some(({what}) => path.basename(what) === "libggml-cuda.so"));
  });

  it("opens nothing there where CUDA looks installed, or the environment names the current folder", async () => {
    for (const env of [
      {CUDA_PATH: path.join(folder.path, "cuda")},
      {LD_LIBRARY_PATH: "/nowhere:", PATH: `.:${process.env["PATH"]}`}
    ]) {
      const ran = await run(["tokenize", "a.txt"], env);
      assert.equal(ran.code, 0, ran.stderr);
      assert.deepEqual(touched(ran), inCheckout("a.txt"));
    }
  });

  it("reads each file that is named from there, and does nothing else that SECURITY.md does not list", async () => {
    const model = ["--model", "sub/model.gguf", "--gpu", "off"];
    const scored = await run([
      "score",
      ...model,
      "--context-file",
      "sub/b.txt",
      "./a.txt",
      "link/../c.txt",
      "gone.txt"
    ]);
    assert.equal(scored.code, 1);
    assert.equal(scored.stderr, 'tokenscope: can\'t read "gone.txt" (ENOENT) (--help says more)\n');
    const documents = scored.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as {file?: string});
    assert.deepEqual(
      documents.map(({file}) => file),
      ["./a.txt", "link/../c.txt", undefined]
    );
    assert.deepEqual(touched(scored), inCheckout("a.txt", "link/../c.txt", "sub/b.txt", "sub/model.gguf"));
    const completed = await run(["complete", ...model, "--prefix-file", "a.txt", "--suffix-file", "sub/b.txt"]);
    assert.equal(completed.code, 0, completed.stderr);
    assert.deepEqual(touched(completed), inCheckout("a.txt", "sub/b.txt", "sub/model.gguf"));
    const others = completed.deeds.filter(({what}) => !["a.txt", "sub/b.txt"].includes(path.relative(checkout, what)));
    assert.deepEqual(
      notListed("engine", others, {
        extension: extensionHere,
        model: inCheckout("sub/model.gguf"),
        home: [homedir()],
        node: [process.execPath]
      }),
      []
    );
  });
});
