import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {showBudgets} from "../../src/features/tokenBudget/tokenBudgets";
import {utf16Offsets} from "../../src/text/textOffsets";
import {Random} from "../faults/random";
import {closeEditors, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {tokenscope} from "./support/extension";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchDecorations} from "./support/watchedDecorations";
import {watchWindow} from "./support/watchedWindow";

const text = "The quick brown fox jumps over the lazy dog.\nÜber alle Berge — 🦊 und weiter.\n".repeat(12);
const budget = 40;

describe("a token budget", () => {
  const window = watchWindow();
  const decorations = watchDecorations();
  const set = userSettings();
  const folder = temporaryFolder();
  const host = ownHost();
  let files = 0;

  before(() => tokenscope());
  afterEach(closeEditors);

  const showNew = (content = text, ending = "md") => showFile(folder.write(`file${files++}.${ending}`, content));

  const problems = (uri: vscode.Uri) =>
    vscode.languages.getDiagnostics(uri).filter(({source}) => source === "Tokenscope");

  async function insert(editor: vscode.TextEditor, offset: number, put: string, remove = 0): Promise<void> {
    const {document} = editor;
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + remove));
    assert.ok(await editor.edit((edit) => edit.replace(range, put)));
  }

  /** How many tokens a text has, and where so many of them end, by another request than the feature's. */
  async function counted(document: vscode.TextDocument, tokens: number): Promise<{count: number; end: number}> {
    const whole = document.getText();
    const model = host().settings.scoringModel();
    const {ids, ends} = await host().engine.request("tokenize", {model, text: whole, texts: 0});
    assert.ok(ends);
    return {count: ids.length, end: utf16Offsets(whole, ends)[tokens - 1] ?? 0};
  }

  /** The mark where the budget ends, and the text behind that line. */
  function marks(document: vscode.TextDocument) {
    const drawn = decorations().of(document);
    return {
      ends: drawn.filter(({options}) => options.before !== undefined).map(({range}) => document.offsetAt(range.start)),
      texts: drawn.filter(({options}) => options.after !== undefined).map(({range}) => range)
    };
  }

  /** Waits until problem and mark are those of the present text. */
  async function agrees(document: vscode.TextDocument, tokens = budget): Promise<void> {
    const {count, end} = await counted(document, tokens);
    const over = (count - tokens).toLocaleString("en");
    const start = document.positionAt(end);
    await until(() => {
      const [problem] = problems(document.uri);
      return problem?.range.start.isEqual(start) && problem.message.startsWith(`${over} token`);
    });
    await until(() => marks(document).ends.includes(end));
    const {ends, texts} = marks(document);
    assert.deepEqual(ends, [end]);
    assert.deepEqual(texts, [
      new vscode.Range(document.lineAt(start.line).range.end, document.lineAt(start.line).range.end)
    ]);
  }

  it("that is exceeded is a problem at the place where it ends, and a mark in the editor", async () => {
    await set("budget", budget);
    const editor = await showNew();
    await insert(editor, 0, "First. ");
    await agrees(editor.document);
    const [problem, ...others] = problems(editor.document.uri);
    assert.ok(problem);
    assert.deepEqual(others, []);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Warning);
    assert.ok(problem.range.isSingleLine);
    const {count} = await counted(editor.document, budget);
    assert.equal(problem.message, `${count - budget} tokens over the budget of 40 (Tokenscope Tiny Coder)`);
    const {value, target} = problem.code as {value: string; target: vscode.Uri};
    assert.equal(value, "over-budget");
    assert.equal(target.toString(true), 'command:workbench.action.openSettings?["tokenscope.budget"]');
  });

  it("is where the tokens of the whole text say, after any edits", async () => {
    await set("budget", budget);
    const editor = await showNew();
    const {document} = editor;
    const random = new Random(20261130);
    for (let i = 0; i < 12; i++) {
      const at = random.below(Math.min(400, document.getText().length));
      await insert(editor, at, random.pick(["x", " word", "\n", "🦊", "日本語", ""]), random.below(6));
      if (i % 3 === 2) await agrees(document);
    }
    await vscode.commands.executeCommand("undo");
    await agrees(document);
  });

  it("leaves nothing behind when the text has become shorter, and comes back", async () => {
    await set("budget", budget);
    const editor = await showNew();
    const {document} = editor;
    await insert(editor, 0, "x");
    await agrees(document);
    const whole = document.getText();
    await insert(editor, 0, "short", whole.length);
    await until(() => problems(document.uri).length === 0 && marks(document).ends.length === 0);
    assert.deepEqual(marks(document).texts, []);
    await insert(editor, 0, whole, 5);
    await agrees(document);
  });

  it("follows its setting, and goes with it", async () => {
    await set("budget", {"*.md": budget, "/nowhere/*.md": 1});
    const editor = await showNew();
    const other = await showNew(text, "txt");
    await vscode.window.showTextDocument(editor.document, {preview: false});
    await insert(await vscode.window.showTextDocument(editor.document), 0, "x");
    await agrees(editor.document);
    assert.deepEqual(problems(other.document.uri), []);
    await set("budget", {"*.md": 60});
    await agrees(editor.document, 60);
    await set("budget", {"*.md": "context"});
    await until(() => problems(editor.document.uri).length === 0);
    await set("budget", {"*.md": -1});
    assert.deepEqual(problems(editor.document.uri), []);
    await set("budget", 50);
    await agrees(editor.document, 50);
    await set("budget", undefined);
    await until(() => problems(editor.document.uri).length === 0 && marks(editor.document).ends.length === 0);
  });

  it("is no problem of a file that was closed", async () => {
    await set("budget", budget);
    const editor = await showNew();
    const {uri} = editor.document;
    await insert(editor, 0, "x");
    await agrees(editor.document);
    await closeEditors();
    await until(() => problems(uri).length === 0);
  });

  it("holds for a text that was not saved yet if it is a number, and for nothing of VS Code's own", async () => {
    await set("budget", {"**": 5});
    const {document} = await showText(text);
    assert.equal(host().budgets.of(document.uri, 4096), null);
    await set("budget", 5);
    assert.equal(host().budgets.of(document.uri, 4096), 5);
    const none = ["output:x", "git:/a.md?x", "vscode-userdata:/settings.json", "no-such-scheme:/a.md", "comment:/a"];
    for (const uri of none) assert.equal(host().budgets.of(vscode.Uri.parse(uri), 4096), null, uri);
    await set("budget", "context");
    assert.equal(host().budgets.of(vscode.Uri.file("/a.md"), 4096), 4096);
  });

  it("has quick fixes: another budget, and the way to where it ends", async () => {
    await set("budget", budget);
    const editor = await showNew();
    const {document} = editor;
    await insert(editor, 0, "x");
    await agrees(document);
    const [problem] = problems(document.uri);
    assert.ok(problem);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      problem.range
    );
    const own = actions.flatMap(({command}) => (command?.command.startsWith("tokenscope.") ? [command] : []));
    assert.deepEqual(
      own.map(({command}) => command),
      ["tokenscope.setTokenBudget", "tokenscope.goToBudgetEnd"]
    );
    await vscode.commands.executeCommand("tokenscope.goToBudgetEnd", document.uri);
    const {end} = await counted(document, budget);
    assert.deepEqual(vscode.window.activeTextEditor?.selection.active, document.positionAt(end));
  });

  it("is said to be kept, or not to be there", async () => {
    const editor = await showNew("short");
    await vscode.commands.executeCommand("tokenscope.goToBudgetEnd");
    assert.match(window().messages.at(-1)?.text ?? "", /file\d+\.md has no token budget\.$/);
    await set("budget", 1000);
    await vscode.commands.executeCommand("tokenscope.goToBudgetEnd");
    assert.match(window().messages.at(-1)?.text ?? "", /file\d+\.md is within its budget: \d of 1,000 tokens\.$/);
    assert.ok(editor.selection.isEmpty);
  });

  it("is a problem of a file that was counted without being open, while it is too large", async () => {
    await set("budget", {"*.md": budget});
    const shown = showBudgets(host());
    const uri = vscode.Uri.file(path.join(folder.path, "closed.md"));
    const model = {name: "Some [model](command:x)", contextSize: 4096};
    try {
      host().budgets.report(uri, {count: 1471, model});
      host().budgets.report(vscode.Uri.file("/closed.txt"), {count: 1471, model});
      const [problem] = problems(uri);
      assert.equal(problem?.message, "1,431 tokens over the budget of 40 (Some [model] (command:x))");
      assert.equal(problem.range.start.line, 0);
      assert.deepEqual(problems(vscode.Uri.file("/closed.txt")), []);
      await set("budget", {"*.md": 2000});
      await until(() => problems(uri).length === 0);
      await set("budget", {"*.md": 1000});
      await until(() => problems(uri).length === 1);
      host().budgets.report(uri, {count: 1000, model});
      assert.deepEqual(problems(uri), []);
      host().budgets.report(uri, {count: 1001, model});
      assert.equal(problems(uri)[0]?.message.startsWith("1 token over the budget of 1,000"), true);
      host().budgets.report(uri, null);
      assert.deepEqual(problems(uri), []);
    } finally {
      shown.dispose();
    }
  });
});

