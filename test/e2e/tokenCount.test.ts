import * as assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {isRunning, runningEngines} from "../harness/installed";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

describe("Token count in the workbench", () => {
  const workbench = useWorkbench();

  it("stands in the status bar for the file, with the model's name in the tooltip", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    // A click or key in the file starts the engine, once the extension runs; so would a quiet moment.
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

  /** The number at the start of the item's text. */
  async function counted(text: RegExp): Promise<number> {
    const item = workbench().statusBar(text);
    await item.waitFor();
    return Number(/[\d,]+/.exec((await item.textContent()) ?? "")?.[0]?.replaceAll(",", ""));
  }

  /** Pictures of the item with its tooltip, in each theme. */
  async function pictures(text: RegExp, tooltip: RegExp, name: string): Promise<void> {
    const vscode = workbench();
    for (const theme of ["light", "highContrast", "dark"] as const) {
      await vscode.setTheme(theme);
      await vscode.hover(vscode.statusBar(text), tooltip);
      await vscode.screenshot(`${name}-${theme}`);
    }
  }

  /** Saves the text that has the focus. */
  async function savedInPlace(words: string): Promise<void> {
    const vscode = workbench();
    await vscode.until("typed.txt is saved", async () => {
      await vscode.page.keyboard.press("Control+S");
      return vscode.fileText("typed.txt").includes(words) || undefined;
    });
  }

  it("follows each key", async () => {
    const vscode = workbench();
    // The diff editor below is to have two sides that differ.
    await vscode.setSettings({"files.autoSave": "off"});
    // In a second group, the file would be typed into the first one.
    await vscode.runCommand("View: Close All Editors");
    writeFileSync(path.join(vscode.workspace, "typed.txt"), "one\n");
    await vscode.openFile("typed.txt");
    await vscode.goTo(1);
    let last = await counted(/^\s*\d+ tokens/);
    for (const words of [" zebra", " quartz", " 12345"]) {
      await vscode.page.keyboard.type(words);
      last = await vscode.until("the count has grown", async () => {
        const now = await counted(/^\s*\d+ tokens/);
        return now > last ? now : undefined;
      });
    }
    await savedInPlace("12345");
  });

  it("is the sum of several selections, each by itself", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    await vscode.goTo(3);
    for (let line = 0; line < 2; line++) await vscode.page.keyboard.press("Shift+Alt+ArrowDown");
    for (let word = 0; word < 3; word++) await vscode.page.keyboard.press("Control+Shift+ArrowRight");
    await vscode.statusBar(/\d+ tokens selected/).waitFor();
    await pictures(/\d+ tokens selected/, /\d selections: .*Each by itself:/s, "token-count-selections");
    await vscode.page.keyboard.press("Escape");
    await vscode.page.keyboard.press("Escape");
  });

  it("is both sides' in a diff editor", async () => {
    const vscode = workbench();
    await vscode.openFile("typed.txt");
    await vscode.goTo(1);
    await vscode.page.keyboard.type("More words than before. ");
    await vscode.runCommand("File: Compare Active File with Saved");
    await pictures(/[\d,]+ → [\d,]+ tokens, \+\d+/, /Before: .*After: /s, "token-count-diff");
    await vscode.runCommand("Tokenscope: Count Tokens");
    await vscode.notification(/typed\.txt.*: [\d,]+ → [\d,]+ tokens, \+\d+/).waitFor();
    await vscode.clearNotifications();
    await vscode.runCommand("View: Close Editor");
    await savedInPlace("More words");
  });

  it("is the cell's of the notebook's in a notebook", async () => {
    const vscode = workbench();
    const cell = (kind: string, source: string) =>
      kind === "code"
        ? {cell_type: kind, metadata: {}, outputs: [], execution_count: null, source: [source]}
        : {cell_type: kind, metadata: {}, source: [source]};
    const cells = [cell("markdown", "# Words"), cell("code", "print('one two three')"), cell("markdown", "The end.")];
    const notebook = {cells, metadata: {}, nbformat: 4, nbformat_minor: 2};
    writeFileSync(path.join(vscode.workspace, "words.ipynb"), JSON.stringify(notebook));
    await vscode.openEditor("words.ipynb");
    // Of Markdown, a frame shows the text, in front of the row: nothing of the row itself is visible.
    await vscode.page.locator(".notebook-editor .monaco-list-row.focused").first().waitFor({state: "attached"});
    await pictures(/\d+ of \d+ tokens/, /Cell 1: .*Notebook: /s, "token-count-notebook");
    // Beside a cell, a click selects it, and the keys select others.
    await vscode.page.locator(".notebook-editor .code-cell-row .cell-focus-indicator-left").first().click();
    await vscode.page.keyboard.press("Shift+ArrowDown");
    await vscode.hover(vscode.statusBar(/\d+ of \d+ tokens/), /2 cells: /);
    await vscode.screenshot("token-count-notebook-cells");
    await vscode.runCommand("View: Close Editor");
  });

  it("says how far the first count of a long file is; a click stops it, Count Tokens begins again", async () => {
    const vscode = workbench();
    // In a browser, VS Code opens none of more than 10 MB without a question.
    writeFileSync(path.join(vscode.workspace, "long.txt"), "The quick brown fox jumps over 42 dogs.\n".repeat(200_000));
    await vscode.openFile("long.txt");
    const item = vscode.page.locator('.statusbar-item[aria-label*="Click to stop"]');
    await vscode.until("the first count is stopped", async (attempt) => {
      await vscode.goTo(2);
      if (!(await appears(item, attempt))) return undefined;
      await vscode.screenshot("token-count-long");
      await item.click({timeout: attempt}).catch(() => undefined);
      return (
        (await appears(vscode.page.locator('.statusbar-item[aria-label*="Counting was stopped"]'), attempt)) ||
        undefined
      );
    });
    await vscode.screenshot("token-count-stopped");
    await vscode.runCommand("Tokenscope: Count Tokens");
    await vscode.notification(/long\.txt: [\d,]+ tokens/).waitFor();
    await vscode.statusBar(/[\d,]+ tokens/).waitFor();
    await vscode.clearNotifications();
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

  /** Selects a line, and returns the engine that this starts. The cursor alone would start none: the file has been counted. */
  async function nextEngine(line: number): Promise<number> {
    const vscode = workbench();
    await vscode.selectLines(line, line);
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
      const line = 7 + (goes++ % 4);
      await vscode.selectLines(line, line);
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
