import * as assert from "node:assert/strict";
import type {Locator} from "playwright-core";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

describe("Token boundaries in the workbench", () => {
  const workbench = useWorkbench();

  /** The areas and lines that paint the text. */
  const strokes = () => workbench().page.locator(".editor-instance .view-overlays .cdr[class*=ced-]");

  const item = (): Locator => workbench().statusBar("Token Boundaries");

  /** The distinct looks of the strokes: background, and the lines under and above it. */
  async function looks(): Promise<string[]> {
    return strokes().evaluateAll((elements) => {
      interface Style {
        readonly backgroundColor: string;
        readonly borderBottomColor: string;
        readonly borderBottomStyle: string;
        readonly borderTopWidth: string;
      }
      // While it is painted, an element may be removed before it is read.
      const shown = (elements as unknown as {isConnected: boolean}[]).filter(({isConnected}) => isConnected);
      const {getComputedStyle: styleOf} = globalThis as unknown as {getComputedStyle(element: unknown): Style};
      const all = shown.map((element) => {
        const {backgroundColor, borderBottomColor, borderBottomStyle, borderTopWidth} = styleOf(element);
        return [backgroundColor, borderBottomColor, borderBottomStyle, borderTopWidth].join(" ");
      });
      return [...new Set(all)];
    });
  }

  async function hoverToken(): Promise<Locator> {
    const {page} = workbench();
    const hover = page.locator(".monaco-hover .monaco-hover-content").filter({hasText: "bytes"}).first();
    await workbench().until("the token has its hover", async (attempt) => {
      const box = await strokes()
        .nth(60)
        .boundingBox({timeout: attempt})
        .catch(() => null);
      if (box === null) return undefined;
      await page.mouse.move(box.x + 1, box.y - 30);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, {steps: 4});
      return (await appears(hover, attempt)) || undefined;
    });
    return hover;
  }

  it("are off until they are turned on, and paint all of the text then", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.goTo(1);
    // In a retry, they may already be on.
    if (!(await item().isVisible())) {
      assert.equal(await strokes().count(), 0);
      await vscode.runCommand("Tokenscope: Toggle Token Boundaries");
    }
    await item().waitFor();
    await vscode.until("there are two looks", async () => (await looks()).length === 2 || undefined);
    assert.ok((await strokes().count()) > 50);
  });

  it("mark tokens that share a character, and follow an edit", async () => {
    const vscode = workbench();
    await vscode.goTo(1);
    await vscode.page.keyboard.type("# 😀 нет, 你好 ");
    await vscode.until("there is a third look", async () => (await looks()).length === 3 || undefined);
  });

  for (const theme of ["dark", "light", "highContrast", "highContrastLight"] as const)
    for (const [width, height] of [
      [1280, 800],
      [1024, 640]
    ] as const)
      it(`are seen and read in the theme for ${theme} on ${width} × ${height}, with their hover`, async () => {
        const vscode = workbench();
        await vscode.page.setViewportSize({width, height});
        await vscode.setTheme(theme);
        await vscode.until("there are three looks", async () => (await looks()).length === 3 || undefined);
        const hover = await hoverToken();
        assert.match((await hover.textContent()) ?? "", /tokens? [\d,–]+ of [\d,]+.*id.*bytes.*kind.*normal/s);
        await vscode.screenshot(`tokenBoundaries-${theme}-${width}`);
        await vscode.page.mouse.move(640, 20);
        await hover.waitFor({state: "hidden"});
      });

  it("tell in their status bar item what is painted", async () => {
    const vscode = workbench();
    await vscode.setTheme("dark");
    await vscode.hover(item(), "in two alternating colours");
    await vscode.screenshot("tokenBoundaries-item");
    await vscode.page.mouse.move(640, 20);
  });

  it("go with a click on their item, and leave nothing behind", async () => {
    await item().click();
    await item().waitFor({state: "detached"});
    await strokes().first().waitFor({state: "detached"});
    assert.equal(await strokes().count(), 0);
  });
});
