import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {Row} from "../../src/features/surprisingLines/rows";
import {SurprisingLinesView} from "../../src/features/surprisingLines/surprisingLinesView";
import {wholeDocument} from "../../src/host/documents/targetText";
import {LatestEvaluation} from "../../src/host/latestEvaluation";
import {closeEditors, showFile, showText, temporaryFolder} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const gibberish = "zq7 kXvbQ mflW 2pJdh";
const code = `import math

def add(a, b):
    return a + b

def area(radius):
    return math.pi * radius ** 2

# ${gibberish}
for index in range(10):
    print(index)
`;

/** The view's parts that a test can read. It gets this tree instead of VS Code's. */
interface FakeTree {
  message?: string;
  description?: string;
}

describe("Surprising Lines", () => {
  const window = watchWindow();
  const host = ownHost();
  const folder = temporaryFolder();
  const kept = new Map<string, unknown>();
  const evaluations = new LatestEvaluation();
  let files = 0;
  let tree: FakeTree;
  let view: SurprisingLinesView;

  beforeEach(() => {
    kept.clear();
    tree = {};
    Object.assign(tree, {
      onDidChangeVisibility: () => new vscode.Disposable(() => undefined),
      reveal: async () => undefined
    });
    view = makeView();
  });
  afterEach(async () => {
    view.dispose();
    await closeEditors();
  });
  after(() => evaluations.dispose());

  function makeView(): SurprisingLinesView {
    const memento = {
      get: (key: string) => kept.get(key),
      update: async (key: string, value: unknown) => void kept.set(key, value),
      keys: () => [...kept.keys()]
    };
    return new SurprisingLinesView(host(), memento as vscode.Memento, evaluations, tree as vscode.TreeView<Row>);
  }

  async function score(text: string, extension = "py"): Promise<vscode.TextEditor> {
    const editor = await showFile(folder.write(`${++files}.${extension}`, text));
    await view.show(await wholeDocument(editor.document));
    assert.deepEqual(window().messages, []);
    return editor;
  }

  function items(): {label: string; description: string; row: Row}[] {
    return view.getChildren().map((row) => {
      const {label, description} = view.getTreeItem(row);
      return {label: String(label), description: String(description), row};
    });
  }

  function item(label: string): Row {
    const found = items().find((one) => one.label.includes(label));
    assert.ok(found, `${label} in ${items().map((one) => one.label)}`);
    return found.row;
  }

  /** Clicks a row, and returns the selected text. */
  async function click(row: Row): Promise<{text: string; line: number}> {
    const {command} = view.getTreeItem(row);
    assert.equal(command?.command, "tokenscope.openSurprisingLine");
    await view.open(command?.arguments?.[0]);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    return {text: editor.document.getText(editor.selection), line: editor.selection.start.line};
  }

  async function edit(editor: vscode.TextEditor, change: (edit: vscode.TextEditorEdit) => void): Promise<void> {
    assert.ok(await editor.edit(change));
  }

  it("puts the gibberish first, by bits per byte and in sum, and leads to it", async () => {
    await score(code);
    const [first] = items();
    assert.equal(first?.label, `# ${gibberish}`);
    assert.match(first?.description ?? "", /^\d+\.\d\d bits\/byte · line 9 · \d+ bits$/);
    assert.match(
      tree.message ?? "",
      /^\d+\.py with Tokenscope Tiny Coder Q8_0: 8 lines by bits per byte\. Window 1,024 tokens, stride 512, BOS in front\.$/
    );
    assert.match(tree.description ?? "", /^\d+\.py · .*Q8_0$/);
    assert.deepEqual(await click(first?.row as Row), {text: `# ${gibberish}`, line: 8});
    await view.setOrder("bits");
    assert.equal(items()[0]?.label, `# ${gibberish}`);
    assert.match(tree.message ?? "", /by total bits/);
  });

  it("never lists blank lines or brackets", async () => {
    await score("function f() {\n  return [1, 2, 3];\n}\n\n\n)\n}\n", "js");
    assert.match(tree.message ?? "", / 3 of fewer than 8 bytes left out\./);
    for (const order of ["bits", "bitsPerByte"] as const) {
      await view.setOrder(order);
      assert.deepEqual(
        items()
          .map(({label}) => label)
          .sort(),
        ["function f() {", "return [1, 2, 3];"]
      );
    }
  });

  it("has numbers that add up to the whole document's", async () => {
    await score(code);
    await view.setOrder("bits");
    const bits = items().map(({row}) => (row.type === "part" ? row.entry.numbers.bits : 0));
    const [row] = items();
    assert.ok(row?.row.type === "part");
    const {summary} = row.row.document.source.scores;
    const blank = code.split("\n").filter((line) => line.trim() === "").length;
    const whole = ((summary.crossEntropy ?? 0) * summary.scored) / Math.LN2;
    const sum = bits.reduce((all, one) => all + one, 0);
    // The rest is the cost of blank lines.
    assert.ok(sum <= whole + 1e-6 && sum > whole - 30 * blank, `${sum} of ${whole}`);
  });

  it("finds its lines after edits above them, and says that the document has changed until that is undone", async () => {
    const editor = await score(code);
    const row = item(gibberish);
    await edit(editor, (change) => change.insert(new vscode.Position(0, 0), "# one\n# two\n"));
    assert.deepEqual(await click(row), {text: `# ${gibberish}`, line: 10});
    await until(() => /changed since it was scored/.test(tree.message ?? ""));
    assert.match(items()[0]?.description ?? "", / · line 11 · /);
    await vscode.commands.executeCommand("undo");
    await until(() => !/changed/.test(tree.message ?? ""));
    assert.match(items()[0]?.description ?? "", / · line 9 · /);
  });

  it("says which lines were edited themselves", async () => {
    const editor = await score(code);
    await edit(editor, (change) => change.insert(new vscode.Position(8, 5), "yyy"));
    await until(() => / · edited$/.test(items()[0]?.description ?? ""));
    assert.equal(items().filter(({description}) => description.includes("edited")).length, 1);
    assert.equal((await click(item(gibberish))).line, 8);
  });

  it("finds its lines in a text that was replaced whole", async () => {
    const editor = await score(code);
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    await edit(editor, (change) => change.replace(whole, `# formatted\n\n\n${code.replaceAll("    ", "  ")}`));
    assert.deepEqual(await click(item(gibberish)), {text: `# ${gibberish}`, line: 11});
    await until(() => / · line 12 · /.test(items()[0]?.description ?? ""));
  });

  it("follows edits that are made while it scores", async () => {
    const editor = await showFile(folder.write(`${++files}.py`, code.repeat(30)));
    const showing = view.show(await wholeDocument(editor.document));
    await until(() => window().works[0]);
    await edit(editor, (change) => change.insert(new vscode.Position(0, 0), "\n\n\n"));
    await showing;
    const {text} = await click(item("math.pi"));
    assert.equal(text, "return math.pi * radius ** 2");
  });

  it("refreshes: scores the document as it is now", async () => {
    const editor = await score(code);
    await edit(editor, (change) => change.replace(editor.document.lineAt(8).range, "# a comment"));
    await view.refresh();
    assert.ok(items().every(({label}) => !label.includes(gibberish)));
    assert.doesNotMatch(tree.message ?? "", /changed/);
  });

  it("scores a document that is no file, and one with CRLF", async () => {
    const {document} = await showText(code.replaceAll("\n", "\r\n"));
    await view.show(await wholeDocument(document));
    assert.deepEqual(await click(items()[0]?.row as Row), {text: `# ${gibberish}`, line: 8});
  });

  it("keeps a label on its line, whatever is in it, and short", async () => {
    const {document} = await showText(`\u202eabc\tdef \u0000 $(alert) ${"long ".repeat(100)}\n`);
    await view.show(await wholeDocument(document));
    const [first] = items();
    assert.ok((first?.label.length ?? 0) < 200);
    assert.match(first?.label ?? "", /^\\u\{202e\}abc→def/);
  });

  it("shows what was scored until it was cancelled, and calls it partial", async () => {
    const editor = await showFile(folder.write(`${++files}.py`, code.repeat(1000)));
    const showing = view.show(await wholeDocument(editor.document));
    const work = await until(() => window().works[0]);
    await until(() => work.reports.some(({increment = 0}) => increment > 0));
    work.cancel();
    await showing;
    const [row] = items();
    assert.ok(row?.row.type === "part");
    const {finished, summary} = row.row.document.source.scores;
    assert.equal(finished, false);
    assert.ok(summary.unscored > 0);
    assert.match(tree.message ?? "", /Partial: the first [\d,]+ of [\d,]+ tokens\./);
  });

  it("ignores what is no row", async () => {
    for (const junk of [undefined, null, 1, {type: "file", file: {uri: "x"}}]) await view.open(junk);
    assert.deepEqual(window().messages, []);
  });

  describe("by functions", () => {
    const provider = vscode.languages.registerDocumentSymbolProvider(
      {language: "python"},
      {
        provideDocumentSymbols(document) {
          const symbols: vscode.DocumentSymbol[] = [];
          const classes: vscode.DocumentSymbol[] = [];
          for (let line = 0; line < document.lineCount; line++) {
            const {text, range} = document.lineAt(line);
            const [, indent, kind, name] = /^(\s*)(def|class) (\w+)/.exec(text) ?? [];
            if (name === undefined) continue;
            let last = line + 1;
            while (last < document.lineCount && new RegExp(`^${indent}\\s+\\S`).test(document.lineAt(last).text))
              last++;
            const whole = new vscode.Range(range.start, document.lineAt(last - 1).range.end);
            const at = text.indexOf(name);
            const symbol = new vscode.DocumentSymbol(
              name,
              "",
              kind === "class" ? vscode.SymbolKind.Class : vscode.SymbolKind.Function,
              whole,
              new vscode.Range(line, at, line, at + name.length)
            );
            const outer = indent === "" ? undefined : classes.at(-1);
            (outer?.children ?? symbols).push(symbol);
            if (kind === "class") classes.push(symbol);
          }
          return symbols;
        }
      }
    );
    after(() => provider.dispose());

    const classes = `class Shape:
    def area(self):
        return self.width * self.height

    def odd(self):
        zqk7 = "${gibberish}" % vvbQ

def main():
    print("hello")
`;

    it("ranks functions and methods, by their names, and leads to them", async () => {
      await score(classes);
      await view.setMode("functions");
      assert.deepEqual(
        items()
          .map(({label}) => label)
          .sort(),
        ["Shape.area", "Shape.odd", "main"]
      );
      assert.equal(items()[0]?.label, "Shape.odd");
      assert.match(tree.message ?? "", /: 3 functions and methods by bits per byte\. Each without those inside it\./);
      assert.deepEqual(await click(item("Shape.odd")), {text: "odd", line: 4});
    });

    it("keeps the mode and the order for the next time", async () => {
      await score(classes);
      await view.setMode("functions");
      await view.setOrder("bits");
      view.dispose();
      view = makeView();
      await score(classes);
      assert.ok(items().some(({label}) => label === "main"));
      assert.match(tree.message ?? "", /by total bits/);
    });

    it("follows a function through edits", async () => {
      const editor = await score(classes);
      await view.setMode("functions");
      await edit(editor, (change) => change.insert(new vscode.Position(0, 0), "import os\n"));
      assert.deepEqual(await click(item("main")), {text: "main", line: 8});
    });

    it("has none where the language names none, and finds them when asked again", async () => {
      const editor = await score(classes, "txt");
      await view.setMode("functions");
      assert.deepEqual(items(), []);
      await vscode.languages.setTextDocumentLanguage(editor.document, "python");
      await view.setMode("functions");
      assert.equal(items().length, 3);
    });
  });
});
