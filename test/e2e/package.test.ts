import * as assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readdirSync, readFileSync, statSync} from "node:fs";
import path from "node:path";
import {root} from "../harness/paths";

/** The folder that VS Code unpacked the VSIX into: outside the repository, so nothing there can stand in for what it lacks. */
function installedFolder(): string {
  const extensions = process.env["TOKENSCOPE_EXTENSIONS"];
  assert.ok(extensions, "run by `npm test -- e2e`");
  const folder = readdirSync(extensions).find((name) => name.startsWith("tokenscope.tokenscope-"));
  assert.ok(folder, `an installed Tokenscope among ${readdirSync(extensions).join(", ")}`);
  return path.join(extensions, folder);
}

/** Runs the installed headless runner and reads the JSON it prints. */
function runCli(...args: string[]): Record<string, unknown> {
  const cli = path.join(installedFolder(), "dist/cli.js");
  return JSON.parse(execFileSync(process.execPath, [cli, ...args], {encoding: "utf8", cwd: installedFolder()}));
}

describe("The installed package", () => {
  const sample = path.join(root, "sample/retry.py");

  it("holds what runs, and nothing that only builds", () => {
    const files = readdirSync(installedFolder(), {recursive: true, encoding: "utf8"});
    const unwanted = files.filter((file) =>
      /\.d\.[cm]?ts$|\.map$|\.bundle$|cuda\/|(^|\/)(src|test|out)\/.*\.ts$/.test(file)
    );
    assert.deepEqual(unwanted, []);
    for (const wanted of [
      "dist/extension.js",
      "dist/engine.js",
      "dist/cli.js",
      "dist/webview/logprobs.js",
      "LICENSE.txt"
    ])
      assert.ok(files.includes(wanted), wanted);
    assert.ok(files.some((file) => file.endsWith("llama-addon.node")));
  });

  it("loads less than 200 KB into the extension host, without native code", () => {
    const bundle = path.join(installedFolder(), "dist/extension.js");
    assert.ok(statSync(bundle).size < 200_000, `${statSync(bundle).size} bytes`);
    assert.doesNotMatch(readFileSync(bundle, "utf8"), /["']node-llama-cpp["']/);
  });

  it("counts, scores and completes with the model in the box", () => {
    const text = readFileSync(sample, "utf8");
    const tokens = runCli("tokenize", sample)["tokens"] as {text: string}[];
    assert.equal(tokens.map((token) => token.text).join(""), text);
    const {perplexity, scored, unscored} = runCli("score", sample);
    assert.equal(Number(scored) + Number(unscored), tokens.length);
    assert.ok(Number(perplexity) > 1 && Number(perplexity) < 500, `perplexity ${perplexity}`);
    assert.equal(typeof runCli("complete", "--prefix-file", sample, "--max-tokens", "8")["text"], "string");
  });
});
