import * as assert from "node:assert/strict";
import {mkdirSync, writeFileSync} from "node:fs";
import path from "node:path";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

describe("Surprising Lines in the workbench", () => {
  const workbench = useWorkbench();
  const row = (text: string | RegExp) =>
    workbench().page.locator(".pane-body .monaco-list-row").filter({hasText: text}).first();
  const body = () => workbench().page.locator(".part.sidebar");

  it("has a place in the activity bar, where an empty view says what to do", async () => {
    const vscode = workbench();
    await vscode.page.keyboard.press("Escape");
    const icon = vscode.page.locator(".activitybar .action-item").filter({has: vscode.page.getByLabel("Tokenscope")});
    const button = body().getByRole("button", {name: "Score This File"});
    // A click on an open view closes it.
    if (!(await button.isVisible())) await icon.click();
    await button.waitFor();
    for (const size of [
      {width: 1024, height: 640},
      {width: 1280, height: 800}
    ]) {
      await vscode.page.setViewportSize(size);
      await button.waitFor();
      await vscode.screenshot(`surprising-lines-empty-${size.width}`);
    }
    const evaluation = body().locator(".pane-header").filter({hasText: "Folder Evaluation"});
    assert.equal(await evaluation.getAttribute("aria-expanded"), "false");
    await evaluation.click();
    await body().getByRole("button", {name: "Evaluate Folder…"}).waitFor();
  });

  it("lists the lines of a file, and a click puts the cursor there", async () => {
    const vscode = workbench();
    writeFileSync(
      path.join(vscode.workspace, "odd.py"),
      "import math\n\n\ndef area(radius):\n    return math.pi * radius ** 2\n\n\nzq7kXvbQ = mflW2pJdh\nprint(area(2))\n"
    );
    await vscode.openFile("odd.py");
    await vscode.runCommand("Tokenscope: Show Surprising Lines");
    const first = row(/\bzq7kXvbQ = mflW2pJdh/);
    await first.waitFor();
    await vscode.closeOtherViews("Surprising Lines");
    assert.equal(await first.getAttribute("data-index"), "0");
    assert.match((await first.textContent()) ?? "", /^\d+\.\d\d · L8 · zq7kXvbQ = mflW2pJdh\d+ bits$/);
    await first.click();
    await vscode.statusBar(/Ln 8, Col \d+ \(\d+ selected\)/).waitFor();
  });

  it("is used with the keyboard alone", async () => {
    const vscode = workbench();
    await vscode.goTo(1);
    await vscode.runCommand("Tokenscope: Focus on Surprising Lines View");
    await vscode.page.locator(".pane-body .monaco-list:focus-within").first().waitFor();
    await vscode.page.keyboard.press("Home");
    await vscode.page.keyboard.press("Enter");
    await vscode.statusBar(/Ln 8, /).waitFor();
  });

  it("goes to the line after edits above it", async () => {
    const vscode = workbench();
    await vscode.goTo(1);
    await vscode.page.keyboard.press("Enter");
    await vscode.page.keyboard.press("Enter");
    await body().getByText("The document has changed since").waitFor();
    await row("zq7kXvbQ").click();
    await vscode.statusBar(/Ln 10, /).waitFor();
    await row(/L10/).waitFor();
  });

  it("lists functions", async () => {
    const vscode = workbench();
    await vscode.openFile("wordCount.ts");
    await vscode.runCommand("Tokenscope: Show Surprising Lines");
    await row(/· L21 · /).waitFor();
    // TypeScript's language support needs a moment, so the command is repeated.
    const listed = body().getByText(/^2 functions and methods by/);
    await vscode.until("the functions are listed", async (attempt) => {
      await vscode.runCommand("Tokenscope: List Functions");
      return (await appears(listed, attempt)) || undefined;
    });
    await vscode.screenshot("surprising-functions");
    await vscode.runCommand("Tokenscope: List Lines");
  });

  for (const theme of ["dark", "highContrast", "highContrastLight", "light"] as const)
    it(`is drawn in the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await vscode.hover(row(/· L\d+ · /), /bits/);
      await vscode.screenshot(`surprising-lines-${theme}`);
      await vscode.page.setViewportSize({width: 1024, height: 640});
      await vscode.screenshot(`surprising-lines-${theme}-small`);
      await vscode.page.setViewportSize({width: 1280, height: 800});
    });

  it("goes to the next surprising line, and follows the editor", async () => {
    const vscode = workbench();
    await vscode.openFile("odd.py");
    await row(/zq7kXvbQ = mflW2pJdh/).waitFor();
    await vscode.goTo(1);
    await vscode.runCommand("Tokenscope: Go to Next Surprising Line");
    await vscode.statusBar(/Ln 10, /).waitFor();
  });

  it("filters, and says so until the filter is cleared", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Filter Surprising Lines…");
    await vscode.quickInputWidget.getByText("Lists only what contains this text").waitFor();
    await vscode.page.keyboard.type("area");
    await vscode.page.keyboard.press("Enter");
    await body().getByText('Only what contains "area".').waitFor();
    await row(/zq7kXvbQ/).waitFor({state: "detached"});
    await vscode.screenshot("surprising-lines-filter");
    await vscode.runCommand("Tokenscope: Clear Filter of Surprising Lines");
    await row(/zq7kXvbQ/).waitFor();
  });

  it("has a menu on its rows", async () => {
    const vscode = workbench();
    const command = vscode.page.locator(".context-view .action-label").filter({hasText: "Copy with Line Number"});
    await vscode.until("a line is copied", async (attempt) => {
      await row(/zq7kXvbQ/).click({button: "right", timeout: attempt});
      if (!(await appears(command, attempt))) return undefined;
      await vscode.screenshot("surprising-lines-menu");
      await command.click({timeout: attempt}).catch(() => undefined);
      return /^odd\.py:10: zq7kXvbQ/.test(await vscode.readClipboard()) || undefined;
    });
  });

  it("evaluates a folder from the explorer, lists its files and reports", async () => {
    const vscode = workbench();
    const folder = path.join(vscode.workspace, "corpus");
    mkdirSync(folder, {recursive: true});
    writeFileSync(path.join(folder, "a.py"), "def add(a, b):\n    return a + b\n".repeat(5));
    writeFileSync(path.join(folder, "b.txt"), "The quick brown fox jumps over the lazy dog.\n".repeat(5));
    writeFileSync(path.join(folder, "c.bin"), Uint8Array.of(0, 1, 2));
    await vscode.page.keyboard.press("Control+Shift+E");
    const entry = vscode.page.locator(".explorer-viewlet .monaco-list-row").filter({hasText: "corpus"}).first();
    await entry.click({button: "right"});
    const command = vscode.page.locator(".context-view .action-label").filter({hasText: "Evaluate Folder…"});
    const submenu = vscode.page.locator(".context-view .action-label").filter({hasText: "Tokenscope"});
    // A menu that has just opened ignores clicks.
    await vscode.until("the folder is evaluated", async (attempt) => {
      if (await command.isVisible()) await command.click({timeout: attempt}).catch(() => undefined);
      else await submenu.hover({timeout: attempt}).catch(() => undefined);
      return (await appears(row(/\d+\.\d\d · All 2 files/), attempt)) || undefined;
    });
    await row(/\d+\.\d\d · b\.txt/).waitFor();
    await row(/1 file left out/).waitFor();
    await row(/All 2 files/).click();
    const report = await vscode.webview("h1");
    assert.match((await report.locator("h1").first().textContent()) ?? "", /Evaluation of corpus/);
    assert.match((await report.locator("table").first().textContent()) ?? "", /Perplexity\s*\d+\.\d\d ± \d+\.\d\d/);
    await vscode.screenshot("evaluation-light");
    await vscode.setTheme("dark");
    await vscode.screenshot("evaluation-dark");
    await vscode.setTheme("highContrast");
    await vscode.screenshot("evaluation-highContrast");
    await row(/a\.py/).click();
    await vscode.page.locator(".tab.active").filter({hasText: "a.py"}).waitFor();
  });

  it("shows the lines and the folder again after a reload", async () => {
    const vscode = workbench();
    await vscode.openFile("odd.py");
    // A window that has opened shows the explorer, for which the reload waits.
    await vscode.page.keyboard.press("Control+Shift+E");
    await vscode.reload();
    await vscode.runCommand("Tokenscope: Focus on Surprising Lines View");
    await row(/\d+\.\d\d · All 2 files/).waitFor();
    await row(/· L10 · zq7kXvbQ/).waitFor();
    await vscode.screenshot("surprising-lines-reloaded");
  });
});
