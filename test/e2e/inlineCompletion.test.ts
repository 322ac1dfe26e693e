import * as assert from "node:assert/strict";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {beforeTwoLines} from "../harness/twoLines";
import {useWorkbench} from "../harness/useWorkbench";
import {appears, isGone} from "../harness/workbench";

describe("Inline completion in the workbench", () => {
  const workbench = useWorkbench();
  const file = "retry.py";
  let before: string;
  let files = 0;

  /** Opens a new file of code, with the cursor at its end. Returns its name. */
  async function openCode(): Promise<string> {
    const name = `greek${++files}.py`;
    writeFileSync(path.join(workbench().workspace, name), `${beforeTwoLines.join("\n")}\n`);
    await workbench().openFile(name);
    await workbench().goTo(8, 14);
    return name;
  }

  /** Asks for a completion after the "return " at the end of the sample. */
  async function askAtEnd(): Promise<void> {
    const vscode = workbench();
    await vscode.openFile(file);
    await vscode.goTo(before.trimEnd().split("\n").length, 12);
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    await vscode.ghostText.waitFor();
  }

  /** Toggles inline completion until the status bar says this. */
  async function toggled(command: string, says: string | RegExp): Promise<void> {
    const vscode = workbench();
    await vscode.until(`inline completion ${says}`, async (attempt) => {
      await vscode.runCommand(command);
      return (await appears(vscode.statusBar(says), attempt)) || undefined;
    });
  }

  /** Adds key bindings for commands without one. */
  const keys = [
    {key: "alt+c", command: "tokenscope.complete"},
    {key: "alt+l", command: "editor.action.inlineSuggest.acceptNextLine"},
    {key: "alt+s", command: "editor.action.insertSnippet", args: {snippet: "pair($1, $2)$0"}}
  ];

  /** The ghost text in the cursor's line. Each colour has its own element. */
  async function ghost(): Promise<string> {
    await workbench().ghostText.waitFor();
    const pieces = workbench().page.locator(
      ".view-lines .view-line [class*=ghost-text]:not(:has([class*=ghost-text]))"
    );
    return (await pieces.allTextContents()).join("").replaceAll("\u00a0", " ");
  }

  /** Waits until VS Code has read the key bindings. */
  async function keysAreKnown(): Promise<void> {
    const vscode = workbench();
    const {page, quickInputWidget} = vscode;
    const row = quickInputWidget.locator(".monaco-list-row").filter({hasText: "Tokenscope: Complete at Cursor"});
    await vscode.until("the palette shows a new key", async (attempt) => {
      await page.keyboard.press("F1");
      await quickInputWidget.locator("input").first().fill(">Tokenscope: Complete at Cursor");
      const known = await appears(row.locator(".monaco-keybinding").first(), attempt);
      await page.keyboard.press("Escape");
      return known || undefined;
    });
  }

  it("shows ghost text when asked for, and changes nothing yet", async () => {
    const vscode = workbench();
    before = vscode.fileText(file);
    await askAtEnd();
    await vscode.screenshot("inline-completion");
    assert.equal(vscode.fileText(file), before);
  });

  it("becomes text with Tab, where the cursor was", async () => {
    const vscode = workbench();
    if (!(await vscode.ghostText.isVisible())) await askAtEnd();
    await vscode.page.keyboard.press("Tab");
    await vscode.ghostText.waitFor({state: "detached"});
    const start = `${before.trimEnd()} `;
    const after = await vscode.saved(file, (text) => text !== before);
    assert.ok(after.startsWith(start) && after.trimEnd().length > start.length, JSON.stringify(after.slice(-40)));
  });

  it("comes while typing once it is switched on, says how sure it is, and goes away with Escape", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.inlineCompletion.minConfidence": 0});
    await toggled("Tokenscope: Toggle Inline Completion", "suggests while you type");
    await vscode.focusEditor();
    await vscode.page.keyboard.press("Enter");
    await vscode.page.keyboard.type("return ", {delay: 40});
    await vscode.ghostText.waitFor();
    const confidence = vscode.statusBar(/^\s*(< 1|\d+)\s*%$/);
    await confidence.waitFor();
    const tooltip = await vscode.hover(confidence, "Weakest token");
    assert.match(
      (await tooltip.textContent()) ?? "",
      /Tokenscope's last suggestion.*Confidence.*\d %.*Tokens.*Prompt.*reused/s
    );
    await vscode.screenshot("inline-completion-typing");
    await vscode.focusEditor();
    await vscode.page.keyboard.press("Escape");
    await vscode.ghostText.waitFor({state: "detached"});
  });

  it("stays, and shrinks, while one types what it says", async () => {
    const vscode = workbench();
    await openCode();
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    const shown = await ghost();
    assert.ok(shown.split(" ").length > 2, shown);
    await vscode.page.keyboard.type(shown.slice(0, 1));
    await vscode.until("the rest is shown", async () => (await ghost()) === shown.slice(1) || undefined);
  });

  it("is accepted word by word, and the rest stays", async () => {
    const vscode = workbench();
    const column = async () => Number(/Col (\d+)/.exec((await vscode.statusBar(/Col \d+/).textContent()) ?? "")?.[1]);
    if (!(await vscode.ghostText.isVisible())) {
      await openCode();
      await vscode.runCommand("Tokenscope: Complete at Cursor");
    }
    const start = await column();
    await ghost();
    await vscode.page.keyboard.press("Control+ArrowRight");
    await vscode.until("a word has been taken", async () => (await column()) > start || undefined);
    assert.notEqual(await ghost(), "");
    await vscode.screenshot("inline-completion-word");
  });

  it("is accepted line by line where it has several, though nothing comes by itself", async () => {
    const vscode = workbench();
    await toggled("Tokenscope: Toggle Inline Completion", "comes only on command");
    // While IntelliSense's list is open, Tab is its key, and the suggestion waits.
    await vscode.setSettings({"editor.quickSuggestions": {other: "off"}});
    await vscode.runCommand("Preferences: Open Keyboard Shortcuts (JSON)");
    await vscode.page.locator(".tab.active", {hasText: "keybindings.json"}).waitFor();
    await vscode.page.locator(".editor-instance .monaco-editor.focused").waitFor();
    await vscode.page.keyboard.press("Control+A");
    await vscode.page.keyboard.insertText(JSON.stringify(keys));
    await vscode.page.keyboard.press("Control+S");
    await keysAreKnown();
    const name = await openCode();
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    const shown = await ghost();
    await vscode.screenshot("inline-completion-lines");
    await vscode.page.keyboard.type(shown.slice(0, 2));
    await vscode.until("the rest is shown", async () => (await ghost()) === shown.slice(2) || undefined);
    await vscode.page.keyboard.press("Alt+l");
    // The rest begins with indentation: Tab indents as VS Code thinks right (llama.vscode #24), and the rest stays.
    for (const column of [1, 5, 9]) {
      await vscode.statusBar(new RegExp(`Ln 9, Col ${column}\\b`)).waitFor();
      await ghost();
      await vscode.page.keyboard.press("Tab");
    }
    await vscode.ghostText.waitFor({state: "detached"});
    const after = (await vscode.saved(name, (text) => text.split("\n").length > beforeTwoLines.length + 1)).split("\n");
    assert.equal(after[7], `${beforeTwoLines[7]}${shown}`);
    assert.ok(after[8]?.trim(), after[8]);
  });

  it("comes though IntelliSense's list is open, in its place", async () => {
    const vscode = workbench();
    await openCode();
    const list = vscode.page.locator(".suggest-widget.visible");
    await vscode.page.keyboard.press("Control+Space");
    await list.waitFor();
    await vscode.page.keyboard.press("Alt+c");
    await ghost();
    assert.equal(await list.count(), 0);
    await vscode.page.keyboard.press("Escape");
  });

  it("goes to others and back with VS Code's own keys", async () => {
    const vscode = workbench();
    await openCode();
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    const first = await ghost();
    await vscode.page.keyboard.press("Alt+BracketRight");
    const second = await vscode.until("another one is shown", async () => {
      const shown = await ghost();
      return shown === first ? undefined : shown;
    });
    await vscode.screenshot("inline-completion-next");
    await vscode.page.keyboard.press("Alt+BracketLeft");
    await vscode.until("the first one is shown", async () => (await ghost()) === first || undefined);
    await vscode.page.keyboard.press("Alt+BracketRight");
    await vscode.until("the other one is shown", async () => (await ghost()) === second || undefined);
    await vscode.page.keyboard.press("Escape");
  });

  it("is chosen from a ranked list of drawn ones, with the keyboard alone", async () => {
    const vscode = workbench();
    const name = await openCode();
    await vscode.runCommand("Tokenscope: Best of N Completions…");
    const {quickInputWidget, page} = vscode;
    await quickInputWidget.getByText(/5 drawn · temperature 0\.8/).waitFor();
    const rows = quickInputWidget.locator(".monaco-list-row").filter({hasText: "perplexity"});
    await rows.nth(1).waitFor();
    await page.keyboard.press("ArrowDown");
    await vscode.screenshot("best-of-n");
    // Just after a row has moved, the list takes no answer.
    await vscode.until("the list is closed", async (attempt) => {
      await page.keyboard.press("Enter");
      return (await isGone(quickInputWidget, attempt)) || undefined;
    });
    const shown = await ghost();
    await page.keyboard.press("Tab");
    await vscode.ghostText.waitFor({state: "detached"});
    const after = (await vscode.saved(name, (text) => text.split("\n")[7] !== beforeTwoLines[7])).split("\n");
    assert.ok(after[7]?.startsWith(`${beforeTwoLines[7]}${shown.trim()}`), JSON.stringify([after[7], shown]));
    await page.keyboard.press("Control+Z");
    await vscode.saved(name, (text) => text === `${beforeTwoLines.join("\n")}\n`);
  });

  it("leaves Tab to a snippet's next place", async () => {
    const vscode = workbench();
    await toggled("Tokenscope: Toggle Inline Completion", "suggests while you type");
    const name = await openCode();
    await vscode.goTo(1);
    await vscode.page.keyboard.press("Alt+s");
    await vscode.page.keyboard.type("left");
    await vscode.statusBar(/^\s*(< 1|\d+|–)\s*%?$/).waitFor();
    await vscode.page.keyboard.press("Tab");
    await vscode.page.keyboard.type("right");
    await vscode.saved(name, (text) => text.startsWith("pair(left, right)"));
  });

  it("comes in a language of its own only, where it is turned off for another", async () => {
    await toggled("Tokenscope: Toggle Inline Completion for This Language", /comes only on command in python/);
    await toggled("Tokenscope: Toggle Inline Completion for This Language", /while you type in python files/);
  });

  it("stays out of files that hold secrets, and says so once", async () => {
    const vscode = workbench();
    writeFileSync(path.join(vscode.workspace, ".env"), "API_TOKEN=abc\nexport const \n");
    await vscode.openFile(".env");
    await vscode.goTo(2, 14);
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    await vscode.statusBar(/No completions in .env: Tokenscope's settings exclude it/).waitFor();
    await vscode.screenshot("inline-completion-excluded");
    assert.equal(await vscode.ghostText.count(), 0);
  });
});
