import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {StatusBarCount} from "../../src/features/tokenCount/statusBarCount";
import {closeEditors, select, showFile, showText, temporaryFolder} from "./support/editors";
import {noProcesses} from "./support/engineProcess";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

describe("The count in the status bar", () => {
  const host = ownHost();
  const folder = temporaryFolder();
  const window = watchWindow();
  const {createStatusBarItem} = vscode.window;
  let item: vscode.StatusBarItem;
  let count: StatusBarCount;

  before(() => {
    Reflect.set(vscode.window, "createStatusBarItem", (_: string, ...rest: [vscode.StatusBarAlignment, number]) => {
      item = createStatusBarItem(...rest);
      return item;
    });
    count = new StatusBarCount(host());
    Reflect.set(vscode.window, "createStatusBarItem", createStatusBarItem);
  });
  after(async () => {
    count.dispose();
    await closeEditors();
  });
  afterEach(closeEditors);

  async function counted(text: string): Promise<number> {
    return (await host().engine.request("count", {model: host().settings.scoringModel(), text})).count;
  }

  const tooltip = () =>
    ((item.tooltip as vscode.MarkdownString | undefined)?.value ?? "").replace(/&#(\d+);/g, (_, code) =>
      String.fromCodePoint(Number(code))
    );

  async function shows(text: string): Promise<void> {
    await until(() => item.text === `$(symbol-string) ${text}`);
  }

  it("follows edits, also when they undo each other", async () => {
    const editor = await showText("one two three\n");
    select(editor, 0, 0);
    await shows(`${await counted(editor.document.getText())} tokens`);
    for (const text of ["four five\n", "six", "😀", " seven"]) {
      await editor.edit((change) => change.insert(new vscode.Position(1, 0), text));
      await shows(`${await counted(editor.document.getText())} tokens`);
    }
    await editor.edit((change) => change.delete(new vscode.Range(0, 0, 9, 0)));
    await shows("0 tokens");
    await vscode.commands.executeCommand("undo");
    await shows(`${await counted(editor.document.getText())} tokens`);
  });

  it("is the sum of several selections, and says what each has", async () => {
    const editor = await showText("one two three\nfour five\nsix\n");
    editor.selections = [2, 0, 1].map((line) => new vscode.Selection(line, 0, line, 3));
    const [one, other, last] = [await counted("one"), await counted("fou"), await counted("six")];
    await until(() => tooltip().includes("3 selections:"));
    const sum = one + other + last;
    assert.equal(item.text, `$(symbol-string) ${sum} tokens selected`);
    assert.ok(tooltip().includes(`**Each by itself:** ${one} + ${other} + ${last}\n`), tooltip());
    assert.match(item.accessibilityInformation?.label ?? "", new RegExp(`^3 selections: ${sum} tokens, `));
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.match(window().messages.at(-1)?.text ?? "", new RegExp(`, 3 selections: ${sum} tokens, 9 characters, `));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      editor.document.uri,
      new vscode.Position(1, 1)
    );
    const hover = hovers.flatMap(({contents}) => contents).map((content) => (content as vscode.MarkdownString).value);
    assert.ok(hover.some((text) => text.includes(`3 selections: ${sum} tokens (${one} + ${other} + ${last})`)));
  });

  it("is the cell's and the notebook's, or that of the selected cells", async () => {
    const cells = ["# Title", "print(1)\n", "a text of its own"];
    const data = new vscode.NotebookData([
      new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, cells[0] ?? "", "markdown"),
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, cells[1] ?? "", "python"),
      new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, cells[2] ?? "", "markdown")
    ]);
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", data);
    const editor = await vscode.window.showNotebookDocument(notebook);
    const [title = 0, code = 0, text = 0] = await Promise.all(cells.map(counted));
    const all = title + code + text;
    editor.selections = [new vscode.NotebookRange(1, 2)];
    await shows(`${code} of ${all} tokens`);
    assert.match(tooltip(), /\*\*Cell 2:\*\* .*\*\*Notebook:\*\* .*Each cell is counted by itself/s);
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.match(window().messages.at(-1)?.text ?? "", new RegExp(`: ${all} tokens, `));
    editor.selections = [new vscode.NotebookRange(0, 2)];
    await shows(`${title + code} of ${all} tokens`);
    assert.match(tooltip(), /\*\*2 cells:\*\* /);
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.match(window().messages.at(-1)?.text ?? "", new RegExp(`, 2 selected cells: ${title + code} tokens, `));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(notebook.cellAt(2).document.uri, new vscode.Position(0, 0), "More: ");
    await vscode.workspace.applyEdit(edit);
    const more = await counted("More: a text of its own");
    await shows(`${title + code} of ${title + code + more} tokens`);
    const removal = new vscode.WorkspaceEdit();
    removal.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(0, 1))]);
    await vscode.workspace.applyEdit(removal);
    await until(() => item.text.endsWith(` of ${code + more} tokens`));
  });

  it("is both sides' in a diff editor, and follows edits there", async () => {
    const before = vscode.Uri.file(folder.write("before.txt", "one two three\n"));
    const after = vscode.Uri.file(folder.write("after.txt", "one two three four five six seven\n"));
    await vscode.commands.executeCommand("vscode.diff", before, after, "before ↔ after");
    const [one, other] = [await counted("one two three\n"), await counted("one two three four five six seven\n")];
    await shows(`${one} → ${other} tokens, +${other - one}`);
    await vscode.commands.executeCommand("tokenscope.countTokens");
    const message = window().messages.at(-1)?.text ?? "";
    assert.ok(message.startsWith(`before ↔ after: ${one} → ${other} tokens, +${other - one} (`), message);
    const edit = new vscode.WorkspaceEdit();
    edit.delete(after, new vscode.Range(0, 3, 0, 33));
    await vscode.workspace.applyEdit(edit);
    const less = await counted("one\n");
    await shows(`${one} → ${less} tokens, −${one - less}`);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    select(editor, 0, 3);
    await until(() => /\d tokens? selected$/.test(item.text));
  });

  it("is said to be under way where it takes a while; a click stops it until somebody asks", async function () {
    if (noProcesses !== undefined) this.skip();
    await counted("x");
    const engine = host().engine.processId as number;
    process.kill(engine, "SIGSTOP");
    const editor = await showText("lorem ipsum ".repeat(1000));
    try {
      await until(() => item.command === "tokenscope.stopCounting");
      assert.equal(item.text, "$(loading~spin) Tokens");
      assert.match(item.accessibilityInformation?.label ?? "", /^Counting the tokens of .*\. Click to stop\.$/);
      count.stop();
      await until(() => item.text === "$(symbol-string) Tokens");
    } finally {
      process.kill(engine, "SIGCONT");
    }
    await editor.edit((change) => change.insert(new vscode.Position(0, 0), "more "));
    select(editor, 0, 0);
    await until(() => item.tooltip === "Tokenscope: Counting was stopped. Count Tokens begins again.");
    assert.equal(host().documents.keeps(editor.document), false);
    const asked = await host().documents.count(editor.document, new vscode.CancellationTokenSource().token, {
      asked: true
    });
    assert.equal(asked.count, await counted(editor.document.getText()));
    count.touch();
    await shows(`${(await counted(editor.document.getText())).toLocaleString("en")} tokens`);
  });

  it("starts no engine for edits that no person makes", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showFile(folder.write("log.txt", "first line\n"));
    select(editor, 0, 0);
    await shows(`${await counted("first line\n")} tokens`);
    const {now} = performance;
    Reflect.set(performance, "now", () => now.call(performance) + 120_000);
    try {
      host().engine.unload();
      await editor.edit((change) => change.insert(new vscode.Position(1, 0), "second line\n"));
      await until(() => item.text.startsWith("$(sync) "));
      assert.equal(host().engine.processId, undefined);
      select(editor, 3, 3);
      await shows(`${await counted("first line\nsecond line\n")} tokens`);
    } finally {
      Reflect.set(performance, "now", now);
    }
  });
});
