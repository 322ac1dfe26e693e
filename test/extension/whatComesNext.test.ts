import {strict as assert} from "node:assert";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import type {NextParams} from "../../src/contract/sampling";
import {NextPanel} from "../../src/features/whatComesNext/nextPanel";
import {
  type FromView,
  type NextOptions,
  type ShownNext,
  type ToView,
  usualOptions
} from "../../src/features/whatComesNext/protocol";
import {noSamplers} from "../../src/sampling/settings";
import {closeEditors, placeCursor, showText, userSettings} from "./support/editors";
import {killEngine, noProcesses} from "./support/engineProcess";
import {memoryState, ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const text = "import math\n\n\ndef area(radius):\n    return math.pi * radius ** 2\n";

describe("What Comes Next", () => {
  const window = watchWindow();
  const view = watchViews<ToView, FromView>();
  const host = ownHost();
  const set = userSettings();
  /** The prompts that the engine was asked about. */
  const asked: string[] = [];
  let memento = memoryState();

  before(() => {
    const {engine} = host();
    const request = engine.request.bind(engine);
    engine.request = (async (method, params, options) => {
      if (method === "next") {
        const {prompt} = params as NextParams;
        if (prompt.kind === "text") asked.push(prompt.text);
      }
      return await request(method, params, options);
    }) as typeof engine.request;
  });

  afterEach(closeEditors);

  beforeEach(() => {
    asked.length = 0;
    memento = memoryState();
  });

  /** Opens the view beside a text with the cursor behind a part of it. */
  async function open(behind: string, content = text): Promise<vscode.TextEditor> {
    const editor = await showText(content, "python");
    placeCursor(editor, behind);
    NextPanel.create(host(), memento);
    await until(() => view().heard.some(({type}) => type === "ready"));
    return editor;
  }

  /** What is shown after a text; the tail tells it from others. */
  async function shownAfter(tail: RegExp, fits: (next: ShownNext) => boolean = () => true): Promise<ShownNext> {
    return await until(() => view().told.findLast(isShow(tail, fits))?.next);
  }

  function isShow(tail: RegExp, fits: (next: ShownNext) => boolean) {
    return (message: ToView): message is Extract<ToView, {type: "show"}> =>
      message.type === "show" && tail.test(message.next.tail) && fits(message.next);
  }

  const setOptions = (changes: Partial<NextOptions>) =>
    view().say({type: "setOptions", options: {...usualOptions, ...changes}});

  /** Waits so long that a view that follows would have asked. */
  const longer = () => setTimeout(500);

  it("shows the model's distribution at the cursor, and stays out of the way", async () => {
    const editor = await open("return math.");
    const next = await shownAfter(/return math\.$/);
    assert.equal(vscode.window.activeTextEditor, editor);
    assert.equal(next.rows.length, 200);
    assert.match(next.model, /Tiny Coder/);
    assert.equal(next.rest.tokens, 8192 - 200);
    const sum = next.rows.reduce((all, {logprob}) => all + Math.exp(logprob), next.rest.probability);
    assert.ok(Math.abs(sum - 1) < 1e-6, String(sum));
    assert.equal(next.cut, false);
    assert.deepEqual(next.stages, []);
    assert.equal(asked[0], text.slice(0, text.indexOf("math.pi") + 5));
    assert.deepEqual(window().errors, []);
  });

  it("is what a score says of the same place", async () => {
    await open("return math.pi");
    const next = await shownAfter(/math\.pi$/);
    const {engine, settings} = host();
    const model = settings.scoringModel();
    const before = text.slice(0, text.indexOf("math.pi") + 7);
    const first = next.rows[0];
    assert.ok(first);
    const [info] = await engine.request("tokenInfo", {model, ids: Int32Array.of(first.id)});
    const scores = await engine.request("score", {model, text: before + info?.text});
    assert.equal(scores.ids.at(-1), first.id);
    assert.ok(Math.abs((scores.logprobs.at(-1) ?? 0) - first.logprob) < 0.01);
  });

  it("follows the cursor and the text, and asks nothing twice", async () => {
    const editor = await open("def area");
    await shownAfter(/def area$/);
    placeCursor(editor, "import");
    const {place} = await shownAfter(/^import$/);
    await editor.edit((edit) => edit.insert(editor.selection.active, " os"));
    assert.equal((await shownAfter(/import os$/)).place, place + 1);
    const {length} = asked;
    // An edit behind the cursor leaves the prompt as it is.
    await editor.edit((edit) => edit.insert(editor.document.lineAt(4).range.end, "  # x"));
    await longer();
    assert.equal(asked.length, length);
    assert.equal(new Set(asked).size, asked.length);
  });

  it("follows another editor, and says so when there is none", async () => {
    await open("def area");
    await shownAfter(/def area$/);
    const other = await showText("x = [1, 2", "python");
    placeCursor(other, "1,");
    await shownAfter(/^x = \[1,$/);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    for (const tab of tabs)
      if (tab.input instanceof vscode.TabInputText) {
        await vscode.window.showTextDocument(tab.input.uri);
        await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
      }
    await view().hears("noEditor");
  });

  it("computes nothing while it is hidden", async () => {
    const editor = await open("def area");
    await shownAfter(/def area$/);
    const watched = view();
    const {panel} = watched;
    const cover = vscode.window.createWebviewPanel("cover", "Cover", {
      viewColumn: panel.viewColumn ?? vscode.ViewColumn.Two,
      preserveFocus: true
    });
    await until(() => !panel.visible);
    const {length} = asked;
    placeCursor(editor, "import");
    await longer();
    placeCursor(editor, "import math");
    await longer();
    assert.equal(asked.length, length);
    const told = watched.told.length;
    cover.dispose();
    await until(() => watched.told.slice(told).some(isShow(/import math$/, () => true)));
    assert.equal(asked.length, length + 1);
  });

  it("inserts a token as one undo step, and shows what comes then", async () => {
    const editor = await open("return math");
    const next = await shownAfter(/return math$/);
    const row = next.rows.findIndex(({label}) => label === ".");
    assert.ok(row >= 0);
    view().say({type: "insert", place: next.place, row});
    await until(() => editor.document.getText().includes("math..pi"));
    assert.equal(editor.selection.active.character, "    return math.".length);
    await shownAfter(/return math\.$/);
    await vscode.window.showTextDocument(editor.document, editor.viewColumn);
    await vscode.commands.executeCommand("undo");
    assert.equal(editor.document.getText(), text);
    // What the user saw before counts no more.
    const {length} = window().messages;
    view().say({type: "insert", place: next.place - 1, row});
    await longer();
    assert.equal(editor.document.getText(), text);
    assert.equal(window().messages.length, length);
  });

  it("applies samplers, draws with a seed, and remembers both", async () => {
    await open("return math.");
    await shownAfter(/math\.$/);
    const samplers = {...noSamplers, topK: 5, temperature: 0.5};
    setOptions({samplers, draws: {count: 1000, seed: 3}});
    const next = await shownAfter(/math\.$/, ({draws}) => draws !== null);
    assert.deepEqual(
      next.stages.map(({sampler}) => sampler),
      ["topK", "temperature"]
    );
    assert.equal(next.after.candidates, 5);
    assert.equal(next.rows[5]?.cutBy, "topK");
    const drawn = next.rows.reduce((sum, row) => sum + (row.drawn ?? 0), next.rest.drawn ?? 0);
    assert.equal(drawn, 1000);
    setOptions({samplers, draws: {count: 1000, seed: 4}});
    const other = await shownAfter(/math\.$/, ({draws}) => draws?.seed === 4);
    assert.notDeepEqual(
      next.rows.map((row) => row.drawn),
      other.rows.map((row) => row.drawn)
    );
    assert.equal(next.place, other.place);
    await until(() => memento.keys().length > 0);
    view().panel.dispose();
    NextPanel.create(host(), memento);
    const {options} = await view().hears("options");
    assert.deepEqual(options.samplers, samplers);
    assert.deepEqual(options.draws, {count: 1000, seed: 4});
  });

  it("follows a slider with its last value", async () => {
    await open("return math.");
    await shownAfter(/math\.$/);
    for (let topK = 1; topK <= 60; topK++) setOptions({samplers: {...noSamplers, topK}});
    await shownAfter(/math\.$/, ({after}) => after.candidates === 60);
    // One at a time: most values were passed over.
    assert.ok(asked.length < 30, `${asked.length}`);
  });

  it("copies a token and the table", async () => {
    await open("return math.");
    const next = await shownAfter(/math\.$/);
    view().say({type: "copyTable", format: "json"});
    const table = await until(async () => {
      const copied = await vscode.env.clipboard.readText();
      return copied.startsWith("{") ? JSON.parse(copied) : undefined;
    });
    assert.equal(table.tokens[0].id, next.rows[0]?.id);
    view().say({type: "copyToken", place: next.place, row: 0});
    await until(async () => (await vscode.env.clipboard.readText()) === table.tokens[0].text);
  });

  it("copies the settings, and says what a program has no equivalent for", async () => {
    await open("return math.");
    await shownAfter(/math\.$/);
    setOptions({samplers: {...noSamplers, topK: 5, dry: {...noSamplers.dry, multiplier: 0.8}}});
    view().say({type: "copySettings", target: "vllm"});
    const {target, missing} = await view().hears("settingsCopied");
    assert.equal(target, "vllm");
    assert.equal(missing.length, 1);
    assert.match(missing[0] ?? "", /DRY/);
    assert.equal(JSON.parse(await vscode.env.clipboard.readText()).top_k, 5);
  });

  it("says that a model is missing, asks no more, and takes another one", async () => {
    await open("return math.");
    await shownAfter(/math\.$/);
    view().forget();
    await set("model", "/nowhere/none.gguf");
    assert.match((await view().hears("failed")).message, /none\.gguf/);
    const {length} = asked;
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    placeCursor(editor, "import");
    await longer();
    assert.equal(asked.length, length);
    assert.equal(window().errors.length, 1);
    view().forget();
    await set("model", undefined);
    await shownAfter(/^import$/);
  });

  it("is asked again after the engine has died", async function () {
    if (noProcesses) return this.skip();
    const editor = await open("return math.");
    await shownAfter(/math\.$/);
    await killEngine();
    placeCursor(editor, "def area");
    await shownAfter(/def area$/);
  });
});
