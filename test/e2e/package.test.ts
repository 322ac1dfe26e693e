import * as assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, statSync} from "node:fs";
import path from "node:path";
import {installedFolder} from "../harness/installed";
import {root} from "../harness/paths";

/** Runs the installed headless runner and parses its JSON output. */
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
      "dist/probe.js",
      "dist/reducer.js",
      "dist/chatTemplate.js",
      "dist/nodeLlamaCpp.mjs",
      "dist/testBindingBinary.mjs",
      "dist/cli.js",
      "dist/webview/branches.js",
      "dist/webview/compareScores.js",
      "dist/webview/constraints.js",
      "dist/webview/logprobs.js",
      "dist/webview/modelInfo.js",
      "dist/webview/promptTests.js",
      "dist/webview/tokenizer.js",
      "dist/webview/whatComesNext.js",
      "dist/vocabularySearch.js",
      "LICENSE.txt"
    ])
      assert.ok(files.includes(wanted), wanted);
    assert.ok(files.some((file) => file.endsWith("llama-addon.node")));
  });

  it("gives the notices that the licences of what is bundled ask for", () => {
    const notices = readFileSync(path.join(installedFolder(), "ThirdPartyNotices.txt"), "utf8");
    const line = "-".repeat(80);
    for (const name of [
      ...["vscode-jsonrpc", "lit", "lit-html", "lit-element", "@lit/reactive-element", "tslib", "node-llama-cpp"],
      "@huggingface/jinja",
      ...["@vscode/webview-ui-toolkit", "@microsoft/fast-element", "@microsoft/fast-foundation"]
    ]) {
      const heading = notices.indexOf(`${line}\n${name} `);
      assert.notEqual(heading, -1, `${name} has a heading`);
      const start = notices.indexOf(line, heading + line.length) + line.length;
      const text = notices.slice(start, notices.indexOf(line, start));
      assert.match(text, /copyright/i, name);
      assert.match(text, /without warranty of any kind|provided "?by|provided "as is"/i, name);
    }
    assert.match(notices, /The ggml authors/);
  });

  it("holds every file that its README links to", () => {
    const folder = installedFolder();
    // VS Code's packager names it readme.md.
    const readme = readdirSync(folder).find((name) => name.toLowerCase() === "readme.md");
    assert.ok(readme);
    const text = readFileSync(path.join(folder, readme), "utf8").replace(/^```[\s\S]*?^```/gm, "");
    const links = [...text.matchAll(/\]\(\s*([^)\s]+)[^)]*\)/g)].map(([, link = ""]) => link);
    const relative = links.filter((link) => !/^([a-z][a-z0-9+.-]*:|#)/i.test(link));
    assert.ok(relative.includes("docs/metrics.md"), relative.join(", "));
    assert.ok(relative.some((link) => link.endsWith(".png")));
    const dead = relative.filter((link) => !existsSync(path.join(folder, decodeURI(link.replace(/[?#].*$/, "")))));
    assert.deepEqual(dead, []);
  });

  /** node-llama-cpp and koffi, as the engine's programs import them. */
  const nativeImport = /(?:require|import)\(["'](?:node-llama-cpp|\.\/nodeLlamaCpp|koffi)/;

  it("loads less than 120 KB into the extension host, without native code", () => {
    const folder = path.join(installedFolder(), "dist");
    const loaded = loadedWith(path.join(folder, "extension.js"));
    const bytes = loaded.reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(loaded.length > 1, "the extension is in one piece: nothing of it is loaded later");
    assert.ok(bytes < 120_000, `${bytes} bytes`);
    for (const name of readdirSync(path.join(folder, "chunks")))
      assert.doesNotMatch(readFileSync(path.join(folder, "chunks", name), "utf8"), nativeImport);
    assert.doesNotMatch(readFileSync(path.join(folder, "extension.js"), "utf8"), nativeImport);
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

/** A script and everything that it requires when it is loaded, not later. */
function loadedWith(script: string, loaded = new Set<string>()): string[] {
  loaded.add(script);
  for (const [, file = ""] of readFileSync(script, "utf8").matchAll(/(?<!=>\w*\(?)\brequire\("(\.[^"]+)"\)/g)) {
    const required = path.join(path.dirname(script), file);
    if (!loaded.has(required)) loadedWith(required, loaded);
  }
  return [...loaded];
}
