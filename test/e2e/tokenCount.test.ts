import * as assert from "node:assert/strict";
import {isRunning, runningEngines} from "../harness/installed";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

describe("Token count in the workbench", () => {
  const workbench = useWorkbench();

  it("stands in the status bar for the file, with the model's name in the tooltip", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    // Opening VS Code on a file starts no engine. The first click or key in it does, once the extension runs.
    await vscode.statusBar("Tokens").waitFor();
    await vscode.goTo(3);
    const item = vscode.statusBar(/\d+ tokens/);
    await item.waitFor();
    const count = Number(/([\d,]+) tokens/.exec((await item.textContent()) ?? "")?.[1]?.replace(",", ""));
    assert.ok(count > 200 && count < 1000, `${count} tokens`);
    await vscode.hover(item, "Tokenscope Tiny");
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

  /** Moves the cursor, and returns the engine that this starts. */
  async function nextEngine(line: number): Promise<number> {
    const vscode = workbench();
    await vscode.goTo(line);
    return await vscode.until("an engine runs", async () => runningEngines()[0]?.pid);
  }

  async function tooltipSays(text: RegExp): Promise<void> {
    await workbench().hover(workbench().statusBar(/\d+ tokens/), text);
  }

  it("says in its tooltip what has become of the model, and in the status bar that it is being loaded", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    // A pending count may start another engine, or one may have loaded before it is stopped: then start again.
    await vscode.until("it is said that the model is unloaded, and is being loaded", async (attempt) => {
      if (runningEngines().length === 0) await nextEngine(7);
      await vscode.runCommand("Tokenscope: Unload Model");
      if (!(await appears(vscode.statusBar("the model is unloaded, and its memory is free"), attempt)))
        return undefined;
      const says = /State: unloaded;\sthe\snext\suse\sloads\sit\sagain/;
      if ((await vscode.tryHover(vscode.statusBar(/\d+ tokens/), says, attempt)) === undefined) return undefined;
      await vscode.until("no engine runs", async () => runningEngines().length === 0 || undefined);
      await vscode.screenshot("engine-unloaded");
      const engine = await nextEngine(5);
      process.kill(engine, "SIGSTOP");
      try {
        if (!(await appears(vscode.statusBar("Loading tokenscope-tiny-q8_0.gguf"), attempt))) return undefined;
        await vscode.screenshot("engine-loading");
        return true;
      } finally {
        process.kill(engine, "SIGCONT");
      }
    });
    await vscode.statusBar("Loading").waitFor({state: "detached"});
    await tooltipSays(/State: vocabulary\sloaded,\sweights\snot;\s\d+\sMB/);
  });

  it("warns when the engine has died too often; a click restarts it", async () => {
    const vscode = workbench();
    const item = vscode.page.locator('.statusbar-item.warning-kind[aria-label*="Click to restart it"]');
    let goes = 0;
    // Kill it four times within a minute.
    await vscode.until("there is a warning", async () => {
      await vscode.goTo(7 + (goes++ % 4));
      const engine = await vscode.until("an engine runs, or none any more", async () =>
        (await item.isVisible()) ? "none" : runningEngines()[0]?.pid
      );
      if (engine === "none") return true;
      process.kill(engine, "SIGKILL");
      await vscode.until("it is gone", async () => !isRunning(engine) || undefined);
      return undefined;
    });
    await vscode.screenshot("engine-stopped");
    await item.click();
    await vscode.statusBar(/\d+ tokens/).waitFor();
  });

  it("can tell what runs here, for a bug report", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Copy Diagnostics");
    await vscode.notification("The diagnostics are in the clipboard").waitFor();
    await vscode.screenshot("engine-diagnostics");
    const text = await vscode.readClipboard();
    assert.match(text, /\| Tokenscope \| \d+\.\d+\.\d+ \|/);
    assert.match(text, /\| Engine \| Node v\d+\S+, node-llama-cpp \d+\S+, llama\.cpp \S+ \|/);
    assert.match(text, /- starts: \d+, deaths: \d+/);
    assert.ok(!text.includes(vscode.workspace));
  });
});
