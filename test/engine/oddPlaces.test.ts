import {strict as assert} from "node:assert";
import {execFile, spawnSync} from "node:child_process";
import {chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import path from "node:path";
import {promisify} from "node:util";
import type {HumanError} from "../../src/contract/errors";
import {root} from "../harness/paths";
import {demonstration, Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";

const run = promisify(execFile);
/** A user that the system doesn't know, as in some containers. */
const nobody = 64_999;

describe("In an odd place", () => {
  const folder = temporaryFolder();
  const text = path.join(folder.path, "text.txt");
  const program = path.join(root, "dist/cli.js");
  before(() => {
    chmodSync(folder.path, 0o755);
    writeFileSync(text, "hello world");
  });
  after(() => folder.remove());

  async function counted(settings: object, cli = program): Promise<number> {
    const {stdout} = await run(process.execPath, [cli, "tokenize", "--gpu", "off", text], settings);
    return (JSON.parse(stdout) as {count: number}).count;
  }

  it("a model is loaded from whatever path it has", async () => {
    const names = [
      "with spaces and 'quotes' and $HOME & more",
      "模型 модель 😀 ñ",
      "decomposed n\u0303",
      ...(process.platform === "win32" ? [] : ['"double"\nand a line break', "back\\slash", "-dash", "%20 #1 ?x=y"]),
      `${"long".repeat(60)}`
    ];
    // Close to the maximum length of a path: 4,095 bytes on Linux, 1,023 on macOS.
    const long = path.join(...Array.from({length: process.platform === "linux" ? 15 : 3}, () => "d".repeat(250)));
    const engine = new Engine();
    for (const name of [...names, long]) {
      const own = path.join(folder.path, name);
      mkdirSync(own, {recursive: true});
      const file = path.join(own, "m😀.gguf");
      copyFileSync(demonstration, file);
      assert.equal((await engine.ask("count", {model: spec(file), text: "hello world"})).count, 2, name);
    }
    const last = spec(path.join(folder.path, long, "m😀.gguf"));
    const {model} = await engine.ask("score", {model: last, text: "hello world"});
    assert.equal(model.file, "m😀.gguf");
    engine.retain([]);
  });

  it("the engine runs from whatever path it has, with no home and no folder for temporary files", async function () {
    if (process.platform !== "linux") this.skip();
    const own = path.join(folder.path, "扩展 'x' 😀 #1");
    mkdirSync(own);
    for (const name of ["dist", "node_modules", "media"]) symlinkSync(path.join(root, name), path.join(own, name));
    const env = {PATH: process.env["PATH"], HOME: "/nowhere", TMPDIR: "/nowhere"};
    const here = {...env, NODE_OPTIONS: "--preserve-symlinks --preserve-symlinks-main"};
    assert.equal(await counted({env: here}, path.join(own, "dist/cli.js")), 2);
  });

  it("the engine runs for a user who owns nothing", async function () {
    // Only root can switch to another user, who may not have access to a clone in a private folder.
    const other = {uid: nobody, gid: nobody};
    if (process.getuid?.() !== 0 || spawnSync("test", ["-r", program], other).status !== 0) this.skip();
    assert.equal(await counted({env: {PATH: process.env["PATH"]}, ...other}), 2);
  });

  it("a path that is too long, or leads in a circle, is told as such", async () => {
    const circle = path.join(folder.path, "circle.gguf");
    symlinkSync(circle, circle);
    const engine = new Engine();
    for (const file of [
      circle,
      path.join(folder.path, `${"x".repeat(300)}.gguf`),
      path.join(folder.path, "y/".repeat(5000))
    ])
      await assert.rejects(engine.ask("count", {model: spec(file), text: "x"}), ({name, kind, message}: HumanError) => {
        assert.equal(name, "HumanError", message);
        assert.ok(["modelMissing", "modelUnreadable"].includes(kind), kind);
        assert.ok(message.length < 400, message);
        return true;
      });
  });
});
