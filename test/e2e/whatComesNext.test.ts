import * as assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import path from "node:path";
import type {Frame} from "playwright-core";
import {minContrast} from "../harness/contrast";
import {useWorkbench} from "../harness/useWorkbench";

describe("What Comes Next in the workbench", () => {
  const workbench = useWorkbench();
  let view: Frame;

  const heading = () => view.locator("h1");
  const sampler = (name: string) => view.locator(`[data-sampler="${name}"]`);

  it("opens beside the text, and leaves the focus there", async () => {
    const vscode = workbench();
    writeFileSync(path.join(vscode.workspace, "next.py"), "import math\n\n\ndef area(radius):\n    return math\n");
    await vscode.openFile("next.py");
    await vscode.goTo(5);
    await vscode.page.keyboard.press("End");
    await vscode.runCommand("Tokenscope: What Comes Next");
    view = await vscode.webview(".list");
    await heading().filter({hasText: "return math"}).waitFor();
    await vscode.page.keyboard.type(".");
    await heading().filter({hasText: "return math."}).waitFor();
    await vscode.screenshot("next-light");
  });

  it("follows the cursor", async () => {
    const vscode = workbench();
    await vscode.page.keyboard.press("Control+Home");
    await heading().filter({hasText: "at the beginning of the text"}).waitFor();
    await vscode.page.keyboard.press("Control+End");
    await vscode.page.keyboard.press("ArrowLeft");
    await heading().filter({hasText: "return math."}).waitFor();
  });

  it("shows what samplers make of it", async () => {
    const vscode = workbench();
    await view.getByRole("combobox", {name: "Preset"}).selectOption("llamaCpp");
    await sampler("topK").locator(".stage").getByText("40 left").waitFor();
    await sampler("temperature").locator(".stage").getByText(/left/).waitFor();
    await view.getByRole("slider", {name: "top-k, k"}).fill("5");
    await sampler("topK").locator(".stage").getByText("5 left").waitFor();
    assert.match((await view.locator("#row-5").getAttribute("class")) ?? "", /\bcut\b/);
    await vscode.screenshot("next-samplers");
  });

  it("draws, with the seed stated, and again with the next", async () => {
    await view.getByText("Draw", {exact: true}).click();
    await view.locator(".drawn-text").getByText(/^χ²/).waitFor();
    await view.getByText("Draw Again").click();
    await workbench().until("the next seed is there", async () =>
      (await view.getByRole("spinbutton", {name: "seed"}).inputValue()) === "2" ? true : undefined
    );
    await workbench().screenshot("next-draws");
  });

  it("copies the settings for another program", async () => {
    const vscode = workbench();
    await view.getByRole("button", {name: "Copy as settings for …"}).click();
    await view.getByRole("menuitem", {name: "OpenAI"}).click();
    await view.locator(".notice").getByText("OpenAI has no setting for top-k.").waitFor();
    assert.equal(JSON.parse(await vscode.readClipboard()).temperature, 0.8);
    await vscode.screenshot("next-copied");
    await view.locator(".notice").getByRole("button", {name: "Close"}).click();
  });

  it("inserts tokens with the keyboard, and goes back to the text", async () => {
    const vscode = workbench();
    const before = (await heading().textContent()) ?? "";
    await view.locator(".list").focus();
    await vscode.page.keyboard.press("Enter");
    await vscode.until("the next token is asked for", async () =>
      (await heading().textContent()) === before ? undefined : true
    );
    await vscode.page.keyboard.press("Escape");
    await vscode.page.locator(".editor-instance .monaco-editor.focused").first().waitFor();
    await vscode.page.keyboard.press("Control+Z");
    await vscode.until("one undo takes it back", async () =>
      (await heading().textContent()) === before ? true : undefined
    );
  });

  for (const theme of ["dark", "highContrast", "highContrastLight", "light"] as const)
    it(`is readable in the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await view.locator(".list").waitFor();
      await vscode.screenshot(`next-${theme}`);
      const texts = view.locator(
        "#page :is(h1, .about > span, .figures > span, .checkbox, .stage > span, .share, .rank, .name code, .bar-head > span, .choice)"
      );
      const least = await texts.evaluateAll(minContrast);
      assert.ok(least.ratio >= 4.5, `contrast ${least.ratio.toFixed(2)} of ${least.element}`);
    });

  it("finds its samplers again after VS Code was reloaded", async () => {
    const vscode = workbench();
    await vscode.reload();
    view = await vscode.webview(".list");
    await sampler("topK").locator(".stage").getByText("5 left").waitFor();
    assert.equal(await view.getByRole("spinbutton", {name: "top-k, k"}).inputValue(), "5");
  });

  it("has room in a small window", async () => {
    const vscode = workbench();
    await vscode.page.setViewportSize({width: 1024, height: 640});
    await view.locator(".list").waitFor();
    await vscode.screenshot("next-1024");
    await vscode.page.setViewportSize({width: 800, height: 700});
    await vscode.screenshot("next-narrow");
    await vscode.page.setViewportSize({width: 1280, height: 800});
  });

  it("says that the model is missing, with ways out", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.model": path.join(vscode.workspace, "none.gguf")});
    view = await vscode.webview(".state[role=alert]");
    await view.getByText(/none\.gguf/).waitFor();
    await vscode
      .notification(/none\.gguf/)
      .getByRole("button", {name: "Select Model…"})
      .waitFor();
    await vscode.screenshot("next-missing");
  });
});
