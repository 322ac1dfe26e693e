import {strict as assert} from "node:assert";
import {execFile} from "node:child_process";
import {copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync} from "node:fs";
import path from "node:path";
import {promisify} from "node:util";
import {root} from "../harness/paths";
import {at, demonstration} from "./engine";
import {temporaryFolder} from "./modelCopies";

interface Scored {
  readonly perplexity: number;
  readonly tokens: readonly {readonly logprob: number; readonly rank: number}[];
}

describe("Where libllama can't be called", () => {
  const folder = temporaryFolder();
  const text = path.join(root, "test/fixtures/reference/python.txt");

  /** Scores with the headless runner in a folder, and gives what it wrote to stderr. */
  async function score(program: string): Promise<{scored: Scored; log: string}> {
    const args = [program, "score", "--verbose", "--top", "3", "--gpu", "off", "--model", demonstration, text];
    const {stdout, stderr} = await promisify(execFile)(process.execPath, args, {maxBuffer: 1 << 26});
    return {scored: JSON.parse(stdout) as Scored, log: stderr};
  }

  /** The programs in a folder of their own, whose packages are the project's except for one. */
  function copyWithout(name: string): string {
    const copy = path.join(folder.path, name);
    mkdirSync(path.join(copy, "node_modules"), {recursive: true});
    cpSync(path.join(root, "dist"), path.join(copy, "dist"), {recursive: true});
    for (const one of readdirSync(path.join(root, "node_modules")))
      if (one !== name) symlinkSync(path.join(root, "node_modules", one), path.join(copy, "node_modules", one));
    copyFileSync(path.join(root, "package.json"), path.join(copy, "package.json"));
    return path.join(copy, "dist/cli.js");
  }

  it("a model is evaluated through node-llama-cpp, says so once, and gives the same numbers", async () => {
    const native = await score(path.join(root, "dist/cli.js"));
    assert.doesNotMatch(native.log, /take longer on this machine/);
    const other = await score(copyWithout("koffi"));
    assert.equal(other.log.match(/take longer on this machine/g)?.length, 1);
    assert.equal(other.scored.tokens.length, native.scored.tokens.length);
    for (const [i, {logprob, rank}] of other.scored.tokens.entries()) {
      assert.equal(rank, at(native.scored.tokens, i).rank);
      assert.ok(Math.abs(logprob - at(native.scored.tokens, i).logprob) < 1e-10, `token ${i}`);
    }
  });
});
