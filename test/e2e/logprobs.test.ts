import * as assert from "node:assert/strict";
import type {Frame} from "playwright-core";
import {minContrast} from "../harness/contrast";
import {useWorkbench} from "../harness/useWorkbench";

describe("Logprobs in the workbench", () => {
  const workbench = useWorkbench();
  let view: Frame;

  async function checkShare(where: string): Promise<void> {
    const share = await view.evaluate<number>("document.querySelector('#scroller').clientHeight / innerHeight");
    assert.ok(share >= 0.7, `${where}: the text has ${(share * 100).toFixed(1)} % of the height`);
  }

  it("shows the selection as coloured tokens under the summary's numbers", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.selectLines(25, 30);
    await vscode.runCommand("Tokenscope: Show Logprobs");
    view = await vscode.webview("#tokens .token");
    const kinds = () => view.locator("#tokens .token").evaluateAll((elements) => elements.map((it) => it.className));
    // The scores arrive after the tokens.
    const tokens = await vscode.until("the tokens have three colours and more", async () => {
      const found = await kinds();
      return new Set(found).size >= 3 ? found : undefined;
    });
    assert.ok(tokens.length > 50, `${tokens.length} tokens`);
    assert.match((await view.locator(".numbers").textContent()) ?? "", /perplexity/i);
    assert.match((await view.locator("#tokens").textContent()) ?? "", /def.retry\(operation/);
  });

  it("tells of the token under the mouse: its numbers and the ten best alternatives", async () => {
    await view.locator('#tokens .token[data-token="5"]').hover();
    const details = view.locator("#details");
    await details.locator("ol.chart li").nth(9).waitFor();
    const facts = (await details.locator("dl.facts").textContent()) ?? "";
    for (const name of ["id", "probability", "logprob", "rank", "entropy"]) assert.match(facts, new RegExp(name, "i"));
    await workbench().screenshot("logprobs-light");
  });

  it("is used with the keyboard alone", async () => {
    const vscode = workbench();
    await vscode.selectLines(3, 8);
    await vscode.runCommand("Tokenscope: Show Logprobs");
    await view.getByText("lines 3–8").first().waitFor();
    await view.locator("#tokens .token").first().waitFor();
    await vscode.page.keyboard.press("ArrowRight");
    await view.locator('.token[data-token="0"]:focus').waitFor();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"]) await vscode.page.keyboard.press(key);
    await view.locator('.token[data-token="1"]:focus').waitFor();
    await view.locator("#details ol.chart li").nth(9).waitFor();
    await vscode.page.keyboard.press("Enter");
    const label = await view.locator("#details h2 code").textContent();
    await vscode.waitForSelection(label?.length ?? 0);
  });

  it("selects in the editor the token that is clicked", async () => {
    const vscode = workbench();
    const token = view.locator("#tokens .token").filter({hasText: "random"}).first();
    const text = await token.textContent();
    await token.click();
    await vscode.waitForSelection(text?.length ?? 0);
    await vscode.statusBar("Ln 3").waitFor();
  });

  for (const theme of ["dark", "highContrast", "highContrastLight", "light"] as const)
    it(`is readable in the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await view.locator('#tokens .token[data-token="7"]').hover();
      await view.locator("#details ol.chart li").nth(9).waitFor();
      await vscode.screenshot(`logprobs-${theme}`);
      await checkShare("1280 × 800");
      const least = await view.locator("#tokens .token").evaluateAll(minContrast);
      assert.ok(least.ratio >= 4.5, `contrast ${least.ratio.toFixed(2)} of ${least.element}`);
      const looks = await view.locator(".bucket .swatch").evaluateAll((swatches) => {
        type Style = Record<"backgroundColor" | "borderTopStyle" | "borderBottomStyle" | "borderBottomColor", string>;
        const {getComputedStyle: styleOf} = globalThis as unknown as {getComputedStyle(element: unknown): Style};
        return swatches.map((swatch) => {
          const {backgroundColor, borderTopStyle, borderBottomStyle, borderBottomColor} = styleOf(swatch);
          return [backgroundColor, borderTopStyle, borderBottomStyle, borderBottomColor].join(" ");
        });
      });
      assert.equal(new Set(looks).size, 5, looks.join("; "));
    });

  it("gives the text seven tenths of the height in a small window too, whatever is open", async () => {
    const vscode = workbench();
    await vscode.page.setViewportSize({width: 1024, height: 640});
    for (const theme of ["dark", "light", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await view.locator('#tokens .token[data-token="7"]').hover();
      await view.locator("#details ol.chart li").nth(9).waitFor();
      await vscode.screenshot(`logprobs-${theme}-small`);
      await checkShare(`1024 × 640, ${theme}`);
      await view.getByRole("button", {name: "Charts", exact: true}).click();
      await view.locator("#charts").waitFor();
      await vscode.screenshot(`logprobs-${theme}-charts-small`);
      await checkShare(`1024 × 640, charts, ${theme}`);
      await view.getByRole("button", {name: "Charts", exact: true}).click();
    }
    await vscode.page.setViewportSize({width: 1280, height: 800});
  });

  it("is the same after it was hidden", async () => {
    const vscode = workbench();
    const before = await view.locator("#tokens").textContent();
    await vscode.page.keyboard.press("Control+2");
    // The view's group is locked, so that files don't cover it.
    await vscode.runCommand("View: Unlock Editor Group");
    await vscode.page.keyboard.press("Control+2");
    await view.waitForFunction(() => (globalThis as unknown as {document: {hasFocus(): boolean}}).document.hasFocus());
    await vscode.openFile("prompt.md");
    await vscode.page.locator(".tab").filter({hasText: "Logprobs"}).click();
    view = await vscode.webview("#tokens .token");
    assert.equal(await view.locator("#tokens").textContent(), before);
  });

  it("is the same after VS Code was reloaded, and answers", async () => {
    const vscode = workbench();
    const before = await view.locator("#tokens").textContent();
    await vscode.reload();
    view = await vscode.webview("#tokens .token");
    assert.equal(await view.locator("#tokens").textContent(), before);
    await view.locator('#tokens .token[data-token="5"]').hover();
    await view.locator("#details ol.chart li").nth(9).waitFor();
  });

  it("finds its text after it was moved by edits above it and VS Code was reloaded", async () => {
    const vscode = workbench();
    const before = await view.locator("#tokens").textContent();
    await vscode.goTo(1);
    for (const key of ["Enter", "Enter"]) await vscode.page.keyboard.press(key);
    await view.getByRole("heading", {name: "retry.py, lines 5–10"}).waitFor();
    // The file is saved: an unsaved one comes back only if VS Code had time to back it up.
    await vscode.focusEditor();
    await vscode.page.keyboard.press("Control+S");
    await vscode.page.locator(".tab.dirty").waitFor({state: "detached"});
    await vscode.reload();
    view = await vscode.webview("#tokens .token");
    await view.getByRole("heading", {name: "retry.py, lines 5–10"}).waitFor();
    assert.equal(await view.locator("#tokens").textContent(), before);
    const token = view.locator("#tokens .token").filter({hasText: "random"}).first();
    const text = await token.textContent();
    await token.click();
    await vscode.waitForSelection(text?.length ?? 0);
    await vscode.statusBar("Ln 5").waitFor();
    assert.equal(await view.locator(".notice").count(), 0);
  });

  it("keeps a pinned view and another over a reload, and a new text out of the pinned one", async () => {
    const vscode = workbench();
    const tab = (lines: string) => vscode.page.locator(".tab").filter({hasText: `Logprobs: retry.py, ${lines}`});
    const pin = (frame: Frame) => frame.getByRole("button", {name: "Pinned: the next text opens in another view"});
    const shown = async (lines: string) => {
      const frame = await vscode.webview(`h1:text-is("retry.py, ${lines}")`);
      await frame.locator("#tokens .token").first().waitFor();
      return frame;
    };
    const score = async (first: number, last: number) => {
      await vscode.selectLines(first, last);
      await vscode.runCommand("Tokenscope: Show Logprobs");
      await tab(`lines ${first}–${last}`).waitFor();
      return await shown(`lines ${first}–${last}`);
    };
    const textOf = async (frame: Frame) => (await frame.locator("#tokens").textContent()) ?? "";

    await view.getByRole("button", {name: "More"}).click();
    await view.locator(".menu button").filter({hasText: "Pin This View"}).click();
    await pin(view).waitFor();
    const pinned = await textOf(view);
    const other = await textOf(await score(20, 22));
    assert.notEqual(other, pinned);

    await vscode.reload();
    const second = await shown("lines 20–22");
    assert.equal(await textOf(second), other);
    assert.equal(await pin(second).count(), 0);
    await tab("lines 5–10").click();
    const first = await shown("lines 5–10");
    await pin(first).waitFor();
    assert.equal(await textOf(first), pinned);

    await score(1, 2);
    assert.equal(await tab("lines 20–22").count(), 0, "the view that is not pinned has the new text");
    await tab("lines 5–10").click();
    view = await shown("lines 5–10");
    await pin(view).waitFor();
    assert.equal(await textOf(view), pinned);
  });

  it("keeps a new text out of a pinned view that is the only one on show after a reload", async () => {
    const vscode = workbench();
    const pinned = await view.locator("#tokens").textContent();
    await vscode.reload();
    view = await vscode.webview('h1:text-is("retry.py, lines 5–10")');
    await vscode.selectLines(25, 26);
    await vscode.runCommand("Tokenscope: Show Logprobs");
    const other = await vscode.webview('h1:text-is("retry.py, lines 25–26")');
    await other.locator("#tokens .token").first().waitFor();
    await vscode.page.locator(".tab").filter({hasText: "Logprobs: retry.py, lines 5–10"}).click();
    view = await vscode.webview('h1:text-is("retry.py, lines 5–10")');
    await view.locator("#tokens .token").first().waitFor();
    assert.equal(await view.locator("#tokens").textContent(), pinned);
    assert.equal(await view.getByRole("button", {name: "Pinned: the next text opens in another view"}).count(), 1);
  });
});
