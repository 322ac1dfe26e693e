import * as assert from "node:assert/strict";
import {copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import type {Frame} from "playwright-core";
import {vocabularyFile} from "../engine/vocabularyFiles";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";
import {appears} from "../harness/workbench";

const languages = [
  "The model reads your text as tokens.",
  "Das Modell liest den Text als Tokens.",
  "मॉडल आपका पाठ टोकन के रूप में पढ़ता है।",
  "မော်ဒယ်သည် သင့်စာသားကို တိုကင်များအဖြစ် ဖတ်သည်။",
  "模型把你的文本读作标记。",
  "يقرأ النموذج نصك على شكل رموز.",
  "Модель читает ваш текст как токены.",
  "Mô hình đọc văn bản của bạn dưới dạng token."
];

/** The sample workspace with a text in eight languages, and vocabularies beside it. */
function workspaceWithVocabularies(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-compare-"));
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  writeFileSync(path.join(folder, "languages.txt"), `${languages.join("\n")}\n`);
  mkdirSync(path.join(folder, "vocabularies"));
  for (const name of ["gpt-2", "llama-spm", "bert-bge"])
    copyFileSync(vocabularyFile(name), path.join(folder, "vocabularies", `${name}.gguf`));
  mkdirSync(path.join(folder, "texts"));
  for (const [i, sentence] of languages.entries()) writeFileSync(path.join(folder, "texts", `${i}.txt`), sentence);
  writeFileSync(path.join(folder, "vocabularies", "broken.gguf"), "GGUF, but no model at all");
  // Before the window is opened: the list of models looks at the folders at once.
  mkdirSync(path.join(folder, ".vscode"), {recursive: true});
  writeFileSync(
    path.join(folder, ".vscode/settings.json"),
    JSON.stringify({"tokenscope.modelFolders": ["vocabularies"]})
  );
  return folder;
}

describe("Tokenizers compared in the workbench", () => {
  const workspace = workspaceWithVocabularies();
  after(() => rmSync(workspace, {recursive: true, force: true}));
  const workbench = useWorkbench({workspace});
  let view: Frame;

  const tokenizers = () => view.locator(".tokenizers tbody tr");
  const lines = () => view.locator(".lines > li");

  it("are chosen in a list, the model in use first", async () => {
    const vscode = workbench();
    await vscode.openFile("languages.txt");
    await vscode.runCommand("Tokenscope: Compare Tokenizers");
    const row = (name: string) => vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: name});
    await row("in use, compared with first").waitFor();
    for (const name of ["gpt-2", "llama-spm", "bert-bge", "broken"]) {
      await row(name).waitFor();
      await row(name).locator("input[type=checkbox], .monaco-checkbox").first().click();
    }
    await vscode.screenshot("compare-tokenizers-choice");
    await vscode.quickInputWidget.getByText("OK", {exact: true}).click();
    view = await vscode.webview(".tokenizers .share");
    await view.locator(".lines").waitFor();
    await view.locator(".failed").waitFor();
    assert.equal(await tokenizers().count(), 5);
    assert.match((await tokenizers().first().textContent()) ?? "", /Tokenscope Tiny Coder\s*\d[\d,]*\s*1\.00 ×/);
  });

  it("show how each cuts a line, in every theme and size", async () => {
    const vscode = workbench();
    assert.equal(await lines().count(), languages.length);
    assert.match((await view.locator("h2").textContent()) ?? "", /8 of 8 lines are cut differently/);
    assert.equal((await lines().first().locator(".cut.differs").count()) > 0, true);
    // BERT's tokenizer rewrites text.
    await view.getByText("rewrites the text before it cuts it").waitFor();
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await vscode.setTheme(theme);
      await vscode.screenshot(`compare-tokenizers-${theme}`);
    }
    await vscode.page.setViewportSize({width: 1024, height: 640});
    await vscode.screenshot("compare-tokenizers-small");
    await vscode.page.setViewportSize({width: 1280, height: 800});
  });

  it("are copied as Markdown", async () => {
    const vscode = workbench();
    await view.getByText("Copy as Markdown").click();
    const text = await vscode.until("the table is on the clipboard", async () => {
      const copied = await vscode.readClipboard();
      return copied.includes("| Tokenizer | Tokens |") ? copied : undefined;
    });
    assert.equal(text.trim().split("\n").length, 9);
  });

  it("compare a folder, from the explorer's menu", async () => {
    const vscode = workbench();
    await vscode.page.keyboard.press("Control+Shift+E");
    const folder = vscode.page.locator(".explorer-viewlet .monaco-list-row").filter({hasText: "texts"}).first();
    await folder.click({button: "right"});
    const command = vscode.page.locator(".context-view .action-label").filter({hasText: "Compare Tokenizers"});
    const submenu = vscode.page.locator(".context-view .action-label").filter({hasText: "Tokenscope"});
    // A menu that has just opened ignores clicks.
    await vscode.until("the list is open", async (attempt) => {
      if (await command.isVisible()) await command.click({timeout: attempt}).catch(() => undefined);
      else await submenu.hover({timeout: attempt}).catch(() => undefined);
      return (await appears(vscode.quickInputWidget, attempt)) || undefined;
    });
    // Those of the last time are chosen.
    await vscode.quickInputWidget.getByText("5 Selected").waitFor();
    await vscode.quickInputWidget.getByText("OK", {exact: true}).click();
    await view.getByText("8 files").waitFor();
    await vscode.until("all tokenizers have counted", async () =>
      (await view.locator(".tokenizers .share").count()) === 4 ? true : undefined
    );
    assert.equal(await view.locator(".lines").count(), 0);
  });

  it("are asked for again after a reload", async () => {
    const vscode = workbench();
    await vscode.reload();
    view = await vscode.webview(".state");
    await view.getByText("Compare Again").click();
    await view.getByText("8 files").waitFor();
  });
});
