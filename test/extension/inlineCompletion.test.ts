import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {beforeTwoLines} from "../harness/twoLines";
import {withoutInfill} from "./support/brokenModels";
import {closeEditors, placeCursor, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {engineProcess, engineProcesses, mappedFiles, noProcesses} from "./support/engineProcess";
import {demonstrationModel} from "./support/extension";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const code = "def add(a, b):\n    return \n";

describe("inline completion", () => {
  const window = watchWindow();
  const set = userSettings();
  const folder = temporaryFolder();
  after(closeEditors);

  /** Requests a completion like the command, and waits for the model's answer. */
  async function complete(): Promise<void> {
    const before = window().works.length;
    await vscode.commands.executeCommand("tokenscope.complete");
    await until(() =>
      window()
        .works.slice(before)
        .find(({title, ended}) => title === "Completing" && ended)
    );
  }

  /** Accepts the ghost text like Tab. Tests can't see when it is drawn, so this is repeated until it works. */
  async function accept({document}: vscode.TextEditor): Promise<string> {
    const {version} = document;
    await until(async () => {
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
      return document.version > version;
    });
    return document.getText();
  }

  /** Sends a count, after which the engine has handled all earlier requests. */
  async function engineAnswers(): Promise<void> {
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.equal(window().messages.at(-1)?.severity, "information");
  }

  it("comes when asked for, and is written when it is accepted", async () => {
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    await complete();
    const accepted = await accept(editor);
    const [before, after] = ["def add(a, b):\n    return ", "\n"];
    assert.ok(accepted.startsWith(before) && accepted.endsWith(after) && accepted.length > code.length, accepted);
    assert.deepEqual(window().messages, []);
  });

  it("writes nothing until it is accepted", async () => {
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    const {version} = editor.document;
    await complete();
    await engineAnswers();
    assert.deepEqual([editor.document.getText(), editor.document.version], [code, version]);
    await vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
    await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
    assert.deepEqual([editor.document.getText(), editor.document.version], [code, version]);
  });

  it("is accepted by word and by line, and the rest stays, though nothing comes by itself", async () => {
    const before = beforeTwoLines.join("\n");
    const editor = await showText(`${before}\n`, "python");
    placeCursor(editor, before);
    await complete();
    const parts: string[] = [];
    for (const how of ["acceptNextWord", "acceptNextLine", "commit"]) {
      const {version} = editor.document;
      const length = editor.document.getText().length;
      const from = editor.document.offsetAt(editor.selection.active);
      await until(async () => {
        await vscode.commands.executeCommand(`editor.action.inlineSuggest.${how}`);
        return editor.document.version > version;
      });
      parts.push(editor.document.getText().slice(from, from + editor.document.getText().length - length));
    }
    const [word = "", line = "", rest = ""] = parts;
    assert.match(word, /^\S+\s?$/);
    assert.match(line, /\S.*\n$/);
    assert.ok(rest.trim().length > 0 && !rest.includes("\n"), rest);
    assert.equal(editor.document.getText(), `${before}${parts.join("")}\n`);
    assert.deepEqual(window().messages, []);
  });

  it("keeps a CRLF file's line ends", async () => {
    const file = folder.write("crlf.py", "def fib(n):\r\n    if n < 2:\r\n        return n\r\n    return \r\n");
    const editor = await showFile(file);
    placeCursor(editor, "    return ");
    placeCursor(editor, "return n\r\n    return ");
    await complete();
    const accepted = await accept(editor);
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    assert.equal(accepted.replaceAll("\r\n", "").match(/[\r\n]/), null);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  it("is forgotten when the text has moved on", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showText(code, "python");
    await engineAnswers();
    window().forget();
    placeCursor(editor, "return ");
    const engine = await engineProcess();
    process.kill(engine, "SIGSTOP");
    try {
      const running = vscode.commands.executeCommand("tokenscope.complete");
      const work = await until(() => window().works.find(({title}) => title === "Completing"));
      await vscode.commands.executeCommand("type", {text: "a"});
      await until(() => work.ended);
      await running;
    } finally {
      process.kill(engine, "SIGCONT");
    }
    await engineAnswers();
    await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
    assert.equal(editor.document.getText(), code.replace("return ", "return a"));
    assert.deepEqual(window().errors, []);
  });

  describe("while typing", () => {
    /** Types like a person, and waits until VS Code has asked its providers. */
    async function type(text: string): Promise<void> {
      let asked = false;
      const provider = vscode.languages.registerInlineCompletionItemProvider("*", {
        provideInlineCompletionItems: (_document, _position, context) => {
          asked ||= context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
          return [];
        }
      });
      try {
        await vscode.commands.executeCommand("type", {text});
        await until(() => asked);
      } finally {
        provider.dispose();
      }
    }

    it("stays away by default", async () => {
      await set("inlineCompletion.delay", 0);
      const editor = await showText("def add(a, b):\n    return\n", "python");
      placeCursor(editor, "return");
      await type(" ");
      assert.equal(editor.document.getText(), code);
      // Scoring waits for completions, so that a wrong request would have been handled by now.
      await vscode.commands.executeCommand("tokenscope.perplexity");
      assert.equal(window().lists.length, 1);
      await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
      await vscode.window.showTextDocument(editor.document);
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
      assert.equal(editor.document.getText(), code);
    });

    it("comes by itself where the setting is on", async () => {
      await set("inlineCompletion.enabled", true);
      await set("inlineCompletion.delay", 0);
      await set("inlineCompletion.minConfidence", 0);
      const editor = await showText("def add(a, b):\n    return\n", "python");
      placeCursor(editor, "return");
      await type(" ");
      const accepted = await accept(editor);
      assert.ok(accepted.startsWith("def add(a, b):\n    return ") && accepted.length > code.length, accepted);
      assert.ok(window().works.every(({title}) => title !== "Completing"));
    });
  });

  it("is turned on and off by its command", async () => {
    const enabled = () => vscode.workspace.getConfiguration("tokenscope").get("inlineCompletion.enabled");
    await set("inlineCompletion.enabled", false);
    await vscode.commands.executeCommand("tokenscope.toggleInlineCompletion");
    assert.equal(enabled(), true);
    await vscode.commands.executeCommand("tokenscope.toggleInlineCompletion");
    assert.equal(enabled(), false);
  });

  it("is turned on and off for a language and for a workspace, and says where another setting rules", async () => {
    const said: string[] = [];
    const {setStatusBarMessage} = vscode.window;
    Reflect.set(vscode.window, "setStatusBarMessage", (text: string) => void said.push(text));
    const {document} = await showText(code, "python");
    const setting = () => vscode.workspace.getConfiguration("tokenscope", document);
    try {
      await vscode.commands.executeCommand("tokenscope.toggleInlineCompletionForLanguage");
      assert.deepEqual(
        [setting().get("inlineCompletion.enabled"), said.pop()],
        [true, "$(check) Inline completion suggests while you type in python files"]
      );
      await vscode.commands.executeCommand("tokenscope.toggleInlineCompletionForWorkspace");
      assert.equal(setting().inspect("inlineCompletion.enabled")?.workspaceValue, true);
      await vscode.commands.executeCommand("tokenscope.toggleInlineCompletionForWorkspace");
      assert.deepEqual(
        [setting().inspect("inlineCompletion.enabled")?.workspaceValue, said.pop()],
        [false, "$(circle-slash) Inline completion is off, but a setting turns it on in python files"]
      );
    } finally {
      Reflect.set(vscode.window, "setStatusBarMessage", setStatusBarMessage);
      await vscode.workspace
        .getConfiguration("tokenscope")
        .update("inlineCompletion.enabled", undefined, vscode.ConfigurationTarget.Workspace);
      await vscode.workspace
        .getConfiguration("tokenscope", {languageId: "python"})
        .update("inlineCompletion.enabled", undefined, vscode.ConfigurationTarget.Global, true);
    }
    assert.deepEqual(window().messages, []);
  });

  it("follows what is excluded by the setting as soon as that changes", async () => {
    const editor = await showFile(folder.write("code.secret", code));
    await set("inlineCompletion.exclude", ["*.secret"]);
    placeCursor(editor, "return ");
    await vscode.commands.executeCommand("tokenscope.complete");
    await engineAnswers();
    assert.deepEqual(
      window()
        .works.map(({title}) => title)
        .filter((title) => title === "Completing"),
      []
    );
    await set("inlineCompletion.exclude", []);
    placeCursor(editor, "def ");
    await complete();
  });

  it("says once that a model without fill-in-the-middle only sees what stands before the cursor", async () => {
    await set("model", folder.write("prefix-only.gguf", withoutInfill()));
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    await complete();
    assert.ok((await accept(editor)).length > code.length);
    placeCursor(editor, "return ");
    await complete();
    assert.deepEqual(
      window().messages.map(({text}) => text),
      [
        "Tokenscope Tiny Coder has no fill-in-the-middle tokens: it continues the text before the cursor and does not see what follows."
      ]
    );
  });

  it("comes from the model for completions where there is one; the other keeps measuring", async function () {
    if (noProcesses !== undefined) this.skip();
    const file = folder.write("completes.gguf", withoutInfill());
    const mapped = () =>
      [demonstrationModel, file].map((model) => engineProcesses().some((id) => mappedFiles(id).includes(model)));
    await set("completionModel", file);
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    // Opening a text and counting its tokens load no weights; a completion does.
    await engineAnswers();
    window().forget();
    assert.equal(mapped()[1], false);
    await complete();
    assert.ok((await accept(editor)).length > code.length);
    assert.match(window().messages.at(-1)?.text ?? "", /has no fill-in-the-middle tokens/);
    await vscode.commands.executeCommand("tokenscope.perplexity");
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    assert.deepEqual(mapped(), [true, true]);
    // An unused model is unloaded at once, not only when the next one is needed.
    await set("completionModel", "");
    await until(() => !mapped()[1]);
    assert.deepEqual(mapped(), [true, false]);
  });

  it("says in a sentence, with a way out, that no file is open", async () => {
    await closeEditors();
    await until(() => vscode.window.activeTextEditor === undefined);
    await vscode.commands.executeCommand("tokenscope.complete");
    assert.deepEqual(window().messages, [
      {
        severity: "error",
        text: "No text is open: open a file and place the cursor where the completion should go.",
        buttons: ["Go to File…"]
      }
    ]);
  });

  it("says, with the way to the setting, that VS Code's own keeps it from suggesting", async () => {
    await set("inlineCompletion.enabled", false);
    const suggestions = vscode.workspace.getConfiguration("editor.inlineSuggest");
    await suggestions.update("enabled", false, vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand("tokenscope.toggleInlineCompletion");
      assert.deepEqual(window().messages, [
        {
          severity: "error",
          text: "Inline completion is on, but VS Code suggests nothing while its own setting editor.inlineSuggest.enabled is off: turn that on too.",
          buttons: ["Open Settings"]
        }
      ]);
    } finally {
      await suggestions.update("enabled", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it("says so where it is asked for in a text that can't be edited", async () => {
    const provider = vscode.workspace.registerTextDocumentContentProvider("test-read-only", {
      provideTextDocumentContent: () => code
    });
    try {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse("test-read-only:/a.py"));
      placeCursor(await vscode.window.showTextDocument(document), "return ");
      await vscode.commands.executeCommand("tokenscope.complete");
      assert.deepEqual(
        window().messages.map(({text}) => text),
        ["Nothing can be completed here, because this text can't be edited: open a file that can."]
      );
    } finally {
      provider.dispose();
    }
  });

  it("complains of nothing where the ghost text that is asked for is there already", async () => {
    const editor = await showText(code, "python");
    placeCursor(editor, "return ");
    await complete();
    await vscode.commands.executeCommand("tokenscope.complete");
    assert.ok((await accept(editor)).length > code.length);
    assert.deepEqual(window().messages, []);
  });
});
