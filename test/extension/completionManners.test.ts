import {strict as assert} from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import type {CompleteParams} from "../../src/contract/completion";
import {CompletionProvider} from "../../src/features/inlineCompletion/completionProvider";
import {RecentEdits} from "../../src/features/inlineCompletion/recentEdits";
import {beforeTwoLines} from "../harness/twoLines";
import {closeEditors, placeCursor, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const code = "def add(a, b):\n    return \n";

describe("inline completion's manners", () => {
  const host = ownHost();
  const set = userSettings();
  const folder = temporaryFolder();
  /** Requests in the foreground. */
  const requests: CompleteParams[] = [];
  /** Short messages in the status bar. */
  const said: string[] = [];
  let provider: CompletionProvider;
  let item: vscode.StatusBarItem & {shown: boolean};
  /** Responses are held until this resolves. */
  let held: Promise<void> = Promise.resolve();

  before(() => {
    const {engine} = host();
    const request = engine.request.bind(engine);
    engine.request = (async (method, params, options) => {
      if (method === "complete" && !(params as CompleteParams).background) requests.push(params as CompleteParams);
      await held;
      return await request(method, params, options);
    }) as typeof engine.request;
    const {createStatusBarItem} = vscode.window;
    const made = new Proxy({shown: false} as typeof item, {
      get: (target, key) => {
        if (key === "show" || key === "hide") return () => void Reflect.set(target, "shown", key === "show");
        return key === "dispose" ? () => undefined : Reflect.get(target, key);
      }
    });
    Reflect.set(vscode.window, "createStatusBarItem", () => made);
    item = made;
    provider = new CompletionProvider(host(), new RecentEdits());
    Reflect.set(vscode.window, "createStatusBarItem", createStatusBarItem);
  });
  const {setStatusBarMessage} = vscode.window;
  beforeEach(() => {
    requests.length = 0;
    said.length = 0;
    Reflect.set(vscode.window, "setStatusBarMessage", (text: string) => void said.push(text));
  });
  afterEach(() => {
    Reflect.set(vscode.window, "setStatusBarMessage", setStatusBarMessage);
    assert.deepEqual(window().messages, []);
  });
  // Registered after the hook that reads it.
  const window = watchWindow();
  after(async () => {
    provider.dispose();
    await closeEditors();
  });

  interface Circumstances {
    /** An automatic request, because something was typed. */
    readonly typing?: boolean;
    /** The selected item of IntelliSense's list. */
    readonly selected?: vscode.SelectedCompletionInfo;
  }

  /** The suggestion for VS Code at the editor's cursor. */
  async function shownAt(
    {document, selection}: vscode.TextEditor,
    {typing = false, selected}: Circumstances = {}
  ): Promise<string | undefined> {
    const [suggestion] = await provider.provideInlineCompletionItems(
      document,
      selection.active,
      {
        triggerKind: vscode.InlineCompletionTriggerKind[typing ? "Automatic" : "Invoke"],
        selectedCompletionInfo: selected
      },
      new vscode.CancellationTokenSource().token
    );
    return suggestion?.insertText as string | undefined;
  }

  async function write(editor: vscode.TextEditor, text: string): Promise<void> {
    const at = editor.selection.active;
    await editor.edit((edit) => edit.insert(at, text));
    const end = at.translate(0, text.length);
    editor.selection = new vscode.Selection(end, end);
  }

  async function showCode(): Promise<vscode.TextEditor> {
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    return editor;
  }

  it("keep what was asked for while it is typed, though nothing comes by itself; the model is asked once", async () => {
    const editor = await showText(`${beforeTwoLines.join("\n")}\n`, "python");
    placeCursor(editor, beforeTwoLines.join("\n"));
    const text = await shownAt(editor);
    assert.ok(text !== undefined && text.length > 3);
    for (const typed of [1, 2, 3]) {
      await write(editor, text.charAt(typed - 1));
      assert.equal(await shownAt(editor, {typing: true}), text.slice(typed));
    }
    await write(editor, "~");
    assert.equal(await shownAt(editor, {typing: true}), undefined);
    assert.equal(requests.length, 1);
  });

  it("ask for nothing while IntelliSense has something selected, or there are several cursors", async () => {
    await set("inlineCompletion.enabled", true);
    await set("inlineCompletion.minConfidence", 0);
    const editor = await showCode();
    const at = editor.selection.active;
    assert.equal(
      await shownAt(editor, {typing: true, selected: {range: new vscode.Range(at, at), text: "a"}}),
      undefined
    );
    editor.selections = [editor.selection, new vscode.Selection(0, 0, 0, 0)];
    assert.equal(await shownAt(editor, {typing: true}), undefined);
    assert.equal(requests.length, 0);
    editor.selection = new vscode.Selection(at, at);
    assert.ok(await shownAt(editor, {typing: true}));
    assert.equal(requests.length, 1);
  });

  it("let the status bar speak of what one looks at, and of nothing that is gone", async () => {
    // Another text each time, because a cached suggestion would be shown at once.
    let asked = 0;
    const ask = async (): Promise<void> => {
      const editor = await showText(`# ${++asked}\n${code}`, "python");
      placeCursor(editor, "return ");
      assert.ok(await shownAt(editor));
      assert.deepEqual([item.shown, /^\$\(sparkle\) (< 1|\d+) %$/.test(item.text)], [true, true]);
    };
    const saysNothing = async (): Promise<void> => {
      await until(() => !item.shown || !item.text.includes("%"));
    };
    await ask();
    await showText("other");
    await saysNothing();
    await ask();
    await set("inlineCompletion.delay", 60);
    await saysNothing();
    await ask();
    host().engine.unload();
    await saysNothing();
  });

  /** What the status bar item says of the text in front. */
  const standing = () => provider.status.standing()?.sentence;

  it("say why nothing came", async () => {
    assert.equal(standing(), "Inline completion is off: it comes only on command.");
    await set("inlineCompletion.enabled", true);
    await set("inlineCompletion.minConfidence", 1);
    const editor = await showCode();
    await until(() => standing() === "Inline completion is on: it suggests when you pause.");
    assert.ok(item.shown);
    assert.equal(await shownAt(editor, {typing: true}), undefined);
    assert.match(standing() ?? "", /^Nothing came: the model was less sure than /);
    editor.selections = [editor.selection, new vscode.Selection(0, 0, 0, 0)];
    assert.equal(await shownAt(editor, {typing: true}), undefined);
    assert.equal(standing(), "Nothing came: there are several cursors.");
    const secret = await showFile(folder.write("id_rsa", "secret"));
    assert.equal(await shownAt(secret, {typing: true}), undefined);
    assert.match(standing() ?? "", /^Nothing comes in this file: .*exclude names it\.$/);
    assert.equal(item.text, "$(lock)");
    await set("inlineCompletion.enabled", false);
    await until(() => item.text === "$(circle-slash)");
  });

  it("keep still while they are snoozed, but for who asks", async () => {
    await set("inlineCompletion.enabled", true);
    await set("inlineCompletion.minConfidence", 0);
    const editor = await showText(`# snoozed\n${code}`, "python");
    placeCursor(editor, "return ");
    provider.status.snooze.begin(5);
    assert.equal(await shownAt(editor, {typing: true}), undefined);
    assert.equal(requests.length, 0);
    assert.match(standing() ?? "", /^Inline completion is snoozed until \d+:\d\d/);
    assert.ok(await shownAt(editor));
    provider.status.snooze.stop();
    const other = await showText(`# awake\n${code}`, "python");
    placeCursor(other, "return ");
    assert.ok(await shownAt(other, {typing: true}));
  });

  it("turn a wheel in the status bar while a suggestion takes a moment", async () => {
    await set("inlineCompletion.enabled", true);
    await set("inlineCompletion.minConfidence", 0);
    let release = (): void => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    const shown = showCode().then((editor) => shownAt(editor, {typing: true}));
    await until(() => item.shown && item.text === "$(loading~spin)");
    release();
    assert.ok(await shown);
    assert.match(item.text, /^\$\(sparkle\)/);
  });

  it("stay out of what is excluded, and say why: once to who types, each time to who asks", async () => {
    await set("inlineCompletion.enabled", true);
    const editor = await showFile(folder.write(".env", "API_TOKEN="));
    const why = "$(lock) No completions in .env: Tokenscope's settings exclude it";
    for (let key = 0; key < 3; key++) assert.equal(await shownAt(editor, {typing: true}), undefined);
    assert.deepEqual(said, [why]);
    assert.equal(await shownAt(editor), undefined);
    assert.deepEqual(said, [why, why]);
    assert.equal(requests.length, 0);
  });

  it("heed a folder's .tokenscopeignore, in its notebooks too", async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    const file = (name: string) => vscode.Uri.joinPath(workspace.uri, name);
    const written = {
      ".tokenscopeignore": "private*\n",
      "private.py": code,
      "private.ipynb": notebook([{kind: "code", text: "a = "}])
    };
    try {
      for (const [name, text] of Object.entries(written)) await vscode.workspace.fs.writeFile(file(name), bytes(text));
      const editor = await showFile(file("private.py").fsPath);
      await until(async () => {
        await shownAt(editor);
        return said.at(-1)?.endsWith("private.py: .tokenscopeignore excludes it");
      });
      requests.length = 0;
      await shownAt(await showCell(file("private.ipynb"), 0));
      assert.match(said.at(-1) ?? "", /private\.ipynb: \.tokenscopeignore excludes it$/);
      assert.equal(requests.length, 0);
    } finally {
      await closeEditors();
      for (const name of Object.keys(written)) await vscode.workspace.fs.delete(file(name));
    }
  });

  it("know a notebook's cells above in the same language", async () => {
    const file = folder.write(
      "notebook.ipynb",
      notebook([
        {kind: "code", text: "import math"},
        {kind: "markdown", text: "# Circles"},
        {kind: "code", text: "def area(r):\n    return math."},
        {kind: "code", text: "area(2)"}
      ])
    );
    const editor = await showCell(vscode.Uri.file(file), 2);
    placeCursor(editor, "math.");
    await shownAt(editor);
    const [request] = requests;
    assert.deepEqual(
      [request?.prefix, request?.suffix, path.basename(request?.path ?? "")],
      ["import math\n\ndef area(r):\n    return math.", "", "notebook.ipynb"]
    );
    await closeEditors();
  });

  it("complete in a file of 200,000 lines as anywhere else", async () => {
    const line = `${"x = 1  # ".padEnd(49, ".")}\n`;
    const editor = await showFile(folder.write("large.py", `${line.repeat(150_000)}${code}${line.repeat(50_000)}`));
    const at = new vscode.Position(150_001, 11);
    editor.selection = new vscode.Selection(at, at);
    assert.ok(await shownAt(editor));
    const {prefix = "", suffix = ""} = requests[0] ?? {};
    assert.ok(prefix.endsWith(`${line}def add(a, b):\n    return `) && suffix.startsWith(`\n${line}`));
    assert.ok(prefix.length <= 8192 && suffix.length <= 1024);
  });
});

interface Cell {
  readonly kind: "code" | "markdown";
  readonly text: string;
}

/** A notebook in Jupyter's format. */
function notebook(cells: readonly Cell[]): string {
  return JSON.stringify({
    cells: cells.map(({kind, text}) => ({
      cell_type: kind,
      metadata: {},
      source: text.split(/(?<=\n)/),
      ...(kind === "code" && {execution_count: null, outputs: []})
    })),
    metadata: {language_info: {name: "python"}},
    nbformat: 4,
    nbformat_minor: 5
  });
}

async function showCell(file: vscode.Uri, index: number): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openNotebookDocument(file);
  await vscode.window.showNotebookDocument(document, {
    selections: [new vscode.NotebookRange(index, index + 1)]
  });
  await vscode.commands.executeCommand("notebook.cell.edit");
  const cell = document.cellAt(index).document;
  return await until(() => vscode.window.visibleTextEditors.find((editor) => editor.document === cell));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
