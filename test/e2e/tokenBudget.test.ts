import * as assert from "node:assert/strict";
import {useWorkbench} from "../harness/useWorkbench";

const sizes = [
  {width: 1280, height: 800},
  {width: 1024, height: 640}
] as const;

describe("A token budget in the workbench", () => {
  const workbench = useWorkbench();

  /** The faint text behind the line in which the budget ends. VS Code writes it as the content of a pseudo-element. */
  async function endText(): Promise<string> {
    return await workbench()
      .page.locator(".editor-instance .view-line span[class*=ced-]")
      .evaluateAll((elements) => {
        const {getComputedStyle: styleOf} = globalThis as unknown as {
          getComputedStyle(element: unknown, pseudo: string): {readonly content: string};
        };
        return elements.map((element) => styleOf(element, "::after").content).find((text) => /budget/.test(text)) ?? "";
      });
  }

  /** Where the letters of the first lines are. */
  async function lineBoxes(): Promise<unknown> {
    return await workbench()
      .page.locator(".editor-instance .view-lines .view-line")
      .evaluateAll((lines) =>
        (lines as unknown as {readonly offsetTop: number; readonly offsetHeight: number}[])
          .map(({offsetTop, offsetHeight}) => [offsetTop, offsetHeight])
          .sort(([a = 0], [b = 0]) => a - b)
      );
  }

  it("marks where it ends, in the editor, the status bar and among the problems", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    // A click or key in the file starts the engine, once the extension runs; so would a quiet moment.
    await vscode.statusBar("Tokens").waitFor();
    await vscode.goTo(3);
    await vscode.statusBar(/\d+ tokens/).waitFor();
    const before = await lineBoxes();
    await vscode.setSettings({"tokenscope.budget": {"*.md": 200}});
    const text = await vscode.until("the end is marked", async () => (await endText()) || undefined);
    assert.match(text, /budget of 200 ends here · \d+ over/);
    await vscode.statusBar(/\d+ \/ 200 tokens/).waitFor();
    assert.deepEqual(await lineBoxes(), before, "no line has moved");
    await vscode.runCommand("View: Focus Problems");
    await vscode.page
      .locator(".markers-panel .monaco-list-row")
      .filter({hasText: /\d+ tokens over the budget of 200/})
      .first()
      .waitFor();
    await vscode.screenshot("token-budget-problems");
    // In a small window, the panel would cover the line in which the budget ends, and lines out of sight are not drawn.
    await vscode.runCommand("View: Toggle Panel Visibility");
  });

  for (const theme of ["dark", "light", "highContrast", "highContrastLight"] as const)
    it(`is seen in the theme for ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      for (const size of sizes) {
        await vscode.page.setViewportSize(size);
        await vscode.until("the end is marked", async () => (await endText()) || undefined);
        await vscode.screenshot(`token-budget-${theme}-${size.width}`);
      }
      await vscode.page.setViewportSize(sizes[0]);
    });

  it("can be gone to, and set, and the file is within it then", async () => {
    const vscode = workbench();
    await vscode.setTheme("dark");
    await vscode.focusEditor();
    await vscode.runCommand("Tokenscope: Go to End of Token Budget");
    await vscode.screenshot("token-budget-went-to");
    await vscode.page.keyboard.press("Control+.");
    await vscode.page.getByText("Set the token budget for this file…").waitFor();
    await vscode.screenshot("token-budget-quick-fix");
    await vscode.page.keyboard.press("Escape");
    await vscode.runCommand("Tokenscope: Set Token Budget…");
    const row = vscode.page.locator(".quick-input-list .monaco-list-row").filter({hasText: "This file"});
    await row.waitFor();
    await vscode.screenshot("token-budget-which-files");
    await row.click();
    const box = vscode.page.locator(".quick-input-widget");
    await box.getByText("Empty: no budget.").waitFor();
    await vscode.page.keyboard.type("100");
    await box.getByText(/prompt\.md has \d+ tokens: \d+ over\./).waitFor();
    await vscode.screenshot("token-budget-question");
    await vscode.page.keyboard.press("Control+A");
    await vscode.page.keyboard.type("5000");
    await vscode.page.keyboard.press("Enter");
    const message = vscode.notification(/This file · prompt\.md: a budget of 5,000 tokens/);
    await message.waitFor();
    await vscode.statusBar(/\d+ \/ 5,000 tokens/).waitFor();
    await vscode.until("the mark is gone", async () => (await endText()) === "" || undefined);
    await vscode.screenshot("token-budget-set");
    await message.getByText("Undo", {exact: true}).click();
    await vscode.statusBar(/\d+ \/ 200 tokens/).waitFor();
  });

  it("has its values completed and checked in settings.json", async () => {
    const vscode = workbench();
    await vscode.openFile("settings.json");
    await vscode.until("the pattern is there", async () => {
      const text = await vscode.page.locator(".editor-instance .view-lines").first().textContent();
      return /budget/.test(text ?? "") || undefined;
    });
    await vscode.screenshot("token-budget-settings");
  });
});
