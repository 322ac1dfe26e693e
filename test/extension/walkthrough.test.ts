import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {root} from "../harness/paths";
import {closeEditors, select} from "./support/editors";
import {until} from "./support/until";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

function sample(name: string): string {
  return readFileSync(path.join(root, "media/walkthrough/samples", name), "utf8");
}

/** Waits for the editor of a sample to be active. */
async function editorOf(name: string): Promise<vscode.TextEditor> {
  const uri = `tokenscope-sample:/${name}`;
  return await until(() => vscode.window.visibleTextEditors.find(({document}) => document.uri.toString() === uri));
}

/** Closes an editor like a person. If VS Code asks to save it, the tab stays. */
async function close({document}: vscode.TextEditor): Promise<void> {
  await bringForward(document);
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  await until(() => groupOf(document) === undefined);
}

async function bringForward(document: vscode.TextDocument): Promise<void> {
  await vscode.window.showTextDocument(document, groupOf(document)?.viewColumn ?? vscode.ViewColumn.Active);
}

function groupOf({uri}: Pick<vscode.TextDocument, "uri">): vscode.TabGroup | undefined {
  return vscode.window.tabGroups.all.find(({tabs}) =>
    tabs.some(({input}) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString())
  );
}

/** Reads the number that begins the first row, as "1,234.5 perplexity". */
function firstNumber(items: readonly vscode.QuickPickItem[]): number {
  return Number.parseFloat(items[0]?.label.replaceAll(",", "") ?? "");
}

describe("the walkthrough's buttons", () => {
  const window = watchWindow();
  const view = watchViews();
  beforeEach(closeEditors);
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await closeEditors();
  });

  it("select a text whose tokens the hover shows", async () => {
    await vscode.commands.executeCommand("tokenscope.tryTokens");
    const {document, selection} = await editorOf("tokens.md");
    assert.equal(document.getText(selection), sample("tokens.md").trimEnd().split("\n\n")[1]);
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      selection.active
    );
    const content = hover?.contents[0];
    assert.ok(content instanceof vscode.MarkdownString);
    assert.match(content.value, /^\*\*\d+ tokens, 111 characters/);
    assert.deepEqual(window().errors, []);
  });

  it("measure a sentence, which the odd one beside it surpasses", async () => {
    await vscode.commands.executeCommand("tokenscope.tryPerplexity");
    const list = window().lists.at(-1);
    assert.equal(list?.title, "Perplexity of perplexity.md, line 3");
    const plain = firstNumber(list.items);
    const editor = await editorOf("perplexity.md");
    select(editor, editor.document.offsetAt(new vscode.Position(4, 0)));
    await bringForward(editor.document);
    await vscode.commands.executeCommand("tokenscope.perplexity");
    const odd = firstNumber(window().lists.at(-1)?.items ?? []);
    assert.ok(plain > 1 && odd > 5 * plain, `${plain}, ${odd}`);
  });

  it("show a function's logprobs, and the function", async () => {
    await vscode.commands.executeCommand("tokenscope.openWalkthrough");
    await until(() => vscode.window.tabGroups.activeTabGroup.tabs.length > 0);
    await vscode.commands.executeCommand("tokenscope.tryLogprobs");
    const {scored, source} = await view().hears("show");
    assert.equal(scored.text, sample("logprobs.ts"));
    assert.equal(source.title, "logprobs.ts");
    // Behind the view, in the same column: test/e2e/walkthrough.test.ts counts them.
    await until(() => groupOf({uri: vscode.Uri.parse("tokenscope-sample:/logprobs.ts")}));
  });

  it("complete a line, in a text that is kept by itself and comes back as it was", async () => {
    await vscode.commands.executeCommand("tokenscope.tryCompletion");
    const editor = await editorOf("completion.ts");
    const {document} = editor;
    await until(async () => {
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
      return document.getText() !== sample("completion.ts");
    });
    assert.equal(document.lineAt(1).text, 'import path from "node:path";');
    await until(() => !document.isDirty);
    await close(editor);
    await vscode.commands.executeCommand("tokenscope.tryCompletion");
    const again = await editorOf("completion.ts");
    assert.equal(again.document.getText(), sample("completion.ts"));
    await until(() => !again.document.isDirty);
    await close(again);
    assert.deepEqual(window().messages, []);
  });

  it("open nothing that is no sample, and let nothing else be written", async () => {
    const {fs} = vscode.workspace;
    const other = vscode.Uri.parse("tokenscope-sample:/../package.json");
    await assert.rejects(Promise.resolve(fs.readFile(other)), vscode.FileSystemError);
    await assert.rejects(Promise.resolve(fs.writeFile(other, Buffer.from("x"))), vscode.FileSystemError);
    await assert.rejects(Promise.resolve(fs.delete(vscode.Uri.parse("tokenscope-sample:/tokens.md"))));
  });
});

describe("the walkthrough", () => {
  after(closeEditors);

  it("is opened by its command", async () => {
    await closeEditors();
    await vscode.commands.executeCommand("tokenscope.openWalkthrough");
    await until(() => vscode.window.tabGroups.all.some(({tabs}) => tabs.length > 0));
  });
});
