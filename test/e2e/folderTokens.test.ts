import * as assert from "node:assert";
import {appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Locator} from "playwright-core";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

describe("Count Tokens in Folder in the workbench", () => {
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-folder-"));
  const folder = path.join(home, "project");
  before(() => {
    cpSync(path.join(root, "sample"), path.join(folder, "src"), {recursive: true});
    cpSync(path.join(root, "docs"), path.join(folder, "docs"), {recursive: true});
    mkdirSync(path.join(folder, "out"));
    writeFileSync(path.join(folder, "out", "built.js"), "built()\n".repeat(5000));
    writeFileSync(path.join(folder, "logo.png"), Uint8Array.of(0x89, 0x50, 0, 1));
    writeFileSync(path.join(folder, "old.txt"), Uint8Array.of(0x66, 0xfc, 0x72));
    writeFileSync(path.join(folder, ".gitignore"), "out/\n");
    writeFileSync(path.join(folder, "README.md"), "# Project\n\nSome words.\n");
  });
  const workbench = useWorkbench({workspace: folder});
  after(() => rmSync(home, {recursive: true, force: true}));

  const pane = (): Locator =>
    workbench()
      .page.locator(".split-view-view .pane")
      .filter({
        has: workbench()
          .page.locator(".pane-header")
          .filter({hasText: /Tokens in/})
      });
  const header = (): Locator => pane().locator(".pane-header");
  const row = (text: string | RegExp): Locator => pane().locator(".monaco-list-row").filter({hasText: text}).first();

  it("has a view that says what it is for", async () => {
    const icon = workbench().page.locator('.activitybar .action-item a[aria-label^="Tokenscope"]').first();
    if (!(await pane().isVisible())) await icon.click();
    // Closed at first, to leave room to the other views.
    await header().and(workbench().page.locator('[aria-expanded="false"]')).click();
    await pane().getByText("which files have most of them").waitFor();
    await workbench().screenshot("folder-welcome");
    await workbench().closeOtherViews("Tokens in");
  });

  it("counts the only folder from its button, the largest first", async () => {
    await pane().locator(".monaco-button").filter({hasText: "Count Tokens in Folder"}).click();
    await row(/^docs[\d,]+ · \d+ %$/).waitFor();
    await row("Skipped (2)").waitFor();
    const rows = await pane().locator(".monaco-list-row").allTextContents();
    assert.equal(rows[0]?.startsWith("docs"), true, rows.join("\n"));
    assert.ok(!rows.some((text) => text.startsWith("out")), rows.join("\n"));
    await header()
      .getByText(/Tokens in (?!Folder)/i)
      .waitFor();
  });

  it("opens the view where it was closed", async () => {
    await header().click();
    await row("docs").waitFor({state: "hidden"});
    await workbench().runCommand("Tokenscope: Count Tokens in Folder");
    await row(/^docs[\d,]+ · \d+ %$/).waitFor();
  });

  it("opens a file that is clicked", async () => {
    await row("docs").click();
    await row(/^metrics\.md[\d,]+ · [\d.]+ %$/).waitFor();
    await workbench().screenshot("folder-open");
    // Rows out of sight are not drawn.
    await row("docs").click();
    await row("Skipped (2)").click();
    await row(/old\.txt.*not in UTF-8/).waitFor();
    await row("README.md").click();
    await workbench().page.locator(".tab.active").filter({hasText: "README.md"}).waitFor();
  });

  for (const theme of ["dark", "highContrast", "light"] as const)
    it(`can be seen in the theme for ${theme}, in a large and a small window`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await vscode.hover(row(/^src/), "of all");
      await vscode.screenshot(`folder-${theme}`);
      const size = vscode.page.viewportSize();
      await vscode.page.setViewportSize({width: 1024, height: 640});
      await row(/^src/).waitFor();
      await vscode.screenshot(`folder-${theme}-small`);
      if (size !== null) await vscode.page.setViewportSize(size);
    });

  it("follows a file that changes", async () => {
    const before = await row("README.md").textContent();
    appendFileSync(path.join(workbench().workspace, "README.md"), "More words, and then some more.\n".repeat(50));
    await workbench().until("the new count is shown", async () => {
      const now = await row("README.md").textContent();
      return now !== before || undefined;
    });
  });

  it("copies the tree as Markdown", async () => {
    await workbench().runCommand("Tokenscope: Copy Folder Counts as Markdown");
    const text = await workbench().until("the tree is copied", async () => {
      const copied = await workbench().readClipboard();
      return copied.startsWith("# Tokens in") ? copied : undefined;
    });
    assert.match(text, /^\| `docs\/` \| [\d,]+ \| \d+ % \|$/m);
    assert.match(text, /^\| `old\.txt` \| not in UTF-8 or UTF-16 \|$/m);
  });
});
