import * as assert from "node:assert";
import {cpSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Locator} from "playwright-core";
import {GitRepository} from "../harness/gitRepository";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

describe("Score Changes in the workbench", () => {
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-repository-"));
  const folder = path.join(home, "sample");
  before(() => {
    cpSync(path.join(root, "sample"), folder, {recursive: true});
    const repository = new GitRepository(folder);
    repository.commit("sample");
    const change = (name: string, ...changes: readonly (readonly [string, string])[]) => {
      const before = repository.git("show", `HEAD:${name}`);
      const after = changes.reduce((text, [from, to]) => {
        assert.ok(text.includes(from), from);
        return text.replace(from, to);
      }, before);
      repository.write(name, after);
    };
    change(
      "retry.py",
      ["        total += value\n    return ", "        total += value\n    return total / len(values)\n"],
      ["    if attempts < 1:\n", "    if not attempts >= 1 or 1 > attempts:\n"],
      ["import random\n", "import math\nimport random\n"]
    );
    change("wordCount.ts", ["    words += 1;\n", "    words = words + 1;\n"]);
    repository.write("notes.txt", "Not known to Git yet.\n");
  });
  const workbench = useWorkbench({workspace: folder});
  after(() => rmSync(home, {recursive: true, force: true}));

  const pane = (): Locator => workbench().page.locator(".split-view-view .pane").filter({hasText: "Score Changes"});
  const row = (text: string | RegExp): Locator => pane().locator(".monaco-list-row").filter({hasText: text}).first();

  /** A button in the title of a view, or of its container if the view is alone there. */
  const action = (label: string): Locator =>
    workbench().page.locator(`.part.sidebar a[aria-label^="${label}"]`).filter({visible: true}).first();

  it("has a place in the activity bar, and says there what it is for", async () => {
    const icon = workbench().page.locator('.activitybar .action-item a[aria-label^="Tokenscope"]').first();
    // A click on an open view closes it.
    if (!(await pane().isVisible())) await icon.click();
    await pane().getByText("not a way to find bugs").waitFor();
    await workbench().screenshot("changes-welcome");
    await workbench().closeOtherViews("Score Changes");
  });

  it("scores every change, files first", async () => {
    const button = pane().locator(".monaco-button").filter({hasText: "Score Changes"});
    if (await button.isVisible()) await button.click();
    await row(/^All changes[\d,]+ bits removed, [\d,]+ bits added/).waitFor();
    await row(/^\d+\.\d\d → .* · L\d+.* · .*bits\/byte/).waitFor();
    const number = /\d+\.\d\d → \d+\.\d\d \([−+±]\d+ %\) bits\/byte/;
    for (const name of ["Replaced lines", "retry.py", "wordCount.ts"])
      await row(name).filter({hasText: number}).waitFor();
    await row("notes.txt")
      .filter({hasText: /added, [\d.]+ bits\/byte · untracked/})
      .waitFor();
    await workbench().page.locator(".notification-toast").first().waitFor({state: "detached"});
    const rows = await pane().locator(".monaco-list-row").allTextContents();
    assert.equal(rows.length, 11, rows.join("\n"));
  });

  for (const theme of ["dark", "highContrast", "light"] as const)
    it(`can be seen in the theme for ${theme}`, async () => {
      await workbench().setTheme(theme);
      await workbench().hover(row(/· L2\d/), "difference:");
      await workbench().screenshot(`changes-${theme}`);
      await row("All changes").hover();
    });

  it("tells a screen reader the direction that the arrow shows", async () => {
    const labels = await pane()
      .locator(".monaco-list-row")
      .evaluateAll((rows) => rows.map((one) => one.getAttribute("aria-label") ?? ""));
    assert.ok(
      labels.some((label) => /^Replaced lines.*, (more|less|as) surprising.*before, [\d.]+ after$/.test(label)),
      labels.join("\n")
    );
    assert.ok(
      labels.some((label) => /^line 28, (more|less) surprising, [\d.]+ bits per byte before, [\d.]+ after/.test(label)),
      labels.join("\n")
    );
  });

  it("opens the diff at the change that is clicked", async () => {
    const {page} = workbench();
    await row("retry.py").waitFor();
    await row("· L28 ·").click();
    await page.locator(".tab.active").filter({hasText: "retry.py (HEAD ↔ working tree)"}).waitFor();
    await page.locator(".monaco-diff-editor .view-line").filter({hasText: "attempts"}).first().waitFor();
    await workbench().screenshot("changes-diff");
  });

  it("sorts by what became more surprising", async () => {
    const files = async () =>
      (await pane().locator(".monaco-list-row").allTextContents()).filter((text) => /\.(py|ts|txt)/.test(text));
    await pane().hover();
    if (await action("Sort Changes by File").isVisible()) await action("Sort Changes by File").click();
    await action("Sort Changes by Difference").waitFor();
    const byFile = await files();
    await action("Sort Changes by Difference").click();
    await action("Sort Changes by File").waitFor();
    const byDifference = await files();
    assert.deepEqual(byDifference.toSorted(), byFile.toSorted());
    const percents = byDifference.flatMap((text) => /\(([−+±]\d+) %\)/.exec(text)?.[1] ?? []);
    assert.equal(percents.length, 2);
  });

  it("is in the menu of the source control view too, and says when there is nothing to score", async () => {
    const vscode = workbench();
    const {page} = vscode;
    const repository = new GitRepository(vscode.workspace);
    if (repository.git("status", "--porcelain") !== "") repository.commit();
    const scm = page.locator(".part.sidebar").filter({has: page.locator(".scm-view"), visible: true});
    if (!(await scm.isVisible()))
      await page.locator('.activitybar .action-item a[aria-label^="Source Control"]').first().click();
    const header = page.locator(".part.sidebar .pane-header").filter({hasText: "Changes"}).first();
    await header.hover();
    await header.locator('a[aria-label*="More Actions"]').click();
    await page.locator(".monaco-menu").getByText("Score Changes").first().waitFor();
    await vscode.screenshot("changes-menu");
    await page.locator(".monaco-menu").getByText("Score Changes").first().click();
    await pane().getByText("there is nothing to score").waitFor();
    await vscode.screenshot("changes-clean");
  });
});
