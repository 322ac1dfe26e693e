import * as assert from "node:assert/strict";
import {useWorkbench} from "../harness/useWorkbench";

describe("Show GPU in the workbench", () => {
  const workbench = useWorkbench();

  it("lists what the model can run on, in words that need no picture, in every theme", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await vscode.runCommand("Tokenscope: Show GPU");
      const rows = vscode.quickInputWidget.locator(".monaco-list-row");
      const used = rows.filter({hasText: "in use"}).first();
      await used.waitFor();
      await vscode.screenshot(`show-gpu-${theme}`);
      // What a screen reader says.
      assert.match((await used.getAttribute("aria-label")) ?? "", /\w+, in use, .*GB of .*GB free/);
      await vscode.page.keyboard.press("Escape");
    }
  });

  it("uses the device that is chosen there", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.gpu": "cuda"});
    const cpu = vscode.quickInputWidget
      .locator(".monaco-list-row")
      .filter({hasText: /CPU.*works, not in use/})
      .first();
    await vscode.until("the CPU can be chosen", async () => {
      await vscode.runCommand("Tokenscope: Show GPU");
      // A window takes a moment to see a changed file of settings; what was asked before that is of no use.
      const seen = await cpu.waitFor({timeout: 8000}).then(
        () => true,
        () => undefined
      );
      if (!seen) await vscode.page.keyboard.press("Escape");
      return seen;
    });
    await cpu.click();
    await vscode.until("the setting has changed", async () =>
      vscode.fileText(".vscode/settings.json").includes('"tokenscope.gpu": "off"') ? true : undefined
    );
  });
});
