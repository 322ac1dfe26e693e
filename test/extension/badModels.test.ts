import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {asEmbeddingModel, withUnknownArchitecture} from "./support/brokenModels";
import {closeEditors, placeCursor, showText, temporaryFolder, userSettings} from "./support/editors";
import {demonstrationModel} from "./support/extension";
import {until} from "./support/until";
import {type Message, watchWindow} from "./support/watchedWindow";

const code = "def add(a, b):\n    return \n";

describe("a model that can't be used", () => {
  const window = watchWindow();
  const set = userSettings();
  const folder = temporaryFolder();
  afterEach(() => vscode.commands.executeCommand("workbench.action.closeQuickOpen"));
  after(closeEditors);

  const model = () => readFileSync(demonstrationModel);
  const write = (name: string, content: () => string | Uint8Array) => () => folder.write(name, content());
  const unusable: Record<string, {readonly file: () => string; readonly says: RegExp}> = {
    "a path where nothing is": {
      file: () => path.join(folder.path, "missing.gguf"),
      says: /^There is no model file "missing\.gguf"/
    },
    "a folder": {file: () => folder.path, says: /is a folder/},
    "a text file": {file: write("text.gguf", () => "This is no model.\n"), says: /^"text\.gguf" is not a GGUF file/},
    "an empty file": {file: write("empty.gguf", () => ""), says: /^"empty\.gguf" is not a GGUF file/},
    "a model cut off in its weights": {
      file: write("half.gguf", () => model().subarray(0, model().length / 2)),
      says: /^"half\.gguf" is incomplete or damaged/
    },
    "a model cut off in its vocabulary": {
      file: write("start.gguf", () => model().subarray(0, 100_000)),
      says: /^"start\.gguf" is incomplete or damaged/
    },
    "a model cut off in its first lines": {
      file: write("header.gguf", () => model().subarray(0, 400)),
      says: /^"header\.gguf" is incomplete or damaged/
    },
    "a model of an unknown architecture": {
      file: write("unknown.gguf", withUnknownArchitecture),
      says: /^"unknown\.gguf" has an architecture that this version does not know \("xlama"\)/
    }
  };

  const requests: Record<string, () => Promise<void>> = {
    "Count Tokens": async () => vscode.commands.executeCommand("tokenscope.countTokens"),
    Perplexity: async () => vscode.commands.executeCommand("tokenscope.perplexity"),
    "Complete at Cursor": async () => {
      await vscode.commands.executeCommand("tokenscope.complete");
      // In older VS Codes the command ends before the answer comes.
      await until(() => window().works.some(({title, ended}) => title === "Completing" && ended));
    }
  };

  /** The only message: an error in one sentence, without technical details. */
  async function oneSentence(): Promise<Message> {
    const message = await until(() => window().messages[0]);
    assert.deepEqual(window().messages.slice(1), []);
    assert.equal(message.severity, "error");
    assert.match(message.text, /^[^\n]+[^.\n]\.$/);
    assert.doesNotMatch(message.text, /Error|\bat \w+ \(|\/tmp|undefined|\. [A-Z]/);
    return message;
  }

  /** Every kind of request gets its answer from the demonstration model. */
  async function everythingWorks(editor: vscode.TextEditor): Promise<void> {
    window().forget();
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.match(window().messages[0]?.text ?? "", /\(Tokenscope Tiny Coder, Q8_0\)$/);
    await vscode.commands.executeCommand("tokenscope.perplexity");
    assert.equal(window().lists.length, 1);
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await vscode.window.showTextDocument(editor.document);
    placeCursor(editor, "return ");
    await vscode.commands.executeCommand("tokenscope.complete");
    await until(async () => {
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
      return editor.document.getText() !== code;
    });
    assert.deepEqual(window().errors, []);
  }

  async function showCode(): Promise<vscode.TextEditor> {
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    return editor;
  }

  for (const [name, {file, says}] of Object.entries(unusable))
    describe(`: ${name}`, () => {
      for (const [request, run] of Object.entries(requests))
        it(`is said in one sentence with a way out by ${request}`, async () => {
          await set("model", file());
          await showCode();
          await run();
          const {text, buttons} = await oneSentence();
          assert.match(text, says);
          assert.deepEqual(buttons, ["Select Model…", "Use Demonstration Model"]);
        });

      it("is left behind by its button, and everything works", async () => {
        await set("model", file());
        const editor = await showCode();
        window().answer("Use Demonstration Model");
        await vscode.commands.executeCommand("tokenscope.countTokens");
        assert.equal(vscode.workspace.getConfiguration("tokenscope").get("model"), "");
        assert.match(window().messages.at(-1)?.text ?? "", /^Tokenscope uses Tokenscope Tiny Coder \(Q8_0\)/);
        await everythingWorks(editor);
      });
    });

  describe(": an embedding model", () => {
    const file = write("embedding.gguf", asEmbeddingModel);

    it("counts tokens", async () => {
      await set("model", file());
      await showCode();
      await requests["Count Tokens"]?.();
      assert.match(window().messages[0]?.text ?? "", /^Untitled-\d+: \d+ tokens/);
    });

    for (const request of ["Perplexity", "Complete at Cursor"])
      it(`is said in one sentence with a way out by ${request}`, async () => {
        await set("model", file());
        await showCode();
        await requests[request]?.();
        const {text, buttons} = await oneSentence();
        assert.equal(
          text,
          `"embedding.gguf" is an embedding model and predicts no tokens, so it can't score or complete: choose a text generation model.`
        );
        assert.deepEqual(buttons, ["Select Model…", "Use Demonstration Model"]);
      });

    it("is left behind by its button, and everything works", async () => {
      await set("model", file());
      const editor = await showCode();
      window().answer("Use Demonstration Model");
      await requests["Complete at Cursor"]?.();
      await until(() => window().messages.some(({severity}) => severity === "information"));
      await everythingWorks(editor);
    });
  });

  it("is said by the hover too, instead of its numbers", async () => {
    await set("model", path.join(folder.path, "missing.gguf"));
    const editor = await showCode();
    editor.selection = new vscode.Selection(0, 0, 0, 7);
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      editor.document.uri,
      new vscode.Position(0, 2)
    );
    const [content] = hover?.contents ?? [];
    assert.ok(content instanceof vscode.MarkdownString);
    assert.match(content.value, /^There is no model file /);
    assert.deepEqual(window().messages, []);
  });

  it("is said once while typing, not at every key", async () => {
    await set("model", path.join(folder.path, "missing.gguf"));
    await set("inlineCompletion.enabled", true);
    await set("inlineCompletion.delay", 0);
    const editor = await showCode();
    await vscode.commands.executeCommand("type", {text: "a"});
    await oneSentence();
    await vscode.commands.executeCommand("type", {text: "b"});
    await vscode.commands.executeCommand("type", {text: "c"});
    await requests["Complete at Cursor"]?.();
    // One request while typing, and an explicit one.
    assert.equal(window().messages.length, 2);
    assert.equal(editor.document.getText(), code.replace("return ", "return abc"));
  });

  it("because its device isn't there is said with the way to the devices, and another device works", async function () {
    if (process.platform === "darwin") this.skip();
    await set("gpu", "metal");
    const editor = await showCode();
    await requests["Perplexity"]?.();
    const {buttons} = await oneSentence();
    assert.deepEqual(buttons, ["Show GPU", "Show Log"]);
    await set("gpu", "auto");
    await everythingWorks(editor);
  });
});
