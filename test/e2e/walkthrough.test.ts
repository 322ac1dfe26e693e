import * as assert from "node:assert/strict";
import type {Locator} from "playwright-core";
import {stopAtFirstFailure, useWorkbench} from "../harness/useWorkbench";

const steps = ["tokens", "perplexity", "logprobs", "completion", "model"] as const;
type Step = (typeof steps)[number];

describe("The walkthrough, as a new user takes it", () => {
  const workbench = useWorkbench();
  stopAtFirstFailure();

  const step = (name: Step): Locator =>
    workbench().page.locator(`[data-step-id="tokenscope.tokenscope#firstMinutes#${name}"]`);

  const check = (name: Step, state: boolean): Locator =>
    workbench().page.locator(
      `[data-done-step-id="tokenscope.tokenscope#firstMinutes#${name}"][aria-checked="${state}"]`
    );

  async function open(name: Step): Promise<void> {
    const expanded = step(name).and(workbench().page.locator(".expanded"));
    if (!(await expanded.isVisible())) await step(name).locator(".step-title").click();
    await expanded.waitFor();
  }

  async function press(name: Step, button: string): Promise<void> {
    await open(name);
    await step(name).locator(".monaco-button").filter({hasText: button}).click();
  }

  it("opens from the menu that the status bar leads to, with nothing checked yet", async () => {
    const vscode = workbench();
    // VS Code draws only the rows that a list has room for: what a newcomer needs is to be there without scrolling.
    await vscode.page.setViewportSize({width: 1024, height: 640});
    await vscode.statusBar("Tokens").click();
    await vscode.quickInputWidget.getByText("the demonstration model").waitFor();
    await vscode.quickInputWidget.getByText("Open Walkthrough").waitFor();
    await vscode.screenshot("menu-small-light");
    await vscode.page.keyboard.press("Escape");
    await vscode.page.setViewportSize({width: 1280, height: 800});
    await vscode.statusBar("Tokens").click();
    await vscode.quickInputWidget.getByText("the demonstration model").waitFor();
    await vscode.screenshot("menu-light");
    await vscode.quickInputWidget.getByText("Open Walkthrough").click();
    for (const name of steps) await check(name, false).waitFor();
  });

  for (const theme of ["dark", "highContrast", "highContrastLight", "light"] as const)
    it(`has pictures in the colours of the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      // The list of files would leave no room for pictures.
      const files = vscode.page.locator(".part.sidebar").filter({visible: true});
      if ((await files.count()) > 0) await vscode.page.keyboard.press("Control+B");
      await files.waitFor({state: "hidden"});
      for (const [index, name] of steps.entries()) {
        await open(name);
        const picture = await vscode.webview(`svg#${name}`);
        const inks = await picture.locator("svg text").evaluateAll((texts) => {
          const {getComputedStyle: styleOf} = globalThis as unknown as {
            getComputedStyle(element: unknown): {readonly fill: string};
          };
          return texts.map((text) => styleOf(text).fill);
        });
        assert.ok(inks.length >= 6, `${inks.length} texts`);
        assert.deepEqual(
          inks.filter((ink) => ink === "none" || ink === "rgba(0, 0, 0, 0)"),
          []
        );
        await vscode.screenshot(`walkthrough-${theme}-${index + 1}`);
      }
    });

  it("shows tokens: those of a sample on hover, and their number in the status bar", async () => {
    const vscode = workbench();
    await press("tokens", "Show Tokens");
    const hover = vscode.page.locator(".monaco-hover-content").filter({hasText: /\d+ tokens, \d+ characters/});
    await hover.filter({visible: true}).first().waitFor();
    assert.ok((await hover.first().locator("code").count()) >= 10, "chips");
    await vscode.statusBar(/\d+ tokens selected/).waitFor();
    await check("tokens", true).waitFor();
    await vscode.screenshot("walkthrough-light-1-done");
  });

  it("measures a sample's perplexity", async () => {
    const vscode = workbench();
    await press("perplexity", "Measure Perplexity");
    const result = vscode.quickInputWidget.filter({hasText: "Perplexity of perplexity.md"});
    await result.getByText(/^[\d.]+ ± [\d.]+$/).waitFor();
    await check("perplexity", true).waitFor();
    await vscode.screenshot("walkthrough-light-2-done");
    await vscode.page.keyboard.press("Escape");
    await result.waitFor({state: "hidden"});
  });

  it("shows a sample's logprobs", async () => {
    const vscode = workbench();
    await press("logprobs", "Show Logprobs");
    const view = await vscode.webview("#tokens .token");
    await view.getByRole("heading", {name: "logprobs.ts"}).waitFor();
    await check("logprobs", true).waitFor();
    assert.equal(
      await vscode.page.locator(".editor-group-container").count(),
      2,
      "the walkthrough, and one column beside"
    );
    await vscode.screenshot("walkthrough-light-3-done");
  });

  it("completes a sample with ghost text, which Tab takes", async () => {
    const vscode = workbench();
    await press("completion", "Complete at Cursor");
    await vscode.ghostText.waitFor();
    await check("completion", true).waitFor();
    await vscode.screenshot("walkthrough-light-4-done");
    await vscode.page.keyboard.press("Tab");
    await vscode.ghostText.waitFor({state: "detached"});
    await vscode.page.locator(".editor-instance .view-line").filter({hasText: "node:path"}).first().waitFor();
  });

  it("offers a real model, and says what it is before the download", async () => {
    const vscode = workbench();
    await open("model");
    await step("model").locator(".monaco-button").filter({hasText: "Select Model…"}).waitFor();
    await vscode.screenshot("walkthrough-light-5-done");
    const download = step("model").locator(".monaco-button").filter({hasText: "Download SmolLM2 135M"});
    await download.waitFor();
  });

  it("leaves nothing that asks to be saved", async () => {
    const vscode = workbench();
    await vscode.page.locator(".tab.dirty").waitFor({state: "detached"});
    await vscode.runCommand("View: Close All Editors");
    await vscode.page.locator(".tab").first().waitFor({state: "detached"});
  });

  it("keeps its checkmarks when it is opened again", async () => {
    await workbench().runCommand("Tokenscope: Open Walkthrough");
    for (const name of steps) await check(name, name !== "model").waitFor();
  });
});

describe("The walkthrough of an extension that was not installed from VS Code's views", () => {
  const workbench = useWorkbench({machineSettings: {"workbench.welcomePage.walkthroughs.openOnInstall": true}});
  const step = (): Locator =>
    workbench().page.locator('[data-step-id="tokenscope.tokenscope#firstMinutes#tokens"]').first();

  it("opens by itself", async () => {
    await step().waitFor();
    await workbench().screenshot("walkthrough-opened");
  });

  it("does so once", async () => {
    const vscode = workbench();
    await vscode.runCommand("View: Close All Editors");
    await step().waitFor({state: "detached"});
    await vscode.reload();
    // The extension runs, and has done what it does at its start.
    await vscode.runCommand("Tokenscope: Show Menu");
    await vscode.quickInputWidget.getByText("Open Walkthrough").waitFor();
    assert.equal(await step().count(), 0);
  });
});
