import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {closeEditors, userSettings} from "./support/editors";
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
