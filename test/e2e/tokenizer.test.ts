import * as assert from "node:assert/strict";
import {copyFileSync, cpSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Frame} from "playwright-core";
import {minContrast} from "../harness/contrast";
import {llamaSource} from "../harness/llamaSource";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

/** The sample workspace with a large vocabulary, which has no weights, in it. */
function workspaceWithVocabulary(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-tokenizer-"));
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  copyFileSync(path.join(llamaSource("models"), "ggml-vocab-gemma-4.gguf"), path.join(folder, "gemma.gguf"));
  return folder;
}

describe("The tokenizer in the workbench", () => {
  const workspace = workspaceWithVocabulary();
  after(() => rmSync(workspace, {recursive: true, force: true}));
  const workbench = useWorkbench({workspace});
  let view: Frame;

  const found = () => view.locator(".found");
  const selected = () => view.locator('[role="option"][aria-selected="true"]');

  async function search(text: string, by: "text" | "pattern" | "bytes" | "id", count: RegExp): Promise<void> {
    await view.locator("select").first().selectOption(by);
    await view.locator("#search input").fill(text);
    await found().filter({hasText: count}).waitFor();
  }

  it("shows the vocabulary of the model that measures", async () => {
    await workbench().runCommand("Tokenscope: Show Tokenizer");
    view = await workbench().webview(".list");
    assert.equal(await view.locator("h1").textContent(), "Tokenscope Tiny Coder");
    await found()
      .filter({hasText: /^8,192$/})
      .waitFor();
    await view.locator('[role="option"]').first().getByText("normal").waitFor();
    await workbench().screenshot("tokenizer-light");
  });

  it("searches by text, bytes, id and regular expression", async () => {
    await search("return", "text", /^\d of 8,192$/);
    await search("0a 20", "bytes", /^\d+ of 8,192$/);
    await search("100-109", "id", /^10 of 8,192$/);
    await search("^[0-9]+$", "pattern", /^\d+ of 8,192$/);
    await view.locator("#search input").fill("(");
    await view.getByText("This is no regular expression").waitFor();
    await search("nothing has this in it", "text", /^0 of 8,192$/);
    await view.getByText("No token matches.").waitFor();
    await search("def", "text", /^\d+ of 8,192$/);
    await view.locator('[role="option"]').first().click();
    await view.locator(".details").getByText("Merge").waitFor();
  });

  it("cuts a text into tokens while one types", async () => {
    const text = "def näher(wörter):\n\treturn '日本語' <|fim_middle|>";
    await view.locator("textarea").fill(text);
    await view.locator(".chip.colour0").first().waitFor();
    const plain = await view.locator(".chip").count();
    await view.getByRole("checkbox", {name: "Read special tokens"}).check();
    await workbench().until("the special token is one", async () =>
      (await view.locator(".chip").count()) < plain ? true : undefined
    );
    await view.locator(".chip", {hasText: "<|fim_middle|>"}).click();
    await selected().getByText("<|fim_middle|>").waitFor();
    await workbench().screenshot("tokenizer-text");
  });

  it("copies a token", async () => {
    await view.getByRole("button", {name: "Copy the text as JSON"}).click();
    await workbench().statusBar("Text copied as JSON").waitFor();
    assert.equal(await workbench().readClipboard(), '"<|fim_middle|>"');
  });

  for (const theme of ["dark", "highContrast", "highContrastLight", "light"] as const)
    it(`is readable in the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await selected().getByText("<|fim_middle|>").waitFor();
      await vscode.screenshot(`tokenizer-${theme}`);
      const texts = view.locator(
        "#page :is(h1, p, dt, dd, code, .id, .hex, .kind, .muted, .link-button, .checkbox, summary, .choice:enabled, .chip)"
      );
      const least = await texts.evaluateAll(minContrast);
      assert.ok(least.ratio >= 4.5, `contrast ${least.ratio.toFixed(2)} of ${least.element}`);
    });

  it("finds its search and its text again after VS Code was reloaded", async () => {
    const vscode = workbench();
    await vscode.reload();
    view = await vscode.webview(".list");
    await selected().getByText("<|fim_middle|>").waitFor();
    assert.match(await view.locator("textarea").inputValue(), /^def näher/);
  });

  it("follows the model, and scrolls through 262,144 tokens", async () => {
    const vscode = workbench();
    await view.locator("#search input").fill("");
    await vscode.setSettings({"tokenscope.model": path.join(vscode.workspace, "gemma.gguf")});
    await found()
      .filter({hasText: /^262,144$/})
      .waitFor();
    await vscode.page
      .locator(".tab.active")
      .filter({hasText: /Tokenizer: /})
      .waitFor();
    await view.locator(".list").focus();
    await vscode.page.keyboard.press("End");
    await selected().getByText("262143").waitFor();
    await vscode.screenshot("tokenizer-large");
  });

  it("has room in a small window", async () => {
    const vscode = workbench();
    await vscode.page.setViewportSize({width: 1024, height: 640});
    await vscode.page.keyboard.press("Home");
    await selected().getByText("<pad>").waitFor();
    await vscode.screenshot("tokenizer-1024");
    await vscode.runCommand("View: Split Editor Right");
    await vscode.screenshot("tokenizer-narrow");
    await vscode.page.setViewportSize({width: 1280, height: 800});
  });

  it("says that the model is missing, with ways out", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.model": path.join(vscode.workspace, "none.gguf")});
    view = await vscode.webview(".state[role=alert]");
    await vscode
      .notification(/none\.gguf/)
      .getByRole("button", {name: "Select Model…"})
      .waitFor();
    await vscode.screenshot("tokenizer-missing");
  });
});
