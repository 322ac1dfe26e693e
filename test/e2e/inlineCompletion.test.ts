import * as assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {useWorkbench} from "../harness/useWorkbench";

describe("Inline completion in the workbench", () => {
  const workbench = useWorkbench();
  const file = "retry.py";
  let before: string;

  /** The ghost text, as it is shown. */
  async function ghost(): Promise<string> {
    const {ghostText} = workbench();
    await ghostText.waitFor({timeout: 30_000});
    return (await ghostText.textContent())?.replaceAll("\u00a0", " ") ?? "";
  }

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

  it("comes while typing once it is switched on, says how sure it is, and goes away with Escape", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.inlineCompletion.minConfidence": 0});
    await vscode.runCommand("Tokenscope: Toggle Inline Completion");
    await vscode.statusBar("suggests while you type").waitFor();
    await vscode.focusEditor();
    await vscode.page.keyboard.press("Enter");
    await vscode.page.keyboard.type("return ", {delay: 40});
    await vscode.ghostText.waitFor({timeout: 30_000});
    const confidence = vscode.statusBar(/^\s*\d+\s*%$/);
    await confidence.waitFor();
    await confidence.hover();
    const tooltip = vscode.page.locator(".monaco-hover:visible", {hasText: "Weakest token"});
    await tooltip.waitFor();
    assert.match((await tooltip.textContent()) ?? "", /Confidence.*\d %.*Tokens.*Prompt.*reused/s);
    await vscode.screenshot("inline-completion-typing");
    await vscode.focusEditor();
    await vscode.page.keyboard.press("Escape");
    await vscode.ghostText.waitFor({state: "detached"});
  });

  it("stays, and shrinks, while one types what it says", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    const shown = await ghost();
    assert.ok(shown.length > 2, shown);
    await vscode.page.keyboard.type(shown.slice(0, 1));
    await vscode.until("the rest is shown", async () => (await ghost()) === shown.slice(1) || undefined);
  });

  it("is accepted word by word, and the rest stays", async () => {
    const vscode = workbench();
    const column = async () => Number(/Col (\d+)/.exec((await vscode.statusBar(/Col \d+/).textContent()) ?? "")?.[1]);
    const start = await column();
    await ghost();
    await vscode.page.keyboard.press("Control+ArrowRight");
    await vscode.until("a word has been taken", async () => (await column()) > start || undefined);
    assert.notEqual(await ghost(), "");
    await vscode.screenshot("inline-completion-word");
  });

  it("comes in a language of its own only, where it is turned off for another", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Toggle Inline Completion for This Language");
    await vscode.statusBar(/waits to be asked in python/).waitFor();
    await vscode.runCommand("Tokenscope: Toggle Inline Completion for This Language");
    await vscode.statusBar(/while you type python/).waitFor();
  });

  it("stays out of files that hold secrets, and says so once", async () => {
    const vscode = workbench();
    writeFileSync(path.join(vscode.server.workspace, ".env"), "API_TOKEN=abc\nexport const \n");
    await vscode.openFile(".env");
    await vscode.goTo(2, 14);
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    await vscode.statusBar(/completes nothing in .env: it is excluded/).waitFor();
    await vscode.screenshot("inline-completion-excluded");
    assert.equal(await vscode.ghostText.count(), 0);
  });
});
