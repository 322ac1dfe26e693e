import * as assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {makeOllamaStore, renamedModel} from "../harness/ollamaStore";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

describe("Select Model in the workbench", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-models-"));
  after(() => rmSync(folder, {recursive: true, force: true}));
  const plain = renamedModel(f16, "Tokenscope Tiny Coder", "Tokenscope Tiny Plain");
  makeOllamaStore(path.join(folder, "ollama"), {"tiny-plain:f16": plain});
  mkdirSync(path.join(folder, "home"));
  const workbench = useWorkbench({
    env: {HOME: path.join(folder, "home"), OLLAMA_MODELS: path.join(folder, "ollama")}
  });

  let before: string;

  /** Perplexity of the lines that are selected, as the list shows it. */
  async function perplexity(): Promise<string> {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    const result = vscode.quickInputWidget.filter({hasText: "Perplexity of retry.py"});
    await result.waitFor({timeout: 30_000});
    const [value] = /[\d.]+ ± [\d.]+/.exec((await result.textContent()) ?? "") ?? [];
    assert.ok(value !== undefined);
    await vscode.page.keyboard.press("Escape");
    return value;
  }

  it("lists the models of this machine, and uses the one that is chosen: its numbers are others", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    // Tried again, the other model is in use already.
    await vscode.runCommand("Tokenscope: Use Demonstration Model");
    await vscode.notification("Tokenscope uses Tokenscope Tiny Coder (Q8_0)").waitFor();
    await vscode.runCommand("Notifications: Clear All Notifications");
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
    await row.click();
    const said = vscode.notification(/Tokenscope uses Tokenscope Tiny Plain \(F16\): 8,192 tokens in its vocabulary/);
    await said.waitFor();
    await vscode.screenshot("select-model-done");
    assert.notEqual(await perplexity(), before);
    const count = vscode.statusBar(/\d+ tokens/);
    await count.hover();
    const tooltip = vscode.page.locator(".monaco-hover").filter({hasText: "Tokenscope Tiny Plain"});
    await tooltip.waitFor();
    await vscode.screenshot("select-model-tooltip");
  });

  it("goes back by Undo, and the numbers are the former ones", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Use Demonstration Model");
    await vscode.notification("Tokenscope uses Tokenscope Tiny Coder (Q8_0)").waitFor();
    // The messages of before have an Undo of their own.
    await vscode.runCommand("Notifications: Clear All Notifications");
    await vscode.runCommand("Tokenscope: Select Model…");
    await vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "tiny-plain:f16"}).click();
    const said = vscode.notification("Tokenscope uses Tokenscope Tiny Plain (F16)");
    await said.getByRole("button", {name: "Undo", exact: true}).click();
    await vscode.statusBar("Tokenscope uses the former model again").waitFor();
    await vscode.focusEditor();
    assert.equal(await perplexity(), before);
  });

  it("leads from the tooltip to the list, where a second model is chosen for completion", async () => {
    const vscode = workbench();
    const list = vscode.quickInputWidget;
    await vscode.until("the tooltip's link opens the list", async () => {
      await vscode.focusEditor();
      await vscode.statusBar(/\d+ tokens/).hover();
      // A hover that goes away under the mouse is hovered for again.
      await vscode.page
        .locator(".monaco-hover a")
        .filter({hasText: "Select Model…"})
        .click({timeout: 3000})
        .catch(() => undefined);
      return (await list.isVisible()) || undefined;
    });
    // A choice in a list that has just changed under it is not taken.
    await vscode.until("the list of roles is there", async () => {
      await list
        .getByText("Choose What the Model Is For…")
        .click({timeout: 3000})
        .catch(() => undefined);
      const roles = list.getByText("For Completion Only");
      await roles.waitFor({timeout: 2000}).catch(() => undefined);
      return (await roles.isVisible()) || undefined;
    });
    await vscode.screenshot("select-model-role");
    await list.getByText("For Completion Only").click();
    await list.getByText("Select Model for Completion Only").waitFor();
    await list.locator(".monaco-list-row").filter({hasText: "tiny-plain:f16"}).click();
    await vscode.notification(/Tokenscope completes with Tokenscope Tiny Plain \(F16\)/).waitFor();
    await vscode.runCommand("Tokenscope: Select Model…");
    await list.locator(".monaco-list-row").filter({hasText: "in use for completion"}).waitFor();
    await list.locator(".monaco-list-row").filter({hasText: "in use for measuring"}).waitFor();
    await vscode.screenshot("select-model-two");
    await vscode.page.keyboard.press("Escape");
  });

  it("says why a file can't be used, and leads back to the list", async () => {
    const vscode = workbench();
    const own = path.join(folder, "own");
    mkdirSync(own);
    writeFileSync(path.join(own, "notes.gguf"), "These are notes, and no model.\n");
    await vscode.setSettings({"tokenscope.modelFolders": [own]});
    await vscode.runCommand("Tokenscope: Select Model…");
    const row = vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "can't be read as a model"});
    const message = vscode.notification(/"notes\.gguf" is not a GGUF file/);
    // A choice is not taken while the list still changes under it: then it stays, and is chosen in again.
    await vscode.until("what was chosen can't be used", async () => {
      await row.click({timeout: 1000}).catch(() => undefined);
      await message.waitFor({timeout: 3000}).catch(() => undefined);
      return (await message.isVisible()) || undefined;
    });
    await vscode.screenshot("select-model-unreadable");
    await message.getByText("Select Model…", {exact: true}).click();
    await row.waitFor();
  });
});
