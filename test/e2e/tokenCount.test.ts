import * as assert from "node:assert/strict";
import {useWorkbench} from "../harness/useWorkbench";

describe("Token count in the workbench", () => {
  const workbench = useWorkbench();

  it("stands in the status bar for the file, with the model's name in the tooltip", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    // Opening VS Code on a file starts no engine; the first click or key in it does, once the extension is there.
    await vscode.statusBar("Tokens").waitFor();
    await vscode.goTo(3);
    const item = vscode.statusBar(/\d+ tokens/);
    await item.waitFor({timeout: 30_000});
    const count = Number(/([\d,]+) tokens/.exec((await item.textContent()) ?? "")?.[1]?.replace(",", ""));
    assert.ok(count > 200 && count < 1000, `${count} tokens`);
    await item.hover();
    await vscode.page.locator(".monaco-hover").filter({hasText: "Tokenscope Tiny"}).waitFor();
    await vscode.screenshot("token-count-status-bar");
  });

  it("follows the selection", async () => {
    const vscode = workbench();
    await vscode.selectLines(7, 9);
    await vscode.statusBar(/\d+ tokens selected/).waitFor();
  });

  it("is told on hover over the selection: numbers, chips with ids, and links", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.selectLines(25, 28);
    const hover = await vscode.hoverSelection();
    await hover.getByText(/\d+ tokens, \d+ characters, \d+ bytes, [\d.]+ characters per token/).waitFor();
    assert.ok((await hover.locator("code").count()) >= 10, "chips");
    await hover.getByText("Perplexity").waitFor();
    await vscode.screenshot("token-count-hover");
    await hover.getByText("Logprobs").click();
    await vscode.webview("#tokens .token");
  });

  it("comes on command, with numbers to copy", async () => {
    const vscode = workbench();
    await vscode.focusEditor();
    await vscode.openFile("prompt.md");
    await vscode.selectLines(7, 9);
    await vscode.runCommand("Tokenscope: Count Tokens");
    const message = vscode.notification(/prompt\.md, lines 7–9: \d+ tokens, \d+ characters/);
    await message.waitFor();
    await vscode.screenshot("token-count-command");
    await message.getByText("Copy", {exact: true}).click();
    await vscode.until("the count is in the clipboard", async () =>
      /^\d+$/.test(await vscode.readClipboard()) ? true : undefined
    );
  });
});
