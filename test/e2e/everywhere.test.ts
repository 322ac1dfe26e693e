import * as assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Locator} from "playwright-core";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

interface Key {
  readonly key: string;
  readonly command: string;
}

describe("What stands beside the text", () => {
  const workbench = useWorkbench();
  const menuRow = (text: string): Locator =>
    workbench().page.locator(".monaco-menu .action-menu-item").filter({hasText: text}).first();

  it("is counted after a start without a click, once the editor is quiet", async () => {
    const vscode = workbench();
    await vscode.openFile("prompt.md");
    await vscode.statusBar(/\d+ tokens/).waitFor();
    await vscode.reload();
    // The window's new extension host has had no click and no key.
    await vscode.statusBar(/\d+ tokens/).waitFor();
  });

  it("has a button above the editor, which a setting takes away", async () => {
    const vscode = workbench();
    const button = vscode.page.locator(".editor-actions").getByRole("button", {name: "Show Logprobs"}).first();
    await button.waitFor();
    await vscode.screenshot("title-button");
    await vscode.setSettings({"tokenscope.titleButton": false});
    await button.waitFor({state: "detached"});
    await vscode.setSettings({"tokenscope.titleButton": true});
    await button.click();
    await vscode.webview("#tokens .token");
    await vscode.runCommand("View: Close All Editors");
  });

  it("has one submenu in the editor's context menu", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.goTo(1);
    await vscode.page.keyboard.press("Shift+F10");
    await menuRow("Tokenscope").hover();
    for (const row of [
      "Perplexity of Selection",
      "Show Logprobs",
      "Toggle Surprisal Heatmap",
      "Count Tokens",
      "Complete at Cursor"
    ])
      await menuRow(row).waitFor();
    await vscode.screenshot("context-menu-editor");
    await menuRow("Count Tokens").click();
    await vscode.notification(/retry\.py: \d+ tokens/).waitFor();
    await vscode.clearNotifications();
  });

  it("has one submenu in the explorer's context menu", async () => {
    const vscode = workbench();
    await vscode.page
      .locator(".explorer-folders-view .monaco-list-row")
      .filter({hasText: "retry.py"})
      .click({button: "right"});
    await menuRow("Tokenscope").hover();
    for (const row of ["Compare Tokenizers", "Set Token Budget…"]) await menuRow(row).waitFor();
    await vscode.screenshot("context-menu-explorer");
    await vscode.page.keyboard.press("Escape");
    await vscode.page.keyboard.press("Escape");
  });

  it("has keys that VS Code has not", async () => {
    const vscode = workbench();
    await vscode.runCommand("View: Close All Editors");
    await vscode.runCommand("Preferences: Open Default Keyboard Shortcuts (JSON)");
    await vscode.page.locator(".editor-instance .view-lines .view-line").first().waitFor();
    const text = await vscode.until("the default keys are in the clipboard", async () => {
      await vscode.focusEditor();
      await vscode.page.keyboard.press("Control+A");
      await vscode.page.keyboard.press("Control+C");
      const copied = await vscode.readClipboard();
      return copied.includes('"key"') ? copied : undefined;
    });
    const all = [...text.matchAll(/"key":\s*"([^"]+)",\s*"command":\s*"([^"]+)"/g)].map(
      ([, key = "", command = ""]): Key => ({key, command})
    );
    assert.ok(all.length > 500, `${all.length} keys`);
    const {contributes} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    const ours: readonly Key[] = contributes.keybindings;
    const theirs = all.filter(({command}) => !command.startsWith("tokenscope."));
    for (const {key, command} of ours) {
      const written = key.replace("ctrl+k alt+", "ctrl+k alt+");
      assert.ok(
        all.some((one) => one.key === written && one.command === command),
        `VS Code has ${key} for ${command}`
      );
      // Neither the same keys, nor keys that begin with them, nor those that they begin with.
      const first = written.split(" ").slice(0, -1).join(" ");
      const collisions = theirs.filter(
        (one) => one.key === written || one.key.startsWith(`${written} `) || (first !== "" && one.key === first)
      );
      assert.deepEqual(
        collisions.filter((one) => one.key !== "ctrl+k"),
        []
      );
    }
    assert.equal(new Set(ours.map(({key}) => key)).size, ours.length);
  });

  it("runs a command by its keys", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.goTo(1);
    await vscode.page.keyboard.press("Control+K");
    await vscode.page.keyboard.press("Alt+M");
    await vscode.quickInputWidget.getByText("the demonstration model").waitFor();
    await vscode.page.keyboard.press("Escape");
    await vscode.goTo(1);
    await vscode.page.keyboard.press("Control+K");
    await vscode.page.keyboard.press("Alt+T");
    await vscode.notification(/retry\.py: \d+ tokens/).waitFor();
  });
});

describe("The status of inline completion", () => {
  const workbench = useWorkbench();
  const item = (says: RegExp): Locator =>
    workbench().page.locator(".statusbar-item a[role=button]").and(workbench().page.getByLabel(says)).first();
  const menu = (): Locator => workbench().quickInputWidget.filter({hasText: "Inline Completion"});

  it("stays once it is on; its menu says what it waits for, and lets it rest", async () => {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.runCommand("Tokenscope: Toggle Inline Completion");
    await item(/it suggests when you pause/).click();
    await menu().getByText("Inline completion is on: it suggests when you pause.").waitFor();
    await vscode.screenshot("completion-menu");
    await menu().getByText("Snooze for 15 Minutes").click();
    await item(/snoozed until/).click();
    await menu().getByText("End Snooze").waitFor();
    await vscode.screenshot("completion-menu-snoozed");
    await menu().getByText("End Snooze").click();
    await item(/it suggests when you pause/).waitFor();
  });

  it("says that a file is excluded, and that it is off", async () => {
    const vscode = workbench();
    await vscode.setSettings({"tokenscope.inlineCompletion.exclude": ["retry.py"]});
    await vscode.goTo(3);
    // VS Code reads the settings a moment later, and only the next key asks again.
    await vscode.until("the file is excluded", async (attempt) => {
      // A letter would open the list of IntelliSense.
      await vscode.page.keyboard.press("Enter");
      return (await appears(item(/exclude names it/), attempt)) || undefined;
    });
    await item(/exclude names it/).click();
    await menu().getByText("Enter opens the setting.").waitFor();
    await vscode.screenshot("completion-menu-excluded");
    await vscode.page.keyboard.press("Escape");
    await vscode.runCommand("Tokenscope: Toggle Inline Completion for This Language");
    await item(/off in python files/).click();
    await menu().getByText("Turn On for python").waitFor();
    await vscode.screenshot("completion-menu-off");
    await vscode.page.keyboard.press("Escape");
  });
});
