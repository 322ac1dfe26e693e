import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {Row} from "../../src/features/surprisingLines/rows";
import {SurprisingLinesView, type Tree} from "../../src/features/surprisingLines/surprisingLinesView";
import {wholeDocument} from "../../src/host/documents/targetText";
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

/** The view's parts that a test can read and change. It gets this tree instead of VS Code's. */
interface FakeTree {
  message?: string;
  description?: string;
  visible: boolean;
  revealed?: Row;
}

describe("Surprising Lines", () => {
  const window = watchWindow();
  const host = ownHost();
  const folder = temporaryFolder();
  const kept = new Map<string, unknown>();
  let files = 0;
  let tree: FakeTree;
  let view: SurprisingLinesView;
  let seen: () => void = () => undefined;

  beforeEach(() => {
    kept.clear();
    tree = {visible: false};
    view = makeView();
  });
  afterEach(async () => {
    view.dispose();
    await closeEditors();
  });

  function makeView(): SurprisingLinesView {
    const memento = {
      get: (key: string) => kept.get(key),
      update: async (key: string, value: unknown) => void kept.set(key, value),
      keys: () => [...kept.keys()]
    };
    Object.assign(tree, {
      onDidChangeVisibility: (listener: (event: {visible: boolean}) => void) => {
        seen = () => listener({visible: tree.visible});
        return new vscode.Disposable(() => undefined);
      },
      reveal: async (row: Row) => {
        tree.revealed = row;
      }
    });
    return new SurprisingLinesView(host(), memento as vscode.Memento, tree as unknown as Tree);
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

  /** The texts of the rows, without their numbers. */
  function texts(): string[] {
    return items().map(({label}) => label.split(" · ").slice(2).join(" · "));
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
    assert.match(first?.label ?? "", new RegExp(`^\\d+\\.\\d\\d · L9 · # ${gibberish}$`));
    assert.match(first?.description ?? "", /^\d+ bits$/);
    assert.equal(tree.message, "8 lines by bits per byte.");
    assert.match(tree.description ?? "", /^\d+\.py · .*Q8_0$/);
    assert.deepEqual(await click(first?.row as Row), {text: `# ${gibberish}`, line: 8});
    await view.setOrder("bits");
    assert.match(items()[0]?.label ?? "", new RegExp(`^\\d+ · L9 · # ${gibberish}$`));
    assert.match(items()[0]?.description ?? "", /^\d+\.\d\d bits\/byte$/);
    assert.match(tree.message ?? "", /by total bits/);
    const heard = view.getTreeItem(first?.row as Row).accessibilityInformation?.label ?? "";
    assert.match(heard, /^\d+\.\d\d bits\/byte, \d+ bits, line 9, # zq7/);
  });

  it("says of each row what it was scored with", async () => {
    await score(code);
    const row = item(gibberish);
    const {model, windowing, summary} = row.document.source.scores;
    const lines = String(view.getTreeItem(row).tooltip).split("\n");
    assert.deepEqual(lines.slice(0, 2), [`# ${gibberish}`, "Line 9"]);
    assert.deepEqual(lines.slice(-2), [
      `Model: ${model.file}, ${model.quantization}, ${model.device}, SHA-256 ${model.sha256.slice(0, 12)}…`,
      `Window: ${windowing.window} tokens, stride ${windowing.stride}, ${windowing.bos ? "BOS in front" : "no BOS"}`
    ]);
    assert.match(lines.at(-3) ?? "", /^\d+ tokens$/);
    assert.ok(summary.scored > 0 && !lines.some((line) => line.includes("functions")));
  });

  it("never lists blank lines or brackets", async () => {
    await score("function f() {\n  return [1, 2, 3];\n}\n\n\n)\n}\n", "js");
    assert.match(tree.message ?? "", / 3 short ones left out\./);
    for (const order of ["bits", "bitsPerByte"] as const) {
      await view.setOrder(order);
      assert.deepEqual(texts().sort(), ["function f() {", "return [1, 2, 3];"]);
    }
  });

  it("has numbers that add up to the whole document's", async () => {
    await score(code);
    await view.setOrder("bits");
    const bits = items().map(({row}) => row.entry.numbers.bits);
    const [row] = items();
    assert.ok(row);
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
    await until(() => /The document has changed since: refresh/.test(tree.message ?? ""));
    assert.match(items()[0]?.label ?? "", / · L11 · /);
    await vscode.commands.executeCommand("undo");
    await until(() => !/changed/.test(tree.message ?? ""));
    assert.match(items()[0]?.label ?? "", / · L9 · /);
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
    await until(() => / · L12 · /.test(items()[0]?.label ?? ""));
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
    assert.match(first?.label ?? "", /· L1 · \\u\{202e\}abc→def/);
  });

  it("shows what was scored until it was cancelled, and calls it partial", async () => {
    const editor = await showFile(folder.write(`${++files}.py`, code.repeat(1000)));
    const showing = view.show(await wholeDocument(editor.document));
    const work = await until(() => window().works[0]);
    await until(() => work.reports.some(({increment = 0}) => increment > 0));
    work.cancel();
    await showing;
    const [row] = items();
    assert.ok(row);
    const {finished, summary} = row.row.document.source.scores;
    assert.equal(finished, false);
    assert.ok(summary.unscored > 0);
    assert.match(tree.message ?? "", /Partial: the first [\d,]+ of [\d,]+ tokens\./);
  });

  it("lists only what contains a text, of all lines, and all again without it", async () => {
    const common = Array.from({length: 120}, (_, line) => `${gibberish} ${line} ${gibberish}`).join("\n");
    await score(`${common}\nThe end of the story.\n`, "txt");
    assert.match(tree.message ?? "", /^The first 100 of 121 lines/);
    assert.ok(!texts().includes("The end of the story."));
    await view.setFilter("END OF");
    assert.deepEqual(texts(), ["The end of the story."]);
    assert.equal(tree.message, 'Only what contains "END OF". 1 line by bits per byte.');
    assert.deepEqual(await click(item("The end")), {text: "The end of the story.", line: 120});
    await view.setFilter("none of them");
    assert.deepEqual([texts(), tree.message], [[], 'Nothing here contains "none of them".']);
    await view.setFilter("");
    assert.equal(texts().length, 100);
  });

  it("finds a line that is filtered after edits", async () => {
    const editor = await score(code);
    await edit(editor, (change) => change.insert(new vscode.Position(0, 0), "# one\n# two\n"));
    await view.setFilter("math.pi");
    assert.deepEqual(await click(item("math.pi")), {text: "return math.pi * radius ** 2", line: 8});
    await until(() => / · L9 · /.test(items()[0]?.label ?? ""));
  });

  it("leaves a short file to the text for an empty view, with another order as a way out", async () => {
    await score("a = 1\nb = 2\n");
    assert.deepEqual([texts(), tree.message], [[], ""]);
    await view.setOrder("bits");
    assert.deepEqual(texts().sort(), ["a = 1", "b = 2"]);
    await score("a\n");
    assert.deepEqual([texts(), tree.message], [[], ""]);
  });

  it("goes to the next and previous surprising line, in the order of the file and on from its end", async () => {
    const lines = Array.from({length: 35}, (_, line) =>
      line % 15 === 9 ? `${gibberish} ${gibberish}` : "return value"
    );
    const editor = await score(lines.join("\n"));
    tree.visible = true;
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    const at = async (direction: "next" | "previous") => {
      await view.walk(direction);
      return vscode.window.activeTextEditor?.selection.start.line;
    };
    assert.deepEqual([await at("next"), await at("next"), await at("next")], [9, 24, 9]);
    assert.deepEqual([await at("previous"), await at("previous")], [24, 9]);
    assert.equal(tree.revealed?.entry.line, 9);
  });

  it("scores the file of the active editor before it goes to its next line", async () => {
    const editor = await showFile(folder.write(`${++files}.py`, code));
    await view.walk("next");
    assert.equal(editor.selection.start.line, 8);
    assert.deepEqual(window().messages, []);
  });

  it("shows a line's logprobs, a function's with its body, and copies it with its number", async () => {
    await score(code);
    await view.copy(items()[0]?.row);
    assert.match(await vscode.env.clipboard.readText(), /^\d+\.py:9: # zq7 .* \(\d+\.\d\d bits\/byte, \d+ bits\)$/);
    const row = items()[0]?.row;
    assert.ok(row);
    const {start, end} = await row.document.rangeOf(row.entry);
    assert.equal(code.slice(start, end), `# ${gibberish}`);
    for (const junk of [undefined, 1, {entry: {}}]) {
      await view.copy(junk);
      await view.showLogprobs(junk);
    }
    assert.deepEqual(window().messages, []);
  });

  describe("follows the active editor:", () => {
    const shows = (editor: vscode.TextEditor) => () =>
      tree.description?.startsWith(editor.document.uri.path.split("/").at(-1) ?? "") && texts().length > 0;

    it("goes to its file by itself, and back without scoring it again", async () => {
      const first = await score(code);
      tree.visible = true;
      const second = await showFile(folder.write(`${++files}.py`, `${code}# more\n`));
      await until(shows(second));
      const works = window().works.length;
      await vscode.window.showTextDocument(first.document);
      await until(shows(first));
      assert.equal(window().works.length, works);
    });

    it("not if it was told not to, nor before a list was asked for", async () => {
      tree.visible = true;
      await showFile(folder.write(`${++files}.py`, code));
      seen();
      const first = await score(code);
      assert.equal(window().works.length, 1);
      await view.setFollowing(false);
      await showFile(folder.write(`${++files}.py`, code));
      seen();
      await view.setOrder("bits");
      assert.ok(shows(first)());
      assert.equal(kept.get("tokenscope.surprisingLines.follow"), false);
    });

    it("scores the file again after a reload, once it is seen", async () => {
      const editor = await score(code);
      view.dispose();
      tree = {visible: false};
      view = makeView();
      assert.deepEqual(texts(), []);
      tree.visible = true;
      seen();
      await until(shows(editor));
      await closeEditors();
      view.dispose();
      tree = {visible: true};
      view = makeView();
      await until(shows(editor));
    });

    it("says nothing of a file that is gone after a reload", async () => {
      kept.set("tokenscope.surprisingLines.ranked", "file:///none/of/ours.py");
      await closeEditors();
      tree = {visible: true, message: "x"};
      view.dispose();
      view = makeView();
      assert.equal(tree.message, "");
      assert.deepEqual([texts(), window().messages], [[], []]);
    });

    it("leaves a long file to a button", async () => {
      await score(code);
      tree.visible = true;
      const long = await showFile(folder.write(`${++files}.txt`, "word ".repeat(50_000)));
      await until(() => texts().length === 0);
      assert.equal(tree.description, long.document.uri.path.split("/").at(-1));
    });
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
      assert.deepEqual(texts().sort(), ["Shape.area", "Shape.odd", "main"]);
      assert.equal(texts()[0], "Shape.odd");
      assert.match(tree.message ?? "", /^3 functions and methods by bits per byte\./);
      assert.deepEqual(await click(item("Shape.odd")), {text: "odd", line: 4});
    });

    it("says of a function that those inside it count by themselves, and shows all of it", async () => {
      const nested = `def outer(shapes):
    total = sum(shapes)
    def inner(shape):
        return shape.width * shape.height
`;
      await score(nested);
      await view.setMode("functions");
      const noted = (name: string) =>
        String(view.getTreeItem(item(name)).tooltip).includes("\nWithout the functions inside it\nModel: ");
      assert.deepEqual([noted("outer"), noted("inner")], [true, false]);
      const {document, entry} = item("outer");
      const {start, end} = await document.rangeOf(entry);
      assert.equal(nested.slice(start, end), nested.trimEnd());
    });

    it("keeps the mode and the order for the next time", async () => {
      await score(classes);
      await view.setMode("functions");
      await view.setOrder("bits");
      view.dispose();
      view = makeView();
      await score(classes);
      assert.ok(texts().includes("main"));
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
