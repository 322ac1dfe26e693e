import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {FromView, ToView} from "../../src/features/constraints/protocol";
import {closeEditors, select, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {demonstrationModel, tokenscope} from "./support/extension";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const person = JSON.stringify({
  type: "object",
  properties: {name: {type: "string"}, age: {type: "integer"}},
  required: ["name"],
  additionalProperties: false
});

describe("A text under a grammar", () => {
  const window = watchWindow();
  const views = watchViews<ToView, FromView>();
  const set = userSettings();
  const folder = temporaryFolder();
  const original = vscode.window.showQuickPick;
  const originalDialog = vscode.window.showOpenDialog;
  let offered: readonly vscode.QuickPickItem[] = [];

  before(async () => void (await tokenscope()));
  beforeEach(async () => {
    offered = [];
    await set("model", demonstrationModel);
  });
  afterEach(async () => {
    Reflect.set(vscode.window, "showQuickPick", original);
    Reflect.set(vscode.window, "showOpenDialog", originalDialog);
    await closeEditors();
  });

  /** Takes the first row of the next list whose label has this text. */
  function choose(label: string): void {
    Reflect.set(vscode.window, "showQuickPick", async (items: Promise<readonly vscode.QuickPickItem[]>) => {
      offered = await items;
      return offered.find((item) => item.label.includes(label));
    });
  }

  function chooseFile(file: string): void {
    choose("Another file");
    Reflect.set(vscode.window, "showOpenDialog", async () => [vscode.Uri.file(file)]);
  }

  it("is completed as one undo step, with what the grammar allows", async () => {
    chooseFile(folder.write("digits.gbnf", 'root ::= [0-9]{4} "!"'));
    const before = "the year ";
    const editor = await showText(before);
    select(editor, before.length);
    await vscode.commands.executeCommand("tokenscope.completeUnderGrammar");
    assert.deepEqual(window().messages, []);
    assert.match(editor.document.getText(), /^the year [0-9]{4}!$/);
    await vscode.commands.executeCommand("undo");
    assert.equal(editor.document.getText(), before);
  });

  it("is completed under the selection, behind it", async () => {
    choose("The selection, a JSON schema");
    const schema = '{"enum": ["yes", "no"]}';
    const editor = await showText(`${schema}`);
    select(editor, 0, schema.length);
    await vscode.commands.executeCommand("tokenscope.completeUnderGrammar");
    assert.match(editor.document.getText().slice(schema.length), /^"(yes|no)"$/);
  });

  it("is scored under the schema that its document names, in a view", async () => {
    folder.write("person.schema.json", person.replace("false", '{"type": "string"}'));
    const file = folder.write("ada.json", '{"$schema": "./person.schema.json", "name": "Ada"}');
    choose("person.schema.json");
    await showFile(file);
    await vscode.commands.executeCommand("tokenscope.scoreUnderSchema");
    assert.deepEqual(window().errors, []);
    const {result} = await views().hears("show");
    assert.deepEqual([result.constraint, result.constrained.leavesAt], ["person.schema.json", null]);
    assert.equal(result.constrained.isComplete, true);
    assert.equal(result.texts.join(""), '{"$schema": "./person.schema.json", "name": "Ada"}');
    assert.equal(offered.filter(({description}) => description === "$schema").length, 1);
    const {content, decided, surprisal} = result.constrained.sums;
    assert.ok(Math.abs(content + decided - surprisal) < 1e-9 && decided > 0);
  });

  it("is scored under a schema of the setting json.schemas, and says where it leaves it", async () => {
    const configuration = vscode.workspace.getConfiguration("json");
    const schemas = [{fileMatch: ["*.person.json"], schema: JSON.parse(person)}];
    await configuration.update("schemas", schemas, vscode.ConfigurationTarget.Global);
    try {
      choose("The schema of this file");
      await showFile(folder.write("ada.person.json", '{"name": "Ada", "born": 1815}'));
      await vscode.commands.executeCommand("tokenscope.scoreUnderSchema");
      const {result} = await views().hears("show");
      assert.ok(result.constrained.leavesAt !== null && result.constrained.leavesAt > 2);
    } finally {
      await configuration.update("schemas", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it("offers no schema from the net, and says what is wrong with a grammar", async () => {
    choose("nothing");
    await showFile(folder.write("far.json", '{"$schema": "https://example.com/far.json"}'));
    await vscode.commands.executeCommand("tokenscope.scoreUnderSchema");
    await closeEditors();
    await showFile(folder.write("share.json", '{"$schema": "//server/share/far.json"}'));
    await vscode.commands.executeCommand("tokenscope.scoreUnderSchema");
    assert.ok(offered.every(({description}) => description !== "$schema"));
    chooseFile(folder.write("broken.gbnf", "root ::= ("));
    await vscode.commands.executeCommand("tokenscope.scoreUnderSchema");
    assert.equal(window().errors.length, 1);
    assert.match(window().errors[0]?.text ?? "", /grammar/);
  });
});