describe("Set Token Budget", () => {
  const window = watchWindow();
  const original = {showQuickPick: vscode.window.showQuickPick, showInputBox: vscode.window.showInputBox};
  let places: readonly vscode.QuickPickItem[] = [];
  let question: vscode.InputBoxOptions | undefined;

  /** Answers both questions as a person would. */
  function answer(label: string, budget: string): void {
    Reflect.set(vscode.window, "showQuickPick", (items: readonly vscode.QuickPickItem[]) => {
      places = items;
      return Promise.resolve(items.find((item) => item.label === label));
    });
    Reflect.set(vscode.window, "showInputBox", (options: vscode.InputBoxOptions) => {
      question = options;
      return Promise.resolve(budget);
    });
  }

  const setting = () => vscode.workspace.getConfiguration("tokenscope").inspect("budget")?.workspaceValue;

  const run = () => vscode.commands.executeCommand("tokenscope.setTokenBudget");

  before(() => tokenscope());
  afterEach(async () => {
    Object.assign(vscode.window, original);
    await vscode.workspace
      .getConfiguration("tokenscope")
      .update("budget", undefined, vscode.ConfigurationTarget.Workspace);
    await closeEditors();
  });

  const sample = (name: string) => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    return vscode.Uri.joinPath(folder.uri, name);
  };

  it("writes a file's budget into the workspace's settings, says so, and takes it back", async () => {
    await vscode.window.showTextDocument(sample("prompt.md"));
    answer("This file", "1,200");
    window().answer("Undo");
    await run();
    assert.deepEqual(
      places.map(({label, description}) => `${label}: ${description}`),
      ["This file: prompt.md", "Files of this type: *.md", "Every file: "]
    );
    assert.match(question?.prompt ?? "", /^prompt\.md has \d+ tokens\. /);
    assert.equal(
      window().messages.at(-1)?.text,
      "This file · prompt.md: a budget of 1,200 tokens (in the workspace's settings)"
    );
    await until(() => setting() === undefined);
    await run();
    assert.deepEqual(setting(), {"/prompt.md": 1200});
    answer("Files of this type", "context");
    await run();
    assert.deepEqual(Object.entries(setting() as object), [
      ["*.md", "context"],
      ["/prompt.md", 1200]
    ]);
    assert.match(readFileSync(sample(".vscode/settings.json").fsPath, "utf8"), /"tokenscope\.budget"/);
    answer("This file", "");
    await run();
    assert.deepEqual(setting(), {"*.md": "context", "/prompt.md": null});
  });

  it('takes whole numbers above 0 and "context", and says how far the file is over', async () => {
    await vscode.window.showTextDocument(sample("prompt.md"));
    answer("Every file", "7");
    await run();
    assert.equal(setting(), 7);
    const check = async (value: string) => await question?.validateInput?.(value);
    for (const wrong of ["0", "-1", "1.5", "12x", "1e3", "NaN", "contexts", "9".repeat(30)])
      assert.equal(typeof (await check(wrong)), "string", wrong);
    for (const right of ["context", " Context ", "1", "2000", "2.000", "12,345,678"])
      assert.notEqual(typeof (await check(right)), "string", right);
    const over = (await check("10")) as vscode.InputBoxValidationMessage;
    assert.match(over.message, /^prompt\.md has \d+ tokens: \d+ over\.$/);
    assert.equal(over.severity, vscode.InputBoxValidationSeverity.Warning);
    assert.equal(await check(""), undefined);
  });

  it("changes nothing when a question is dismissed", async () => {
    await vscode.window.showTextDocument(sample("prompt.md"));
    answer("nothing of these", "7");
    await run();
    assert.equal(setting(), undefined);
    assert.deepEqual(window().messages, []);
  });
});
