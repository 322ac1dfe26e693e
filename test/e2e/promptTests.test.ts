import * as assert from "node:assert/strict";
import {cpSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Frame} from "playwright-core";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

/** The sample workspace with three prompts. */
function workspaceWithPrompts(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-prompts-"));
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  writeFileSync(path.join(folder, "bare.py"), "def add(a, b):\n    return");
  writeFileSync(path.join(folder, "comment.py"), "# adds two numbers\ndef add(a, b):\n    return");
  writeFileSync(path.join(folder, "weather.txt"), "The weather is fine today. We shall");
  return folder;
}

describe("Prompts tested in the workbench", () => {
  const workspace = workspaceWithPrompts();
  after(() => rmSync(workspace, {recursive: true, force: true}));
  const workbench = useWorkbench({workspace});
  let view: Frame;

  const tables = () => view.locator("table");

  async function inEveryTheme(name: string): Promise<void> {
    const vscode = workbench();
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await vscode.screenshot(`${name}-${theme}`);
    }
    await vscode.page.setViewportSize({width: 1024, height: 640});
    await vscode.screenshot(`${name}-small`);
    await vscode.page.setViewportSize({width: 1280, height: 800});
  }

  it("are ranked by the answer behind each, with the keyboard alone", async () => {
    const vscode = workbench();
    for (const file of ["bare.py", "comment.py", "weather.txt"]) {
      await vscode.openFile(file);
      await vscode.runCommand("View: Keep Editor");
    }
    await vscode.runCommand("Tokenscope: Compare Prompts…");
    await vscode.quickInputWidget.getByText("3 Selected").waitFor();
    await vscode.screenshot("prompts-choice");
    await vscode.page.keyboard.press("Enter");
    // Whatever is on the clipboard is offered too.
    const typing = vscode.quickInputWidget.getByText("Type the Answer…");
    const directly = vscode.quickInputWidget.getByText("It stands directly behind each prompt");
    await typing.or(directly).first().waitFor();
    if (await typing.isVisible()) await vscode.page.keyboard.press("Enter");
    await directly.waitFor();
    await vscode.page.keyboard.type(" a + b");
    await vscode.page.keyboard.press("Enter");
    view = await vscode.webview("table");
    await view.getByText("Run Again", {exact: true}).waitFor();
    const prompts = await tables().first().locator("tbody th").allTextContents();
    assert.equal(prompts.length, 3);
    assert.match(prompts[2] ?? "", /weather\.txt/);
    await inEveryTheme("prompts");
  });

  it("say how much their answers agree", async () => {
    const vscode = workbench();
    await vscode.openFile("bare.py");
    await vscode.runCommand("Tokenscope: Consistency of Answers…");
    await vscode.quickInputWidget.getByText("Draw 10 Answers").waitFor();
    await vscode.screenshot("consistency-settings");
    await vscode.page.keyboard.press("Enter");
    // The file had opened in front of the view, which is another page when it is shown again.
    view = await vscode.webview("dl");
    await view.getByText("Small changes of the prompt").waitFor();
    await view.getByText("Run Again", {exact: true}).waitFor();
    assert.equal(await tables().count(), 3);
    assert.match((await view.locator("dl").textContent()) ?? "", /10 of 10/);
    await inEveryTheme("consistency");
  });

  it("are copied as Markdown, and tested again after a reload", async () => {
    const vscode = workbench();
    await view.getByText("Copy as Markdown").click();
    await vscode.until("the report is on the clipboard", async () =>
      (await vscode.readClipboard()).includes("| Example | Answers |") ? true : undefined
    );
    await vscode.reload();
    view = await vscode.webview(".stage");
    await view.getByText("Run Again", {exact: true}).click();
    await view.getByText("Small changes of the prompt").waitFor();
  });
});
