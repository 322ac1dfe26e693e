import {strict as assert} from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import {modelKey} from "../../src/contract/models";
import {root} from "../harness/paths";
import {closeEditors, select, showFile, temporaryFolder, userSettings} from "./support/editors";
import {engineProcess, killEngine, noProcesses} from "./support/engineProcess";
import {until} from "./support/until";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const before = "import math\n\n";
const middle = "def add(a, b):\n    return a + b\n";
const behind = "\nprint(add(1, 2))\n";

describe("Show Logprobs", () => {
  const window = watchWindow();
  const view = watchViews();
  const folder = temporaryFolder();
  const set = userSettings();
  let files = 0;
  afterEach(closeEditors);

  /** Shows a new file. */
  async function show(text: string): Promise<vscode.TextEditor> {
    return await showFile(folder.write(`${++files}.py`, text));
  }

  /** Shows a text of three parts and scores the middle one. */
  async function scoreMiddle(): Promise<vscode.TextEditor> {
    const editor = await show(before + middle + behind);
    select(editor, before.length, before.length + middle.length);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    assert.equal((await view().hears("show")).scored.text, middle);
    return editor;
  }

  /** Presses the button, and returns what is scored. */
  async function scoredAgain(): Promise<string> {
    view().forget();
    view().say({type: "scoreAgain"});
    return (await view().hears("show")).scored.text;
  }

  async function insert(editor: vscode.TextEditor, text: string): Promise<void> {
    assert.ok(await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), text)));
  }

  /** Closes the view, and waits until the focus has moved on. */
  async function closeView(): Promise<void> {
    view().panel.dispose();
    await until(() => vscode.window.tabGroups.all.every(({tabs}) => tabs.every(({label}) => !/^Logprobs/.test(label))));
  }

  /** Replaces the whole document in one edit, like a simple formatter. */
  async function replaceAll({document}: vscode.TextEditor, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
    edit.replace(document.uri, whole, text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  it("gives the view numbers that VS Code hands on as they are", async () => {
    await scoreMiddle();
    const {scored} = await view().hears("show");
    assert.ok(scored.ids instanceof Int32Array && scored.byteEnds instanceof Uint32Array);
    assert.ok(scored.logprobs instanceof Float64Array);
    assert.equal(scored.byteEnds.at(-1), middle.length);
    assert.equal(scored.summary.tokens, scored.ids.length);
  });

  it("gives the alternatives of a token", async () => {
    await scoreMiddle();
    view().say({type: "alternatives", token: 3});
    const {token, top} = await view().hears("alternatives");
    assert.equal(token, 3);
    assert.equal(top.length, 10);
    const logprobs = top.map(({logprob}) => logprob);
    assert.deepEqual(
      logprobs,
      logprobs.toSorted((a, b) => b - a)
    );
    const {scored} = await view().hears("show");
    const itself = top.find(({id}) => id === scored.ids[3]);
    // Both numbers are of one run.
    if (itself) assert.equal(itself.logprob, scored.logprobs[3]);
    assert.ok(!("detail" in (await view().hears("show"))), "it is not sent");
    assert.deepEqual(window().errors, []);
  });

  it("gives them while the engine stands still, and after its end", async function () {
    if (noProcesses !== undefined) this.skip();
    await scoreMiddle();
    // Its answer needs the texts of all alternatives, which are then known.
    view().say({type: "alternatives", token: 3});
    const first = await view().hears("alternatives");
    process.kill(await engineProcess(), "SIGSTOP");
    try {
      view().forget();
      view().say({type: "alternatives", token: 5});
      const meanwhile = await view().hears("alternatives");
      assert.deepEqual([meanwhile.token, meanwhile.top.length], [5, 10]);
    } finally {
      await killEngine();
    }
    view().forget();
    view().say({type: "alternatives", token: 3});
    assert.deepEqual(await view().hears("alternatives"), first);
    assert.deepEqual(window().errors, []);
  });

  it("gives the alternatives of the model that made the scores, also when another is chosen", async () => {
    await scoreMiddle();
    const {scored} = await view().hears("show");
    view().say({type: "alternatives", token: 3});
    const first = await view().hears("alternatives");
    await set("model", path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf"));
    view().forget();
    view().say({type: "alternatives", token: 3});
    const again = await view().hears("alternatives");
    // The same weights in F16 have other logprobs.
    assert.deepEqual(again.top, first.top);
    assert.match(modelKey(scored.spec), /q8_0\.gguf/);
    assert.deepEqual(window().errors, []);
  });

  it("gives scores and alternatives in the context of what stands before, if the setting says so", async () => {
    await scoreMiddle();
    const alone = await view().hears("show");
    await closeView();
    await set("selectionContext", true);
    await scoreMiddle();
    const {scored} = await view().hears("show");
    assert.deepEqual(scored.ids, alone.scored.ids);
    assert.ok(scored.contextIds.length > 0 && alone.scored.contextIds.length === 0);
    assert.notEqual(scored.logprobs[0], alone.scored.logprobs[0]);
    view().say({type: "alternatives", token: 0});
    const {top} = await view().hears("alternatives");
    // The first choice can't be less probable than the actual token.
    assert.ok((top[0]?.logprob ?? Number.NaN) >= (scored.logprobs[0] ?? Number.NaN));
    assert.deepEqual(window().errors, []);
  });

  it("follows its text: tells the view where it is, and scores it there", async () => {
    const editor = await scoreMiddle();
    const added = "# one\n# two\n";
    await insert(editor, added);
    const {source} = await view().hears("moved");
    assert.equal(source.start, before.length + added.length);
    assert.equal(source.end, source.start + middle.length);
    assert.match(source.title, /, lines 5–7$/);
    assert.ok(!view().told.some(({type}) => type === "notice"));
    assert.equal(await scoredAgain(), middle);
  });

  it("goes back to where its text is now when scoring again is cancelled", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await scoreMiddle();
    // The engine is stopped, so that scoring is surely pending.
    process.kill(await engineProcess(), "SIGSTOP");
    try {
      view().forget();
      view().say({type: "scoreAgain"});
      await view().hears("progress");
      await insert(editor, "# above\n");
      view().say({type: "cancel"});
      const {source, scored} = await view().hears("show");
      assert.equal(scored.text, middle);
      assert.equal(source.start, before.length + "# above\n".length);
    } finally {
      await killEngine();
    }
    assert.equal(await scoredAgain(), middle);
  });

  it("says that the text has changed when all of the document is replaced, and does not take all for its text", async () => {
    const editor = await scoreMiddle();
    await replaceAll(editor, `"""${before}"""\n${middle.toUpperCase()}${behind}`);
    assert.equal((await view().hears("notice")).message, "The document has changed since it was scored.");
    assert.equal((await scoredAgain()).length, middle.length);
  });

  it("scores all of a document again that is replaced, where all was scored", async () => {
    const editor = await show(middle);
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await view().hears("show");
    await replaceAll(editor, before + middle + behind);
    await view().hears("notice");
    assert.equal(await scoredAgain(), before + middle + behind);
  });

  for (const message of [{type: "scoreAgain"}, {type: "select", token: 1}] as const)
    it(`can be closed while it works on "${message.type}"`, async () => {
      const editor = await scoreMiddle();
      await replaceAll(editor, behind);
      view().say(message);
      await closeView();
      // The pending score ends before another view has scored a text.
      await scoreMiddle();
      assert.deepEqual(window().messages, []);
    });

  it("can be closed while it scores, and opened again", async function () {
    if (noProcesses !== undefined) this.skip();
    await scoreMiddle();
    process.kill(await engineProcess(), "SIGSTOP");
    view().forget();
    view().say({type: "scoreAgain"});
    await view().hears("progress");
    await closeView();
    await killEngine();
    await scoreMiddle();
    assert.deepEqual(window().messages, []);
  });
});
