import * as assert from "node:assert/strict";
import {mkdirSync, writeFileSync} from "node:fs";
import path from "node:path";
import {makeOllamaStore, renamedModel} from "../harness/ollamaStore";
import {root} from "../harness/paths";
import {ollamaModels} from "../harness/sharedServer";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

describe("Select Model in the workbench", () => {
  const plain = renamedModel(f16, "Tokenscope Tiny Coder", "Tokenscope Tiny Plain");
  const workbench = useWorkbench({
    home: (folder) => makeOllamaStore(ollamaModels(folder), {"tiny-plain:f16": plain})
  });

  let before: string;

  /** The perplexity of the selected lines, as the list shows it. */
  async function perplexity(): Promise<string> {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    const result = vscode.quickInputWidget.filter({hasText: "Perplexity of retry.py"});
    await result.waitFor();
    const [value] = /[\d.]+ ± [\d.]+/.exec((await result.textContent()) ?? "") ?? [];
    assert.ok(value !== undefined);
    await vscode.page.keyboard.press("Escape");
    return value;
  }

  it("lists the models of this machine, and uses the one that is chosen: its numbers are others", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    // In a retry, the other model is already in use.
    await vscode.runCommand("Tokenscope: Use Demonstration Model");
    await vscode.notification("Tokenscope uses Tokenscope Tiny Coder (Q8_0)").waitFor();
    await vscode.clearNotifications();
    await vscode.focusEditor();
    await vscode.selectLines(1, 20);
    before = await perplexity();
    await vscode.runCommand("Tokenscope: Select Model…");
    const row = vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "tiny-plain:f16"});
    await row.filter({hasText: "3.1M · F16 · 6.6 MB"}).waitFor();
    await row.filter({hasText: /fits · completes and fills in the middle · 1,024 tokens of context/}).waitFor();
    await vscode.quickInputWidget.getByText("Ollama", {exact: true}).waitFor();
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await vscode.screenshot(`select-model-${theme}`);
    }
    const said = vscode.notification(/Tokenscope uses Tokenscope Tiny Plain \(F16\): 8,192 tokens in its vocabulary/);
    await vscode.choose("tiny-plain:f16", said);
    await vscode.screenshot("select-model-done");
    assert.notEqual(await perplexity(), before);
    await vscode.hover(vscode.statusBar(/\d+ tokens/), "Tokenscope Tiny Plain");
    await vscode.screenshot("select-model-tooltip");
  });

  it("goes back by Undo, and the numbers are the former ones", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Use Demonstration Model");
    await vscode.notification("Tokenscope uses Tokenscope Tiny Coder (Q8_0)").waitFor();
    // Earlier messages have their own Undo.
    await vscode.clearNotifications();
    const used = "Tokenscope uses Tokenscope Tiny Plain (F16)";
    await vscode.runCommand("Tokenscope: Select Model…");
    await vscode.choose("tiny-plain:f16", vscode.notification(used));
    await vscode.pressInNotification(used, "Undo");
    await vscode.statusBar("Tokenscope uses the previous model again").waitFor();
    await vscode.focusEditor();
    assert.equal(await perplexity(), before);
  });

  it("leads from the tooltip to the list, where a second model is chosen for completion", async () => {
    const vscode = workbench();
    const list = vscode.quickInputWidget;
    await vscode.until("the tooltip's link opens the list", async (attempt) => {
      await vscode.focusEditor();
      const tooltip = await vscode.hover(vscode.statusBar(/\d+ tokens/), "Select Model…");
      // If the hover goes away under the mouse, try again.
      const link = tooltip.locator("a").filter({hasText: "Select Model…"});
      await link.click({timeout: attempt}).catch(() => undefined);
      return (await appears(list, attempt)) || undefined;
    });
    await vscode.choose("Choose What the Model Is For…", list.getByText("For Completion Only"));
    await vscode.screenshot("select-model-role");
    await vscode.choose("For Completion Only", list.getByText("Select Model for Completion Only"));
    await vscode.choose(
      "tiny-plain:f16",
      vscode.notification(/Tokenscope completes with Tokenscope Tiny Plain \(F16\)/)
    );
    await vscode.runCommand("Tokenscope: Select Model…");
    await list.locator(".monaco-list-row").filter({hasText: "in use for completion"}).waitFor();
    await list.locator(".monaco-list-row").filter({hasText: "in use for measuring"}).waitFor();
    await vscode.screenshot("select-model-two");
    await vscode.page.keyboard.press("Escape");
  });

  it("says why a file can't be used, and leads back to the list", async () => {
    const vscode = workbench();
    const own = path.join(vscode.workspace, "own");
    mkdirSync(own, {recursive: true});
    writeFileSync(path.join(own, "notes.gguf"), "These are notes, and no model.\n");
    await vscode.setSettings({"tokenscope.modelFolders": [own]});
    await vscode.runCommand("Tokenscope: Select Model…");
    const row = vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "can't be read as a model"});
    // The list may have been opened before VS Code noticed the changed settings.
    await vscode.until("the list has what is no model", async (attempt) => {
      if (await appears(row, attempt)) return true;
      await vscode.page.keyboard.press("Escape");
      await vscode.runCommand("Tokenscope: Select Model…");
      return undefined;
    });
    const message = /"notes\.gguf" is not a GGUF file/;
    await vscode.choose("can't be read as a model", vscode.notification(message));
    await vscode.screenshot("select-model-unreadable");
    await vscode.pressInNotification(message, "Select Model…");
    await row.waitFor();
  });
});
