import * as assert from "node:assert/strict";
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {allHostile} from "../harness/hostileText";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

/** All characters with a meaning in VS Code, except those that no file name may have. */
const meaning = "$(flame) [x](command:workbench.action.quit) <img src=x onerror='globalThis.hurt = 1'> \u202egnp";
const fileName = `hostile ${meaning}.md`;
const modelFile = `model ${meaning}.gguf`;
/** The hostile text, without characters that make VS Code ask about the file. */
const text = allHostile.replace(/[\0\u2028\u2029]/g, "");
const ownName = "Tokenscope Tiny Coder";
/** A hostile name of the same length, so that nothing in the file moves. */
const modelName = "<img src=x onerror=a>";

/** A workspace with hostile texts in a file, in a file name and in a model's name. */
function hostileWorkspace(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-hostile-"));
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  writeFileSync(path.join(folder, fileName), `${text}\n`.repeat(3));
  const model = readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"));
  model.write(modelName, model.indexOf(ownName), "utf8");
  writeFileSync(path.join(folder, modelFile), model);
  return folder;
}

describe("A stranger's texts in the workbench", () => {
  const workspace = hostileWorkspace();
  after(() => rmSync(workspace, {recursive: true, force: true}));
  const settings = {"tokenscope.model": `\${workspaceFolder}/${modelFile}`};
  const workbench = useWorkbench({workspace, settings});
  const refused: string[] = [];
  const rows = () => workbench().page.locator(".quick-input-list .monaco-list-row");

  /** Checks that everything shown is still plain text. */
  async function nothingRan(): Promise<void> {
    for (const frame of workbench().page.frames()) {
      const look = "[globalThis.hurt, document.querySelectorAll('img[src=x], [onerror]').length]";
      const hurt = await frame.evaluate(look).catch((error: unknown) => {
        // An element may have gone meanwhile.
        if (!frame.isDetached()) throw error;
        return [undefined, 0];
      });
      assert.deepEqual(hurt, [undefined, 0], frame.url());
    }
    assert.deepEqual(refused, []);
  }

  it("are text in the status bar and its tooltip", async () => {
    const vscode = workbench();
    vscode.page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text()) && /script|img/.test(message.text()))
        refused.push(message.text());
    });
    await vscode.statusBar("Tokens").waitFor();
    await vscode.page.locator(".explorer-viewlet .monaco-list-row").filter({hasText: "hostile"}).dblclick();
    await vscode.page.locator(".editor-instance .view-lines .view-line").first().waitFor();
    await vscode.goTo(2);
    const item = vscode.statusBar(/\d+ tokens/);
    const tooltip = await vscode.hover(item, modelName);
    const text = (await tooltip.textContent()) ?? "";
    assert.ok(text.includes("[x](command:workbench.action.quit)") && text.includes("\\u{202e}"), text);
    assert.equal(await tooltip.locator(".codicon-flame").count(), 0);
    assert.deepEqual(await tooltip.locator("a").allTextContents(), ["Select Model…", "Model Info"]);
    await vscode.screenshot("hostile-tooltip");
    await nothingRan();
  });

  it("are text in a notification", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Count Tokens");
    const message = vscode.notification(/[\d,]+ tokens, [\d,]+ characters/);
    await message.waitFor();
    assert.equal(await message.locator(".notification-list-item-message a, .codicon-flame").count(), 0);
    await vscode.screenshot("hostile-notification");
    await nothingRan();
  });

  it("are text in the hover over a selection, whose links lead to our commands alone", async () => {
    const vscode = workbench();
    await vscode.clearNotifications();
    await vscode.selectLines(1, 4);
    // Opened by keys: a mouse from the status bar would bring along its tooltip.
    for (const key of ["Control+K", "Control+I"]) await vscode.page.keyboard.press(key);
    const hover = vscode.page.locator(".monaco-hover-content").filter({hasText: "characters per token"}).first();
    await hover.getByText(modelName).waitFor();
    assert.deepEqual(
      (await hover.locator("a").allTextContents()).map((text) => text.trim()),
      ["Perplexity", "Logprobs", "As Chat"]
    );
    assert.equal(await hover.locator(".codicon-flame").count(), 0);
    await vscode.screenshot("hostile-hover");
    await hover.getByText("Logprobs").click();
    const view = await vscode.webview("#tokens .token");
    assert.ok((await view.locator("h1").textContent())?.includes("\\u{202e}gnp.md, lines 1–4"));
    assert.ok((await view.locator("header").textContent())?.includes(modelName));
    await view.locator("#tokens .token").nth(2).hover();
    await view.locator("#details ol.chart li").nth(9).waitFor();
    await vscode.screenshot("hostile-logprobs");
    await nothingRan();
  });

  it("are text in lists and in views", async () => {
    const vscode = workbench();
    await vscode.focusEditor();
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await rows().getByText("Cross entropy").waitFor();
    await vscode.screenshot("hostile-list");
    assert.equal(await vscode.quickInputWidget.locator(".codicon-flame").count(), 0);
    await vscode.page.keyboard.press("Escape");
    await vscode.focusEditor();
    await vscode.runCommand("Tokenscope: Show Surprising Lines");
    const line = vscode.page.locator(".pane-body .monaco-list-row").filter({hasText: / · L\d+ · /});
    await line.first().waitFor();
    assert.equal(await vscode.page.locator(".part.sidebar .codicon-flame").count(), 0);
    await vscode.screenshot("hostile-lines");
    await vscode.runCommand("Tokenscope: Show Model Info");
    const view = await vscode.webview("#metadata-title");
    assert.equal(await view.locator("h1").textContent(), modelName);
    await vscode.screenshot("hostile-model");
    await nothingRan();
  });
});
