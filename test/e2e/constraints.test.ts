import {strict as assert} from "node:assert";
import {cpSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Frame} from "playwright-core";
import {root} from "../harness/paths";
import {stopAtFirstFailure, useWorkbench} from "../harness/useWorkbench";

/** The sample workspace with a schema, and a text under it. */
function workspaceWithSchema(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-constraints-"));
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  const properties = {name: {type: "string"}, born: {type: "integer"}, languages: {type: "array"}};
  writeFileSync(path.join(folder, "person.schema.json"), JSON.stringify({type: "object", properties}, null, 2));
  const people = {$schema: "./person.schema.json", name: "Ada Lovelace", born: 1815, languages: ["English", "French"]};
  writeFileSync(path.join(folder, "person.json"), JSON.stringify(people, null, 2));
  writeFileSync(path.join(folder, "year.gbnf"), 'root ::= " " [0-9]{4} "."\n');
  writeFileSync(path.join(folder, "year.txt"), "It was written in the year");
  return folder;
}

describe("Under a grammar in the workbench", () => {
  const workspace = workspaceWithSchema();
  after(() => rmSync(workspace, {recursive: true, force: true}));
  const workbench = useWorkbench({workspace});
  stopAtFirstFailure();
  let view: Frame;

  it("a text is scored under the schema that it names, in every theme and size", async () => {
    const vscode = workbench();
    await vscode.openFile("person.json");
    await vscode.runCommand("Tokenscope: Score Under a JSON Schema");
    const row = vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "$schema"}).first();
    await row.waitFor();
    await vscode.screenshot("constraints-choice");
    await row.click();
    view = await vscode.webview(".totals");
    await view.getByText("The text is a whole one of the grammar.").waitFor();
    assert.ok((await view.locator(".token").count()) > 30);
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await vscode.screenshot(`constraints-workbench-${theme}`);
    }
    await vscode.page.setViewportSize({width: 1024, height: 640});
    await vscode.screenshot("constraints-workbench-small");
    await vscode.page.setViewportSize({width: 1280, height: 800});
  });

  it("its tokens are walked with the keyboard", async () => {
    const vscode = workbench();
    await view.locator(".token").first().focus();
    await vscode.page.keyboard.press("End");
    await view.locator('.token[aria-pressed="true"]').last().waitFor();
    const last = await view.locator(".token").count();
    await view.getByText(`Token ${last}:`).waitFor();
  });

  it("a text is completed under a grammar of the workspace, which undo takes back", async () => {
    const vscode = workbench();
    await vscode.openFile("year.txt");
    await vscode.page.keyboard.press("Control+End");
    await vscode.runCommand("Tokenscope: Complete Under a Grammar");
    await vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "year.gbnf"}).first().click();
    const line = vscode.page.locator(".editor-instance .view-line").filter({hasText: /the.year.[0-9]{4}\.$/});
    await line.first().waitFor();
    await vscode.screenshot("constraints-completed");
    await vscode.page.keyboard.press("Control+Z");
    await vscode.until("the completion is gone", async () => ((await line.count()) === 0 ? true : undefined));
  });
});
