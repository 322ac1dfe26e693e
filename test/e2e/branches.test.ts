import * as assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Frame} from "playwright-core";
import {useWorkbench} from "../harness/useWorkbench";

describe("Another word in the workbench", () => {
  const workbench = useWorkbench();
  let view: Frame;

  const rows = () => view.locator('[role="treeitem"]');
  const selectedText = async () =>
    (await view.locator('[role="treeitem"][aria-selected="true"] .text').textContent()) ?? "";

  it("opens from an alternative in the logprobs view, by keys alone, and grows", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.selectLines(25, 30);
    await vscode.runCommand("Tokenscope: Show Logprobs");
    const logprobs = await vscode.webview("#tokens .token");
    await logprobs.locator('#tokens .token[data-token="5"]').click();
    await logprobs.locator("#details ol.chart li").nth(9).waitFor();
    await vscode.screenshot("branches-card");
    await logprobs.locator(".chart .alternative").nth(1).focus();
    await vscode.page.keyboard.press("Enter");
    view = await vscode.webview('[role="treeitem"]');
    // The word, the greedy continuation and three samples.
    await rows().nth(4).waitFor();
    await view.locator(".rest .sum").first().waitFor();
    await view.locator(".progress").waitFor({state: "detached"});
    assert.equal(await rows().count(), 5);
  });

  it("is readable in every theme, beside the editor and in a narrow view", async () => {
    const vscode = workbench();
    for (const theme of ["dark", "light", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await vscode.screenshot(`branches-${theme}`);
    }
    await vscode.page.setViewportSize({width: 1000, height: 640});
    await vscode.screenshot("branches-small");
    await vscode.page.setViewportSize({width: 1280, height: 800});
  });

  it("is walked, named, grown inside, pruned and undone with the keyboard alone", async () => {
    const vscode = workbench();
    const {keyboard} = vscode.page;
    await rows().first().focus();
    await keyboard.press("ArrowDown");
    await view.locator('[data-kind="greedy"][aria-selected="true"]:focus').waitFor();
    await keyboard.press("F2");
    await view.locator(".name-field:focus").waitFor();
    await keyboard.type("the usual");
    await keyboard.press("Enter");
    await view.locator(".about b", {hasText: "the usual"}).waitFor();
    await keyboard.press("Enter");
    await view.locator('.tokens [data-at="0"]:focus').waitFor();
    await keyboard.press("ArrowRight");
    await view.locator('.tokens [data-at="1"]:focus').waitFor();
    await keyboard.press("Enter");
    await view.locator(".other").nth(9).waitFor();
    await vscode.screenshot("branches-inside");
    await view.locator(".other").nth(2).focus();
    await keyboard.press("Enter");
    await view.locator('[role="treeitem"][aria-level="3"][aria-selected="true"]').waitFor();
    await view.locator('[role="treeitem"][aria-level="4"]').nth(3).waitFor();
    await view.locator(".progress").waitFor({state: "detached"});
    const grown = await rows().count();
    assert.equal(grown, 10);
    await view.locator('[role="treeitem"][aria-selected="true"]').focus();
    await keyboard.press("Delete");
    await rows().nth(5).waitFor({state: "detached"});
    await keyboard.press("Control+z");
    await rows()
      .nth(grown - 1)
      .waitFor();
    await vscode.screenshot("branches-tree");
  });

  it("puts a branch into the document, in one step of undo", async () => {
    const vscode = workbench();
    await view.locator('[data-kind="greedy"]').first().click();
    assert.notEqual(await selectedText(), "");
    // VS Code saves by itself.
    const saved = () => readFileSync(path.join(vscode.workspace, "retry.py"), "utf8");
    const before = saved();
    await view.locator("vscode-button", {hasText: "Insert"}).first().click();
    await vscode.until("the branch is saved", async () => saved() !== before || undefined);
    await vscode.screenshot("branches-inserted");
    await view.locator("vscode-button", {hasText: "Insert"}).first().click();
    await vscode.page.getByText("The document has changed here since it was scored").first().waitFor();
    await vscode.page.keyboard.press("Control+1");
    await vscode.page.locator(".editor-instance .monaco-editor.focused").first().waitFor();
    await vscode.page.keyboard.press("Control+z");
    await vscode.runCommand("Notifications: Clear All Notifications");
    await vscode.until("the text is saved as it was", async () => saved() === before || undefined);
  });

  it("is the same after VS Code was reloaded, and grows on", async () => {
    const vscode = workbench();
    const before = await rows().allTextContents();
    await vscode.reload();
    view = await vscode.webview('[role="treeitem"]');
    assert.deepEqual(await rows().allTextContents(), before);
    await view.locator("vscode-button", {hasText: "More Continuations"}).click();
    await rows()
      .nth(before.length + 2)
      .waitFor();
  });

  it("opens from a link in the heatmap's hover", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.runCommand("Tokenscope: Toggle Surprisal Heatmap");
    await vscode.selectLines(27, 27);
    const link = vscode.page.locator('.monaco-hover a[data-href*="tryAlternative"]');
    await vscode.runCommand("Show or Focus Hover");
    await link.first().waitFor();
    await vscode.screenshot("branches-hover");
    await link.first().click();
    await vscode.page.locator(".tab", {hasText: "Branches: retry.py"}).nth(1).waitFor();
  });
});
