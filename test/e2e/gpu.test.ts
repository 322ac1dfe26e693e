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
      // The text for screen readers.
      assert.match((await used.getAttribute("aria-label")) ?? "", /\w+, in use, .*GB of .*GB free/);
      await vscode.page.keyboard.press("Escape");
    }
  });

  it("uses the device that is chosen there", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.gpu": "cuda"});
    const cpu = vscode.quickInputWidget
      .locator(".monaco-list-row")
      .filter({hasText: /CPU.*in use/})
      .first();
    await vscode.until("the CPU can be chosen", async () => {
      await vscode.runCommand("Tokenscope: Show GPU");
      await cpu.waitFor();
      // VS Code needs a moment to notice changed settings, so an earlier list is useless.
      if (/works, not in use/.test((await cpu.textContent()) ?? "")) return true;
      await vscode.page.keyboard.press("Escape");
      return undefined;
    });
    await cpu.click();
    await vscode.until("the setting has changed", async () =>
      vscode.fileText(".vscode/settings.json").includes('"tokenscope.gpu": "off"') ? true : undefined
    );
  });
});
