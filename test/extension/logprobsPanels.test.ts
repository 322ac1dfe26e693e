import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type {ToView} from "../../src/features/logprobs/protocol";
import {closeEditors, select, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {until} from "./support/until";
import {type WatchedView, watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const text = "def add(a, b):\n    return a + b\n";
const more = "\nprint(add(1, 2))\n";
const stale = "The document has changed since it was scored.";

describe("Views of logprobs", () => {
  const window = watchWindow();
  const view = watchViews();
  const folder = temporaryFolder();
  const set = userSettings();
  let files = 0;
  afterEach(closeEditors);

  async function show(content: string): Promise<vscode.TextEditor> {
    return await showFile(folder.write(`p${++files}.py`, content));
  }

  /** Shows a file and scores all of it, in a view that has seen nothing before. */
  async function score(content: string): Promise<vscode.TextEditor> {
    const editor = await show(content);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await view().hears("show");
    return editor;
  }

  async function insertAtEnd({document}: vscode.TextEditor, added: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(document.getText().length), added);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  function told<Type extends ToView["type"]>(type: Type, {told} = view()): Extract<ToView, {type: Type}>[] {
    return told.filter((message): message is Extract<ToView, {type: Type}> => message.type === type);
  }

  async function hearsNotice(message: string | null): Promise<void> {
    await until(() => told("notice").at(-1)?.message === message);
  }

  it("have scores while they are computed, with the bits of the end, and say at once that they stop", async () => {
    await show(text.repeat(3000));
    const showing = vscode.commands.executeCommand("tokenscope.showLogprobs");
    const isOpen = ({tabs}: vscode.TabGroup) => tabs.some(({input}) => input instanceof vscode.TabInputWebview);
    await until(() => vscode.window.tabGroups.all.some(isOpen));
    await until(() => told("scores").length >= 2);
    const [first] = told("show");
    assert.ok(first && !first.scored.finished && first.scored.logprobs.length === first.scored.ids.length);
    view().say({type: "cancel"});
    assert.ok(told("computing").at(-1)?.computing?.isStopping);
    await showing;
    const end = told("show").at(-1)?.scored;
    assert.ok(end && end !== first.scored && !end.finished && end.id !== first.scored.id);
    for (const {id, from, logprobs, entropies} of told("scores")) {
      assert.equal(id, first.scored.id);
      assert.deepEqual(logprobs, end.logprobs.slice(from, from + logprobs.length));
      assert.deepEqual(entropies, end.entropies?.slice(from, from + logprobs.length));
    }
    assert.equal(told("computing").at(-1)?.computing, null);
    // Goes on: the first text has what is known.
    view().forget();
    view().say({type: "scoreAgain"});
    const {scored} = await view().hears("show");
    const known = end.summary.scored;
    assert.deepEqual(scored.logprobs.slice(0, known), end.logprobs.slice(0, known));
    view().say({type: "cancel"});
    await until(() => told("computing").at(-1)?.computing === null);
  });

  it("have a group of their own that opening a file does not cover", async () => {
    await score(text);
    const {panel} = view();
    panel.reveal();
    await until(() => panel.active);
    const opened = await show(more);
    assert.notEqual(opened.viewColumn, panel.viewColumn);
    assert.ok(panel.visible);
  });

  it("leave a group unlocked that has the user's files", async () => {
    const beside = folder.write("beside.py", more);
    const editor = await show(text);
    await vscode.window.showTextDocument(vscode.Uri.file(beside), {viewColumn: vscode.ViewColumn.Two, preview: false});
    await vscode.window.showTextDocument(editor.document, vscode.ViewColumn.One);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await view().hears("show");
    const {panel} = view();
    await until(() => panel.viewColumn === vscode.ViewColumn.Two);
    panel.reveal();
    await until(() => panel.active);
    assert.equal((await show(more)).viewColumn, vscode.ViewColumn.Two);
  });

  it("are used again, unless they are pinned: then another one opens, and titles tell them apart", async () => {
    await score(text);
    const first: WatchedView = view();
    const {document} = await show(text + more);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    assert.equal(view(), first, "used again");
    first.say({type: "setOptions", options: {isPinned: true, isLive: false}});
    await until(() => told("options").at(-1)?.options.isPinned);
    await vscode.window.showTextDocument(document);
    first.forget();
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await view().hears("show");
    assert.notEqual(view(), first);
    assert.deepEqual(told("show", first), []);
    assert.equal(view().panel.title, `${first.panel.title} (2)`);
    view().panel.dispose();
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    assert.notEqual(view(), first);
    first.panel.dispose();
  });

  it("say that their text was edited, also behind what was scored, until the edit is undone", async () => {
    const editor = await score(text);
    await insertAtEnd(editor, more);
    await hearsNotice(stale);
    assert.deepEqual(told("notice").at(-1)?.action, "scoreAgain");
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand("undo");
    await hearsNotice(null);
  });

  it("score their text again while it is edited, if that is wished, and stay on show meanwhile", async () => {
    const editor = await score(text);
    await set("logprobs.live", true);
    await until(() => told("options").at(-1)?.options.isLive);
    view().forget();
    await insertAtEnd(editor, more);
    await until(() => told("show").find(({scored}) => scored.finished && scored.text === text + more));
    assert.deepEqual(told("progress"), []);
    view().say({type: "setOptions", options: {isPinned: false, isLive: false}});
    await until(() => told("options").at(-1)?.options.isLive === false);
    assert.equal(vscode.workspace.getConfiguration("tokenscope").get("logprobs.live"), false);
  });

  it("show what is selected in the editor, and select there what is chosen in them", async () => {
    const editor = await score(text);
    const {scored} = await view().hears("show");
    const ends = scored.byteEnds;
    assert.ok(ends);
    select(editor, ends[1] ?? 0, ends[4]);
    const {from, to} = await view().hears("reveal");
    assert.deepEqual([from, to], [2, 5]);
    view().forget();
    view().say({type: "selectRange", from: 5, to: 8});
    await until(() => editor.document.offsetAt(editor.selection.start) === ends[4]);
    assert.equal(editor.document.offsetAt(editor.selection.end), ends[7]);
    // Its own choice is not told to it.
    select(editor, 0, ends[0]);
    assert.deepEqual([(await view().hears("reveal")).from, told("reveal").length], [0, 1]);
  });

  it("open their document again that was closed, and say so where it is gone", async () => {
    const {document} = await score(text);
    const isShown = () => vscode.window.visibleTextEditors.some((one) => one.document.uri.path === document.uri.path);
    await vscode.window.tabGroups.close(
      vscode.window.tabGroups.all.flatMap(({tabs}) => tabs.filter(({input}) => input instanceof vscode.TabInputText))
    );
    await until(() => !isShown());
    view().say({type: "select", token: 1});
    await until(isShown);
    assert.ok(view().panel.visible);
    const untitled = await showText(more);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await until(() => told("show").find(({scored}) => scored.text === more));
    await vscode.window.showTextDocument(untitled.document);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await until(() => untitled.document.isClosed);
    view().say({type: "select", token: 1});
    await until(() => window().messages.some((message) => /is gone: open it again/.test(message.text)));
  });

  it("copy and export their scores, and a picture", async () => {
    await score(text);
    const copied = async (pattern: RegExp) => {
      await until(async () => pattern.test(await vscode.env.clipboard.readText()));
      return await vscode.env.clipboard.readText();
    };
    view().say({type: "copy", format: "text", from: 0, to: 2});
    assert.equal(await copied(/^def add$/), "def add");
    view().say({type: "copy", format: "markdown", from: 0, to: 2});
    assert.match(await copied(/^\*\*/), / · 2 tokens · .*\n\n\| Token \| Probability/);
    await vscode.commands.executeCommand("tokenscope.copyTokens", {webviewSection: "range", from: 1, to: 3});
    await copied(/^ add\(a$/);
    view().say({type: "copy", format: "html", from: 0, to: 2});
    assert.match(await copied(/^<pre/), />def<\/span>/);
    for (const format of ["json", "csv", "html"] as const) {
      const file = path.join(folder.path, `out.${format}`);
      window().saveTo(file);
      const before = window().messages.length;
      view().say({type: "export", format});
      await until(() => window().messages.length > before);
      const written = readFileSync(file, "utf8");
      if (format === "json")
        assert.equal(
          JSON.parse(written)
            .tokens.map((token: {text: string}) => token.text)
            .join(""),
          text
        );
      if (format === "csv") assert.match(written, /index,id,text,start,end,logprob/);
      if (format === "html") assert.match(written, /^<!DOCTYPE html>.*default-src 'none'.*<span class="l\d" title="/s);
    }
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1);
    const picture = path.join(folder.path, "chart.png");
    window().saveTo(picture);
    view().say({type: "saveImage", name: "surprisal", png});
    await until(() => {
      try {
        return readFileSync(picture).length === png.length;
      } catch {
        return false;
      }
    });
    assert.deepEqual(window().errors, []);
  });

  it("score the text from a token on by itself", async () => {
    await set("selectionContext", true);
    await score(text + more);
    const {scored} = await view().hears("show");
    view().forget();
    await vscode.commands.executeCommand("tokenscope.scoreFromToken", {webviewSection: "token", token: 3});
    const part = await view().hears("show");
    assert.equal(part.scored.text, (text + more).slice(scored.byteEnds?.[2]));
    assert.equal(part.scored.contextIds.length, 0);
    assert.ok(part.source.isSelection);
  });
});
