import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {closeEditors, showText, userSettings} from "./support/editors";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const code = "function add(a, b) {\n  return a + b;\n}\n\nfunction zebra(quux) {\n  return add(quux, 1);\n}\n";

describe("The code lenses of functions", () => {
  const window = watchWindow();
  const set = userSettings();
  /** Each `function` up to the next `}`. */
  const provider = vscode.languages.registerDocumentSymbolProvider(
    {language: "plaintext"},
    {
      provideDocumentSymbols(document) {
        return [...document.getText().matchAll(/function (\w+)[^}]*\}/g)].map(({0: whole, 1: name = "", index}) => {
          const range = (start: number, length: number) =>
            new vscode.Range(document.positionAt(start), document.positionAt(start + length));
          const place = range(index + "function ".length, name.length);
          return new vscode.DocumentSymbol(name, "", vscode.SymbolKind.Function, range(index, whole.length), place);
        });
      }
    }
  );
  after(() => provider.dispose());
  afterEach(closeEditors);

  async function lenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      document.uri,
      100
    );
    return found.filter(({command}) => command?.command === "tokenscope.showLogprobs");
  }

  /** Waits until each lens has this title. */
  async function titles(document: vscode.TextDocument, wanted: RegExp, count = 2): Promise<vscode.CodeLens[]> {
    return await until(async () => {
      const found = await lenses(document);
      return found.length === count && found.every(({command}) => wanted.test(command?.title ?? ""))
        ? found
        : undefined;
    });
  }

  const scored = /^\d+\.\d\d bits per byte · perplexity [\d.]+$/;

  it("are not there unless the setting is on, and go with it", async () => {
    const {document} = await showText(code);
    assert.deepEqual(await lenses(document), []);
    await set("codeLens", true);
    const [first, second] = await titles(document, scored);
    assert.deepEqual([first?.range.start.line, second?.range.start.line], [0, 4]);
    const start = code.indexOf("function zebra");
    assert.deepEqual(second?.command?.arguments, [
      {uri: document.uri.toString(), start, end: code.indexOf("}", start) + 1}
    ]);
    await set("codeLens", false);
    await until(async () => (await lenses(document)).length === 0);
    assert.deepEqual(window().messages, []);
  });

  it("say after an edit which numbers are old, until there are new ones", async () => {
    await set("codeLens", true);
    const editor = await showText(code);
    const {document} = editor;
    const [before] = await titles(document, scored);
    assert.ok(await editor.edit((edit) => edit.insert(document.positionAt(code.indexOf("add(quux")), "zebra + ")));
    const [first, second] = await until(async () => {
      const found = await lenses(document);
      return found.some(({command}) => command?.title.endsWith("· before the last edit")) ? found : undefined;
    });
    // What stands before the edit has no other numbers.
    assert.equal(first?.command?.title, before?.command?.title);
    assert.match(second?.command?.title ?? "", / · before the last edit$/);
    await titles(document, scored);
    await vscode.commands.executeCommand("undo");
    await titles(document, scored);
  });

  it("leave large files alone", async () => {
    await set("codeLens", true);
    const large = await showText(`${code}${"x".repeat(70_000)}\n`);
    const small = await showText(code);
    await titles(small.document, scored);
    assert.deepEqual(await lenses(large.document), []);
  });

  it("say that nothing is scored, and why, where the model can't be used", async () => {
    await set("codeLens", true);
    await set("model", "/nowhere/model.gguf");
    const {document} = await showText(code);
    const [first] = await titles(document, /^Tokenscope: not scored$/);
    assert.match(first?.command?.tooltip ?? "", /There is no model file/);
    await set("model", "");
    await titles(document, scored);
    assert.deepEqual(window().messages, []);
  });
});
