import * as assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {useWorkbench} from "../harness/useWorkbench";

describe("Perplexity in the workbench", () => {
  const workbench = useWorkbench();

  it("is told with its relatives, by an engine that the command starts", async () => {
    const vscode = workbench();
    await vscode.page.keyboard.press("Escape");
    await vscode.openFile("wordCount.ts");
    await vscode.selectLines(10, 16);
    // The selection has been counted by now: end its engine.
    await vscode.runCommand("Tokenscope: Restart Engine");
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    const result = vscode.quickInputWidget.filter({hasText: "Perplexity of wordCount.ts, lines 10–16"});
    await result.waitFor();
    const text = (await result.textContent()) ?? "";
    for (const label of [
      /[\d.]+ ± [\d.]+/,
      /nats/,
      /bits/i,
      /per character/i,
      /per byte/i,
      /left out/,
      /tokenscope-tiny-q8_0\.gguf/
    ])
      assert.match(text, label);
    await vscode.screenshot("perplexity-result");
  });

  it("can be copied as JSON", async () => {
    const vscode = workbench();
    if (!(await vscode.quickInputWidget.isVisible())) await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await vscode.quickInputWidget.getByText("Copy as JSON").click();
    const copied = await vscode.until("JSON is in the clipboard", async () => {
      const text = await vscode.readClipboard();
      return text.startsWith("{") ? (JSON.parse(text) as {perplexity: number}) : undefined;
    });
    assert.ok(copied.perplexity > 1);
  });

  it("stays open, is copied as Markdown, and leads to the results before it", async () => {
    const vscode = workbench();
    await vscode.quickInputWidget.getByText("Copy as Markdown").click();
    await vscode.until("Markdown is in the clipboard", async () =>
      /^\| Perplexity \|/m.test(await vscode.readClipboard()) ? true : undefined
    );
    await vscode.screenshot("perplexity-copied");
    await vscode.quickInputWidget.getByText("Show Perplexity Results").click();
    await vscode.quickInputWidget
      .filter({hasText: "Perplexity Results"})
      .getByText("wordCount.ts, lines 10–16")
      .first()
      .waitFor();
    await vscode.screenshot("perplexity-results");
    await vscode.setTheme("light");
    await vscode.screenshot("perplexity-results-light");
    await vscode.setTheme("dark");
    await vscode.page.keyboard.press("Escape");
  });

  it("leads to the logprobs of the same text", async () => {
    const vscode = workbench();
    await vscode.focusEditor();
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await vscode.quickInputWidget.getByText("Show Logprobs").click();
    const view = await vscode.webview("#tokens .token");
    await view.getByText("wordCount.ts, lines 10–16").first().waitFor();
  });

  it("shows progress that moves, and what was scored when it is cancelled", async () => {
    const vscode = workbench();
    // The text is so long that scoring does not end before the cancellation.
    const text = "The quick brown fox jumps over the lazy dog. ".repeat(40_000);
    writeFileSync(path.join(vscode.workspace, "long.txt"), text);
    await vscode.openFile("long.txt");
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    const progress = vscode.notification("Perplexity of long.txt");
    const seen = new Set<string>();
    await vscode.until("the progress has moved", async () => {
      const [message] = /[\d,]+ of [\d,]+ tokens/.exec((await progress.textContent()) ?? "") ?? [];
      if (message !== undefined) seen.add(message);
      return seen.size >= 3 ? true : undefined;
    });
    await vscode.screenshot("perplexity-progress");
    await vscode.pressInNotification("Perplexity of long.txt", "Cancel");
    await vscode.quickInputWidget.getByText("(partial)").waitFor();
    assert.match((await vscode.quickInputWidget.textContent()) ?? "", /the first [\d,]+ of [\d,]+ tokens/);
    await vscode.screenshot("perplexity-partial");
  });
});
