import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {commandTargetText} from "../../src/host/documents/targetText";
import {closeEditors, select, showFile, temporaryFolder, userSettings} from "./support/editors";
import {until} from "./support/until";

describe("the menu in the status bar", () => {
  const set = userSettings();
  const {showQuickPick} = vscode.window;
  let items: readonly vscode.QuickPickItem[] = [];
  /** A part of the label to choose. */
  let choice: string | undefined;
  before(() => {
    Reflect.set(vscode.window, "showQuickPick", async (shown: readonly vscode.QuickPickItem[]) => {
      items = shown;
      return shown.find(({label}) => choice !== undefined && label.includes(choice));
    });
  });
  after(async () => {
    Reflect.set(vscode.window, "showQuickPick", showQuickPick);
    await closeEditors();
  });

  async function modelsInUse(): Promise<string | undefined> {
    choice = undefined;
    await vscode.commands.executeCommand("tokenscope.showMenu");
    return items.find(({label}) => label.includes("Select Model…"))?.description;
  }

  it("says which model is in use", async () => {
    assert.equal(await modelsInUse(), "now: the demonstration model");
    await set("model", "/models/large.gguf");
    assert.equal(await modelsInUse(), "now: large.gguf");
  });

  it("says which measures and which completes, where they are two", async () => {
    await set("completionModel", "/models/coder.gguf");
    assert.equal(await modelsInUse(), "now: the demonstration model measures, coder.gguf completes");
  });

  it("shows the name of a model's file as nothing but text", async () => {
    await set("model", "/models/$(alert)\u202e.gguf");
    assert.doesNotMatch((await modelsInUse()) ?? "", /\$\(|\u202e/);
  });

  it("does what is chosen", async () => {
    await closeEditors();
    choice = "Open Walkthrough";
    await vscode.commands.executeCommand("tokenscope.showMenu");
    await until(() => vscode.window.tabGroups.all.some(({tabs}) => tabs.length > 0));
  });
});

describe("a command from the menus of an editor", () => {
  const folder = temporaryFolder();
  after(closeEditors);

  it("works on that editor's text, though another editor is active", async () => {
    const left = await showFile(folder.write("left.txt", "one two three\n"));
    const right = await vscode.workspace.openTextDocument(folder.write("right.txt", "four\n"));
    await vscode.window.showTextDocument(right, vscode.ViewColumn.Beside);
    const textOf = async (argument: unknown) => (await commandTargetText(argument)).text;
    assert.equal(await textOf(undefined), "four\n");
    assert.equal(await textOf(right.uri), "four\n");
    assert.equal(await textOf(left.document.uri), "one two three\n");
    select(left, 0, 3);
    assert.equal(await textOf(left.document.uri), "one");
    assert.equal(await textOf(vscode.Uri.parse("file:///none.txt")), "four\n");
  });
});
