import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {closeEditors, select, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {referenceText} from "./support/extension";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

interface Exported extends Record<string, unknown> {
  model: {file: string; sha256: string};
  scored: number;
  perplexity: number;
  source: {title: string; start: number; end: number};
  tokens: {
    id: number;
    text: string;
    start: number;
    end: number;
    logprob: number | null;
    rank: number;
    entropy: number;
  }[];
}

describe("Export Scores", () => {
  const window = watchWindow();
  const set = userSettings();
  const folder = temporaryFolder();
  const {file, text, ids} = (() => {
    const reference = referenceText("python");
    return {...reference, text: readFileSync(reference.file, "utf8")};
  })();
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await closeEditors();
  });

  const target = (name: string) => path.join(folder.path, name);
  const json = (name: string) => JSON.parse(readFileSync(target(name), "utf8")) as Exported;

  /** Runs the command to its end, and returns its message. */
  async function exported(...args: unknown[]): Promise<string> {
    await vscode.commands.executeCommand("tokenscope.exportScores", ...args);
    assert.deepEqual(window().errors, []);
    return window().messages.at(-1)?.text ?? "";
  }

  it("writes the file's scores as JSON, and opens them when asked to", async () => {
    await showFile(file);
    window().saveTo(target("whole.json"));
    window().answer("Open");
    assert.equal(await exported(), "The scores of python.txt are in whole.json.");
    const scores = json("whole.json");
    assert.equal(scores.tokens.length, ids.length);
    assert.equal(scores.tokens.map((token) => token.text).join(""), text);
    assert.deepEqual(scores.source, {title: "python.txt", start: 0, end: text.length});
    for (const name of ["versions", "minK", "partial", "contextTokens", "window", "stride", "bos", "bytes"])
      assert.ok(name in scores, name);
    const mean = scores.tokens.reduce((sum, {logprob}) => sum - (logprob ?? 0), 0) / scores.scored;
    assert.ok(Math.abs(Math.exp(mean) / scores.perplexity - 1) < 1e-9);
    for (const {rank, entropy} of scores.tokens) assert.ok(rank >= 1 && entropy >= 0);
    await until(() => vscode.window.activeTextEditor?.document.fileName === target("whole.json"));
  });

  it("proposes a name beside the document", async () => {
    await showFile(folder.write("notes.md", "# Notes\n\nA few words.\n"));
    await exported();
    const [dialog] = window().saveDialogs;
    assert.equal(dialog?.defaultUri?.fsPath, target("notes.md.scores.json"));
    assert.deepEqual(dialog?.filters, {JSON: ["json"], CSV: ["csv"], HTML: ["html"]});
    assert.deepEqual(window().messages, [], "nothing is said of an export that was cancelled");
    await showText("not saved anywhere");
    await exported();
    assert.match(window().saveDialogs.at(-1)?.defaultUri?.path ?? "", /\/[^/]+\.scores\.json$/);
  });

  it("has the word perplexity of prose on its page, and none of code", async () => {
    const has = async (language: string) => {
      await showText("One two three four five six.\n".repeat(3), language);
      const file = target(`${language}.html`);
      window().saveTo(file);
      await exported();
      return readFileSync(file, "utf8").includes("<dt>Word perplexity</dt>");
    };
    assert.deepEqual([await has("python"), await has("markdown")], [false, true]);
  });

  it("writes the selection's scores as CSV, in the context that the setting asks for", async () => {
    // Selected in a copy, because VS Code remembers selections.
    const editor = await showText(text);
    const from = text.indexOf("\n", text.length / 2) + 1;
    select(editor, from);
    await set("selectionContext", true);
    window().saveTo(target("selection.csv"));
    await exported();
    const lines = readFileSync(target("selection.csv"), "utf8")
      .replace(/^\ufeff/, "")
      .split("\r\n");
    const rows = lines.filter((line) => !line.startsWith("#")).slice(0, -1);
    assert.equal(
      rows[0],
      "index,id,text,start,end,logprob,probability,surprisal_bits,rank,entropy,excess_surprisal,frac"
    );
    assert.match(rows[1] ?? "", /,[1-9]\d*,[\d.]+,-?[\d.]+(e-\d+)?,[\d.]+(e-\d+)?$/);
    const context = Number(lines.find((line) => line.startsWith("# contextTokens: "))?.split(": ")[1]);
    assert.ok(context > 10, `${context} tokens of context`);
    assert.equal(rows.length - 1 + context, ids.length);
    assert.ok(lines.includes(`# source.start: ${from}`));
  });

  it("leaves a file that is there as it was or whole, and nothing beside it", async () => {
    const before = readdirSync(folder.path);
    const there = folder.write("there.json", "old");
    await showFile(file);
    window().saveTo(there);
    await exported();
    assert.equal(json("there.json").tokens.length, ids.length);
    assert.deepEqual(readdirSync(folder.path).sort(), [...before, "there.json"].sort());
  });

  it("offers another place where it can't write, and keeps the scores for it", async () => {
    await showFile(file);
    window().saveTo(folder.path, target("elsewhere.json"));
    window().answer("Save Elsewhere…");
    await vscode.commands.executeCommand("tokenscope.exportScores");
    const [message, ...more] = window().errors;
    assert.deepEqual(more, []);
    assert.match(message?.text ?? "", /can't be written .*: save them elsewhere\.$/);
    assert.equal(json("elsewhere.json").tokens.length, ids.length);
    assert.equal(window().works.filter(({title}) => title.startsWith("Scoring")).length, 1);
  });

  it("is reached from a perplexity, without scoring again", async () => {
    await showFile(file);
    await vscode.commands.executeCommand("tokenscope.perplexity");
    const list = window().lists.at(-1);
    assert.ok(list);
    const line = list.items.find(({label}) => label.includes("Export Scores"));
    await until(() => list.activeItems[0] === list.items[0]);
    // Going up from the first row leads to the last, and on to this one.
    assert.ok(line);
    const above = list.items.slice(list.items.indexOf(line)).toReversed();
    for (const one of above) {
      await vscode.commands.executeCommand("workbench.action.quickOpenSelectPrevious");
      await until(() => list.activeItems[0] === one);
    }
    window().saveTo(target("from-perplexity.json"));
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    await until(() => window().messages.length > 0);
    assert.deepEqual(window().errors, []);
    const {tokens} = json("from-perplexity.json");
    assert.equal(tokens.length, ids.length);
    assert.ok(tokens.every(({rank}) => rank >= 1));
    assert.equal(window().works.filter(({title}) => title.startsWith("Scoring")).length, 0);
  });

  it("takes no scores from a link or a key binding: they are scored here", async () => {
    await showFile(file);
    window().saveTo(target("link.json"));
    await exported({subject: {text: "forged", title: "forged"}, scores: {ids: []}});
    assert.equal(json("link.json").source.title, "python.txt");
  });

  it("says of a part that it is one", async () => {
    await showText("def add(a, b):\n    return a + b\n\n".repeat(3000));
    window().saveTo(target("part.json"));
    const running = vscode.commands.executeCommand("tokenscope.exportScores");
    const work = await until(() => window().works[0]);
    await until(() => work.reports.some(({increment = 0}) => increment > 0));
    work.cancel();
    await running;
    assert.deepEqual(window().errors, []);
    const part = json("part.json");
    assert.equal(part["partial"], true);
    assert.ok(part.scored < part.tokens.length);
    assert.match(window().saveDialogs[0]?.title ?? "", /partial: the first [\d,]+ of [\d,]+ tokens/);
  });
});
