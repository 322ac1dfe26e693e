import * as assert from "node:assert/strict";
import {mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {ModelServer} from "../harness/modelServer";
import {makeOllamaStore, renamedModel} from "../harness/ollamaStore";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

/** The first ten minutes in one go: each part of them has its own tests elsewhere. */
describe("A new user, with the package in an empty VS Code", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-new-user-"));
  const second = renamedModel(f16, "Tokenscope Tiny Coder", "Tokenscope Tiny Plain");
  makeOllamaStore(path.join(folder, "ollama"), {"tiny-plain:f16": second});
  mkdirSync(path.join(folder, "home"));
  let server: ModelServer;
  let first: string | undefined;
  let others: string | undefined;

  before(async () => {
    server = await ModelServer.start();
  });
  const workbench = useWorkbench({
    env: {HOME: path.join(folder, "home"), OLLAMA_MODELS: path.join(folder, "ollama")}
  });
  after(async () => {
    await server.stop();
    rmSync(folder, {recursive: true, force: true});
  });

  /** The perplexity of the walkthrough's sample, by its own button. */
  async function samplesPerplexity(): Promise<string> {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Open Walkthrough");
    const step = vscode.page.locator('[data-step-id="tokenscope.tokenscope#firstMinutes#perplexity"]');
    await step.locator(".step-title").click();
    await step.locator(".monaco-button").filter({hasText: "Measure Perplexity"}).click();
    const result = vscode.quickInputWidget.filter({hasText: "Perplexity of perplexity.md"});
    const value = await result.getByText(/^[\d.]+ ± [\d.]+$/).textContent();
    await vscode.page.keyboard.press("Escape");
    await result.waitFor({state: "hidden"});
    assert.ok(value);
    return value;
  }

  it("measures a sample with the model in the box, by the walkthrough", async () => {
    first = await samplesPerplexity();
  });

  it("chooses a model that Ollama has, and the numbers change", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Select Model…");
    await vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "tiny-plain:f16"}).click();
    await vscode.notification(/Tokenscope uses Tokenscope Tiny Plain \(F16\)/).waitFor();
    others = await samplesPerplexity();
    assert.notEqual(others, first);
    await vscode.runCommand("Notifications: Clear All Notifications");
  });

  it("downloads it again over a connection that breaks, and the numbers are the same", async () => {
    const vscode = workbench();
    const uri = server.serve("tiny-plain-f16.gguf", {content: second, breaks: [3 << 20]});
    await vscode.runCommand("Tokenscope: Download Model…");
    await vscode.quickInputWidget.locator("input").first().fill(uri);
    await vscode.page.keyboard.press("Enter");
    const question = vscode.page.locator(".monaco-dialog-box");
    await question.getByRole("button", {name: "Download"}).click();
    const done = vscode.notification("tiny-plain-f16.gguf was downloaded.");
    await done.waitFor({timeout: 60_000});
    // Less than the file and what was read of its header before: what had come before the break was not fetched again.
    assert.ok(server.sent < second.length * 1.5, `${server.sent} bytes of ${second.length}`);
    // The last model was told in the same words.
    await vscode.notification(/Tokenscope uses/).waitFor({state: "detached"});
    const used = vscode.notification(/Tokenscope uses Tokenscope Tiny Plain \(F16\)/);
    // Notifications move while others come and go.
    await vscode.until("the model is used", async () => {
      await done
        .getByRole("button", {name: "Use Model", exact: true})
        .click({timeout: 1000})
        .catch(() => undefined);
      await used.waitFor({timeout: 5000}).catch(() => undefined);
      return (await used.isVisible()) || undefined;
    });
    await vscode.runCommand("Tokenscope: Select Model…");
    await vscode.quickInputWidget
      .locator(".monaco-list-row")
      .filter({hasText: "tiny-plain-f16"})
      .filter({hasText: /in use/})
      .waitFor();
    await vscode.screenshot("new-user-models");
    await vscode.page.keyboard.press("Escape");
    assert.equal(await samplesPerplexity(), others);
  });
});
