import * as assert from "node:assert/strict";
import {useWorkbench} from "../harness/useWorkbench";

describe("Inline completion in the workbench", () => {
  const workbench = useWorkbench();
  const file = "retry.py";
  let before: string;

  it("shows ghost text when asked for, and changes nothing yet", async () => {
    const vscode = workbench();
    before = vscode.fileText(file);
    await vscode.openFile(file);
    // Behind the "return " that ends the sample.
    await vscode.goTo(before.trimEnd().split("\n").length, 12);
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    await vscode.ghostText.waitFor({timeout: 30_000});
    await vscode.screenshot("inline-completion");
    assert.equal(vscode.fileText(file), before);
  });

  it("becomes text with Tab, where the cursor was", async () => {
    const vscode = workbench();
    await vscode.page.keyboard.press("Tab");
    await vscode.ghostText.waitFor({state: "detached"});
    const start = `${before.trimEnd()} `;
    const after = await vscode.saved(file, (text) => text !== before);
    assert.ok(after.startsWith(start) && after.trimEnd().length > start.length, JSON.stringify(after.slice(-40)));
  });

  it("comes while typing once it is switched on, and goes away with Escape", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Toggle Inline Completion");
    await vscode.statusBar("suggests while you type").waitFor();
    await vscode.focusEditor();
    await vscode.page.keyboard.press("Enter");
    await vscode.page.keyboard.type("return ", {delay: 40});
    await vscode.ghostText.waitFor({timeout: 30_000});
    await vscode.screenshot("inline-completion-typing");
    await vscode.page.keyboard.press("Escape");
    await vscode.ghostText.waitFor({state: "detached"});
  });
});
