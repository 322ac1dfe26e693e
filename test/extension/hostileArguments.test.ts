import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {inspect} from "node:util";
import fc from "fast-check";
import * as vscode from "vscode";
import {invisible} from "../../src/text/visibleText";
import {allHostile, hostileTexts} from "../harness/hostileText";
import {root} from "../harness/paths";
import {closeEditors, userSettings} from "./support/editors";
import {tokenscope} from "./support/extension";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

/** Commands with arguments, found in the source: the functions of others have no parameters. */
function commandsWithArguments(): string[] {
  const folder = path.join(root, "src/features");
  const sources = readdirSync(folder, {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith("egistration.ts"))
    .map((file) => readFileSync(path.join(folder, file), "utf8"));
  return sources
    .flatMap((source) => [...source.matchAll(/registerCommand\(\s*host,\s*"(\w+)",\s*(?:async )?\(\w/g)])
    .map(([, name]) => `tokenscope.${name}`);
}

/** A closed port of this machine, so that no test uses the network. */
const nowhere = "http://127.0.0.1:9";

const odd = [
  ...Object.values(hostileTexts),
  "x".repeat(1_000_000),
  "/\0",
  `/${allHostile}`,
  "//host/share/a.gguf",
  "/dev/null",
  "https:////x",
  "hf:",
  "hf:a/..",
  "http://[",
  "vscode://x",
  "command:workbench.action.quit",
  {uri: "no uri", start: 0, end: 1},
  {uri: "command:workbench.action.quit", start: 0, end: 1},
  {uri: allHostile, start: 0, end: 0},
  {uri: "file:///none", start: 0, end: Number.MAX_SAFE_INTEGER},
  {uri: "untitled:", start: 0, end: 2 ** 40},
  {uri: {}, start: "0", end: []},
  {token: 0, alternative: 0},
  {token: 2 ** 40, alternative: -1},
  {token: 0, alternative: 1, uri: allHostile},
  {rootUri: "file:///"},
  {type: "part", document: {}, entry: {}},
  {type: "file", file: {uri: "file:///etc/passwd"}},
  JSON.parse('{"__proto__": {"type": "corpus"}}'),
  vscode.Uri.parse("file:///none.gguf"),
  vscode.Uri.from({scheme: "no-such-scheme", path: `/${allHostile}`})
];

describe("A command's arguments", () => {
  const window = watchWindow();
  const set = userSettings();
  const originals = new Map<keyof typeof vscode.window, unknown>();
  const replace = (key: keyof typeof vscode.window, replacement: unknown) => {
    originals.set(key, vscode.window[key]);
    Reflect.set(vscode.window, key, replacement);
  };

  before(async () => {
    await tokenscope();
    // All dialogs are cancelled.
    for (const key of ["showQuickPick", "showOpenDialog", "showInputBox"] as const)
      replace(key, () => Promise.resolve(undefined));
  });
  after(() => {
    for (const [key, original] of originals) Reflect.set(vscode.window, key, original);
  });
  afterEach(closeEditors);

  it("are looked at by these commands, and no others", () => {
    assert.deepEqual(commandsWithArguments().sort(), [
      "tokenscope.compareLogprobs",
      "tokenscope.compareTokenizers",
      "tokenscope.copyEvaluatedFile",
      "tokenscope.copySurprisingLine",
      "tokenscope.copyTokens",
      "tokenscope.copyTokensMarkdown",
      "tokenscope.countTokensAsChat",
      "tokenscope.countTokensInFolder",
      "tokenscope.downloadModel",
      "tokenscope.evaluateFolder",
      "tokenscope.exportScores",
      "tokenscope.goToBudgetEnd",
      "tokenscope.openEvaluatedFile",
      "tokenscope.openSurprisingLine",
      "tokenscope.perplexity",
      "tokenscope.scoreChanges",
      "tokenscope.scoreFromToken",
      "tokenscope.selectTokens",
      "tokenscope.setTokenBudget",
      "tokenscope.showLogprobs",
      "tokenscope.showLogprobsOfFile",
      "tokenscope.showLogprobsOfLine",
      "tokenscope.showModelInfo",
      "tokenscope.showSurprisingLinesOfFile",
      "tokenscope.showTokenizer",
      "tokenscope.snoozeInlineCompletion",
      "tokenscope.tryAlternative",
      "tokenscope.useModel"
    ]);
  });

  for (const command of commandsWithArguments())
    it(`may be anything: ${command} answers with a sentence or with nothing`, async () => {
      await set("huggingFaceEndpoint", nowhere);
      const random = fc.sample(fc.array(fc.jsonValue({maxDepth: 2}), {maxLength: 3}), {seed: 5, numRuns: 10});
      for (const parameters of [...odd.map((one, index) => (index % 2 === 0 ? [one] : [one, [one]])), ...random]) {
        const called = inspect(parameters, {maxStringLength: 100});
        const shown = window().messages.length;
        let answered = false;
        const end = () => {
          answered = true;
        };
        const call = vscode.commands.executeCommand(command, ...parameters);
        call.then(end, end);
        // Lists stay open until they are closed.
        await until(() => {
          for (const list of window().lists) list.hide();
          return answered;
        });
        await call;
        window().lists.length = 0;
        const said = window().messages.slice(shown);
        assert.ok(said.length <= 1, `${called}: ${said.map(({text}) => text).join("\n")}`);
        for (const {text} of said) {
          assert.doesNotMatch(text, /made a mistake/, `${called}: ${text}`);
          assert.doesNotMatch(text, invisible, called);
          assert.ok(text.length < 1100 && !text.includes("](") && !text.includes("$("), called);
        }
      }
    });
});
