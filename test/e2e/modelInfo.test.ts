import * as assert from "node:assert/strict";
import {copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Frame} from "playwright-core";
import {minContrast} from "../harness/contrast";
import {writeLargeModel} from "../harness/largeModel";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";
import {patience} from "../harness/workbench";

const demonstrationModel = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");

/** The sample workspace with a model in it. */
function workspaceWithModel(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-model-info-"));
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  copyFileSync(demonstrationModel, path.join(folder, "tiny.gguf"));
  return folder;
}

describe("Model info in the workbench", () => {
  const workspace = workspaceWithModel();
  after(() => rmSync(workspace, {recursive: true, force: true}));
  const workbench = useWorkbench({workspace});
  let view: Frame;

  const inWorkspace = (name: string) => path.join(workbench().workspace, name);
  const metadataRows = () => view.locator('table[aria-label="Metadata"] tbody tr');

  /** The value of a fact on the page. */
  async function fact(label: string, timeout = patience): Promise<string> {
    const entry = view.locator(".facts > div").filter({has: view.locator("dt", {hasText: new RegExp(`^${label}$`)})});
    return (await entry.locator("dd").textContent({timeout})) ?? "";
  }

  /** Waits for a fact: the engine's answer comes after the page. */
  async function tells(label: string, expected: RegExp): Promise<void> {
    await workbench().until(`the page tells of "${label}"`, async (attempt) =>
      expected.test(await fact(label, attempt).catch(() => "")) ? true : undefined
    );
  }

  it("opens when a .gguf file is clicked, and tells of its model", async () => {
    const vscode = workbench();
    // Before the extension is activated, a click opens the file as text.
    await vscode.statusBar("Tokens").waitFor();
    const entry = vscode.page.locator(".explorer-viewlet .monaco-list-row").filter({hasText: "tiny.gguf"});
    // A double click: after a single one, the next file would replace the tab.
    await entry.dblclick();
    view = await vscode.webview("#metadata-title");
    assert.equal(await view.locator("h1").textContent(), "Tokenscope Tiny Coder");
    assert.equal(await fact("Layers"), "4");
    assert.equal(await fact("Context length"), "1,024 tokens");
    assert.match((await view.locator(".groups").textContent()) ?? "", /Attention\s*Q8_0/);
    assert.match((await view.locator(".tokens").last().textContent()) ?? "", /fim_pre\s*8,186\s*<\|fim_prefix\|>/);
  });

  it("tells where the model would run, and what it would take", async () => {
    await view.getByText("Free now").first().waitFor();
    await tells("Device", /^(CPU|Metal|CUDA|Vulkan)/);
    assert.equal(await fact("Really used"), "not loaded");
    assert.equal(await view.locator(".memory tbody tr").count(), 3);
    await workbench().screenshot("modelInfo-light");
  });

  it("is searched with the keyboard alone", async () => {
    const vscode = workbench();
    await view.locator("#metadata-filter input").focus();
    await vscode.page.keyboard.type("ggml.tokens");
    await view.getByText("of 30").waitFor();
    const found = await metadataRows().allTextContents();
    assert.ok(
      found.some((row) => /^\s*tokenizer\.ggml\.tokens\s*8,192 × string:/.test(row)),
      found.join("\n")
    );
    assert.ok(found.length < 30);
    await vscode.page.keyboard.press("Tab");
    await vscode.page.keyboard.press("Enter");
    await metadataRows().locator("pre").waitFor();
  });

  it("copies all that is known", async () => {
    const vscode = workbench();
    await view.locator("vscode-button").filter({hasText: "Copy as JSON"}).click();
    await vscode.statusBar("Model info copied as JSON").waitFor();
    assert.equal(JSON.parse(await vscode.readClipboard()).facts.name, "Tokenscope Tiny Coder");
  });

  it("takes the model into use, and tells what it really takes when it is loaded", async () => {
    const vscode = workbench();
    await view.locator("vscode-button").filter({hasText: "Use This Model"}).click();
    await view.getByText("In use: it measures and completes.").waitFor();
    await vscode.openFile("retry.py");
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await vscode.page.locator(".quick-input-list").getByText("Cross entropy").waitFor();
    await vscode.page.keyboard.press("Escape");
    await vscode.page.locator(".tab").filter({hasText: "tiny.gguf"}).click();
    view = await vscode.webview("#metadata-title");
    await tells("Really used", /\d [MG]B/);
  });

  it("finds its search again after it was hidden", async () => {
    assert.equal(await view.locator("#metadata-filter input").inputValue(), "ggml.tokens");
  });

  for (const theme of ["dark", "highContrast", "highContrastLight", "light"] as const)
    it(`is readable in the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await view.getByText("Free now").first().waitFor();
      await vscode.screenshot(`modelInfo-${theme}`);
      const texts = view.locator("#page :is(h1, h2, p, li, dt, dd, th, td, caption, code, .muted, .link-button)");
      const least = await texts.evaluateAll(minContrast);
      assert.ok(least.ratio >= 4.5, `contrast ${least.ratio.toFixed(2)} of ${least.element}`);
    });

  it("opens 20 GB, reading the header only", async () => {
    const vscode = workbench();
    await writeLargeModel(inWorkspace("large.gguf"));
    await vscode.openEditor("large.gguf");
    view = await vscode.webview('h1:text-is("Large Coder 30B A3B")');
    assert.equal(await fact("Experts"), "128, at work: 8");
    await vscode.screenshot("modelInfo-large");
    rmSync(inWorkspace("large.gguf"));
  });

  it("says what is wrong with a damaged file", async () => {
    const vscode = workbench();
    writeFileSync(inWorkspace("damaged.gguf"), readFileSync(demonstrationModel).subarray(0, 60_000));
    await vscode.openEditor("damaged.gguf");
    view = await vscode.webview(".problem");
    assert.match((await view.locator(".problem").textContent()) ?? "", /incomplete or damaged/);
    await vscode.screenshot("modelInfo-damaged");
  });

  it("shows the model in use by a command, also after VS Code was reloaded", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Show Model Info");
    await vscode.page.locator(".tab.active").filter({hasText: "Model: tiny.gguf"}).waitFor();
    // A new page takes the focus.
    await vscode.webview(".use");
    await vscode.reload();
    await vscode.page.locator(".tab.active").filter({hasText: "Model: tiny.gguf"}).waitFor();
    view = await vscode.webview("#metadata-title");
    assert.equal(await view.locator("h1").textContent(), "Tokenscope Tiny Coder");
  });
});
