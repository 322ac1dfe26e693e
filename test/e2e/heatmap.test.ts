import * as assert from "node:assert/strict";
import type {Locator} from "playwright-core";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

describe("Surprisal heatmap in the workbench", () => {
  const workbench = useWorkbench();

  /** The areas and lines that colour the text. */
  const strokes = () => workbench().page.locator(".editor-instance .view-overlays .cdr[class*=ced-]");

  /** The distinct looks of the strokes. */
  async function looks(): Promise<string[]> {
    return strokes().evaluateAll((elements) => {
      // While colours change, an element may be removed before it is read.
      const shown = (elements as unknown as {isConnected: boolean}[]).filter(({isConnected}) => isConnected);
      interface Style {
        readonly backgroundColor: string;
        readonly borderBottomColor: string;
        readonly borderBottomStyle: string;
        readonly borderBottomWidth: string;
      }
      const {getComputedStyle: styleOf} = globalThis as unknown as {getComputedStyle(element: unknown): Style};
      const all = shown.map((element) => {
        const {backgroundColor, borderBottomColor, borderBottomStyle, borderBottomWidth} = styleOf(element);
        return [backgroundColor, borderBottomColor, borderBottomStyle, borderBottomWidth].join(" ");
      });
      return [...new Set(all)];
    });
  }

  /** Waits until every level has its look. */
  async function allLooks(): Promise<void> {
    await workbench().until("there are four looks", async () => (await looks()).length === 4 || undefined);
  }

  const item = (): Locator => workbench().statusBar("Heatmap");

  /** Waits until the text is scored and coloured. */
  async function coloured(): Promise<void> {
    await workbench()
      .statusBar(/^\s*Heatmap\s*$/)
      .waitFor();
    await strokes().first().waitFor();
  }

  async function turnOff(): Promise<void> {
    await item().click();
    await item().waitFor({state: "detached"});
    await strokes().first().waitFor({state: "detached"});
  }

  /** Rests the mouse on a coloured token and returns its hover. */
  async function hoverToken(): Promise<Locator> {
    const {page} = workbench();
    const hover = page.locator(".monaco-hover .monaco-hover-content").filter({hasText: "bits of surprisal"}).first();
    await workbench().until("the token has its hover", async (attempt) => {
      // While colours change, the element may have no box.
      const box = await strokes()
        .nth(20)
        .boundingBox({timeout: attempt})
        .catch(() => null);
      if (box === null) return undefined;
      await page.mouse.move(box.x + 1, box.y - 30);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, {steps: 4});
      return (await appears(hover, attempt)) || undefined;
    });
    return hover;
  }

  it("is off until it is turned on, and colours the text then", async () => {
    const vscode = workbench();
    // So that all levels occur in a short text.
    await vscode.setSettings({"tokenscope.colorThreshold": 0.5});
    await vscode.openFile("retry.py");
    await vscode.goTo(1);
    // In a retry, the heatmap may already be on.
    if (await item().isVisible()) await turnOff();
    assert.equal(await strokes().count(), 0);
    await vscode.runCommand("Tokenscope: Toggle Surprisal Heatmap");
    await coloured();
    await allLooks();
  });

  for (const theme of ["dark", "light", "highContrast", "highContrastLight"] as const)
    it(`is seen and read in the theme for ${theme}, with its hover`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await coloured();
      await allLooks();
      const hover = await hoverToken();
      await hover.locator("table").getByText("the model expected").waitFor();
      assert.match((await hover.textContent()) ?? "", /[\d.]+ %.* bits of surprisal.*rank [\d,]+ .* · entropy/s);
      assert.equal(await hover.locator("tbody tr strong code").count(), 1);
      await vscode.screenshot(`heatmap-${theme}`);
      await vscode.page.mouse.move(640, 20);
      await hover.waitFor({state: "hidden"});
      await vscode.hover(item(), "Surprising is not wrong");
      await vscode.screenshot(`heatmap-legend-${theme}`);
      await vscode.page.mouse.move(640, 20);
    });

  it("colours by each measure that the settings name", async () => {
    const vscode = workbench();
    await vscode.setTheme("dark");
    /** Where colours are, and which. */
    const painted = () =>
      strokes().evaluateAll((elements) =>
        (elements as unknown as {readonly outerHTML: string}[])
          .map(({outerHTML}) => outerHTML)
          .sort()
          .join()
      );
    let before = await painted();
    for (const [by, label] of [
      ["surprisal", "Surprisal"],
      ["rank", "Rank"],
      ["entropy", "Entropy"],
      ["excess", "Excess surprisal"],
      ["relative", "Relative to this text"],
      ["probability", "Probability"]
    ] as const) {
      await vscode.setSettings({"tokenscope.colorBy": by, "tokenscope.colorThreshold": null});
      await vscode.page.locator(`.statusbar-item [aria-label*="Coloured by: ${label}."]`).waitFor({state: "attached"});
      before = await vscode.until("the colours are others", async () => {
        const now = await painted();
        return now === before || now === "" ? undefined : now;
      });
      await vscode.screenshot(`heatmap-by-${by}`);
    }
  });

  it("has the choice of the measure in the palette, with the keyboard alone", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Colour By…");
    const rows = vscode.page.locator(".quick-input-list .monaco-list-row");
    await rows.filter({hasText: "Excess surprisal"}).first().waitFor();
    await vscode.screenshot("heatmap-colour-by");
    await vscode.page.keyboard.press("Enter");
    await rows.filter({hasText: "default"}).first().waitFor();
    await vscode.screenshot("heatmap-threshold");
    await vscode.page.keyboard.press("Escape");
    await vscode.setSettings({"tokenscope.colorThreshold": 0.5});
    await allLooks();
  });

  it("leads to the next surprise with its keys, and shows its numbers", async () => {
    const vscode = workbench();
    await vscode.goTo(1);
    const hover = vscode.page.locator(".monaco-hover .monaco-hover-content").filter({hasText: "bits of surprisal"});
    await vscode.until("the cursor moved", async (attempt) => {
      await vscode.focusEditor();
      await vscode.page.keyboard.press("Control+K");
      await vscode.page.keyboard.press("Alt+ArrowDown");
      return (await appears(hover.first(), attempt)) || undefined;
    });
    assert.equal(await vscode.statusBar(/Ln 1, Col 1\b/).count(), 0);
    await vscode.screenshot("heatmap-next-surprise");
    await vscode.page.keyboard.press("Escape");
  });

  it("writes figures behind lines, and above functions where the language knows them", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.heatmap.lineFigures": true, "tokenscope.codeLens": true});
    await vscode.openFile("wordCount.ts");
    await vscode.until("there are figures", async () => {
      const contents = await vscode.page
        .locator(".editor-instance .view-line span[class*=ced-]")
        .evaluateAll((elements) => {
          const {getComputedStyle: styleOf} = globalThis as unknown as {
            getComputedStyle(element: unknown, pseudo: string): {readonly content: string};
          };
          return elements.map((element) => styleOf(element, "::after").content);
        });
      return contents.some((content) => /^"\d+\.\d\d\sbits\/byte"$/.test(content)) || undefined;
    });
    const lens = vscode.page.locator(".codelens-decoration").filter({hasText: /\d bits per byte · perplexity \d/});
    await lens.first().waitFor();
    for (const theme of ["light", "highContrast", "dark"] as const) {
      await vscode.setTheme(theme);
      await strokes().first().waitFor();
      await vscode.screenshot(`heatmap-figures-${theme}`);
    }
    await vscode.setSettings({"tokenscope.heatmap.lineFigures": false, "tokenscope.codeLens": false});
    await lens.first().waitFor({state: "detached"});
    await vscode.openFile("retry.py");
  });

  it("follows an edit", async () => {
    const vscode = workbench();
    await vscode.goTo(3);
    await vscode.page.keyboard.type("xylophone = ");
    await vscode.until("what was written is coloured", async () => {
      const cursor = await vscode.page.locator(".editor-instance .cursors-layer .cursor").first().boundingBox();
      const boxes = await Promise.all((await strokes().all()).map((stroke) => stroke.boundingBox()));
      const written = boxes.some(
        (box) => box && cursor && Math.abs(box.y - cursor.y) < cursor.height / 2 && box.x + box.width < cursor.x
      );
      return written || undefined;
    });
    await coloured();
    await vscode.screenshot("heatmap-edited");
  });

  it("goes with a click on its item, and leaves nothing behind", async () => {
    await turnOff();
    assert.equal(await strokes().count(), 0);
  });
});
