import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {utf16Offsets} from "../../src/text/textOffsets";
import {vocabularyFile} from "../engine/vocabularyFiles";
import {Random} from "../faults/random";
import {root} from "../harness/paths";
import {closeEditors, select, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {hoversAt} from "./support/hovers";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchDecorations} from "./support/watchedDecorations";
import {watchWindow} from "./support/watchedWindow";

const code = "def add(a, b):\n    return a + b\n\nprint('😀 ✓')\n";

/** A painted part of a text: its range in UTF-16 units, and whether its token's number is odd. A line end has its sign's place. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly odd: boolean;
}

describe("Toggle Token Boundaries", () => {
  const window = watchWindow();
  const decorations = watchDecorations();
  const set = userSettings();
  const host = ownHost();
  const folder = temporaryFolder();
  let on = false;

  async function toggle(): Promise<void> {
    await vscode.commands.executeCommand("tokenscope.toggleTokenBoundaries");
    on = !on;
  }

  afterEach(async () => {
    if (on) await toggle();
    await closeEditors();
  });

  const colourOf = ({backgroundColor, after}: vscode.DecorationRenderOptions): string =>
    ((backgroundColor ?? after?.backgroundColor) as {id: string} | undefined)?.id ?? "";

  function painted(document: vscode.TextDocument): Part[] {
    return decorations()
      .of(document)
      .filter(({options}) => colourOf(options) !== "")
      .map(({range, options}) => ({
        from: document.offsetAt(range.start),
        to: document.offsetAt(range.end),
        odd: colourOf(options) === "tokenscope.oddTokenBackground"
      }));
  }

  const shared = (document: vscode.TextDocument) =>
    decorations()
      .of(document)
      .filter(({options}) => colourOf(options) === "")
      .map(({range}) => document.getText(range));

  /** What is to be painted of a text, by the whole text's tokens and nothing of ours that paints. */
  async function expected(document: vscode.TextDocument): Promise<Part[]> {
    const text = document.getText();
    const {engine, settings} = host();
    const {ends} = await engine.request("tokenize", {model: settings.scoringModel(), text, texts: 0});
    assert.ok(ends);
    const odd: boolean[] = [];
    for (const [token, end] of utf16Offsets(text, ends).entries()) while (odd.length < end) odd.push(token % 2 === 1);
    const starts = [0, ...utf16Offsets(text, ends)];
    const parts: Part[] = [];
    for (let line = 0; line < document.lineCount; line++) {
      const {range, rangeIncludingLineBreak} = document.lineAt(line);
      const [start, end, behind] = [range.start, range.end, rangeIncludingLineBreak.end].map((at) =>
        document.offsetAt(at)
      ) as [number, number, number];
      const cuts = [...new Set([start, ...starts.filter((at) => at > start && at < end), end])];
      for (const [i, from] of cuts.slice(0, -1).entries())
        parts.push({from, to: cuts[i + 1] as number, odd: odd[from] as boolean});
      if (behind > end) parts.push({from: end, to: end, odd: odd[behind - 1] as boolean});
    }
    return parts;
  }

  /** Waits until the whole text is painted as its tokens are, and compares. */
  async function paintedWell(document: vscode.TextDocument): Promise<void> {
    let parts = await expected(document);
    await until(async () => {
      parts = await expected(document);
      return JSON.stringify(painted(document)) === JSON.stringify(parts);
    }).catch(() => undefined);
    assert.deepEqual(painted(document), parts);
  }

  const hovers = async (document: vscode.TextDocument, offset: number): Promise<string[]> =>
    (await hoversAt(document, offset)).flatMap(({contents}) =>
      contents.map((content) => (content as vscode.MarkdownString).value)
    );

  it("paints nothing until it is turned on, and leaves nothing behind", async () => {
    const {document} = await showText(code, "python");
    assert.equal(decorations().sets, 0);
    assert.equal(decorations().boundariesItem, undefined);
    assert.deepEqual(await hovers(document, 5), []);
    await toggle();
    await paintedWell(document);
    assert.equal(decorations().boundariesItem?.command, "tokenscope.toggleTokenBoundaries");
    await toggle();
    assert.equal(decorations().types.size, 0);
    assert.deepEqual(await hovers(document, 5), []);
    assert.equal(decorations().straySets, 0);
    assert.deepEqual(window().messages, []);
  });

  for (const name of ["prompt.md", "retry.py", "wordCount.ts"])
    it(`paints each token of ${name}, and tiles it`, async () => {
      const text = readFileSync(path.join(root, "sample", name), "utf8")
        .split("\n")
        .slice(0, 60)
        .join("\n");
      const {document} = await showFile(folder.write(name, text));
      await toggle();
      await paintedWell(document);
    });

  it("paints CRLF, emoji and other scripts, and marks tokens that share a character", async () => {
    const text = "😀 a\r\n\r\nनमस्ते 👩‍👩‍👧\tё\r\n  x😀😀\r\n";
    const {document} = await showFile(folder.write("crlf.txt", text));
    await toggle();
    await paintedWell(document);
    assert.ok(shared(document).includes("😀"), shared(document).join(" "));
    assert.ok(!shared(document).includes("a"));
  });

  it("paints the last lines of a long document, and goes on while it is scrolled", async () => {
    const random = new Random(5);
    const lines = Array.from({length: 40_000}, (_, i) => `line ${i} ${random.below(1e9)} zebra`);
    const {document} = await showFile(folder.write("long.txt", lines.join("\n")));
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    await toggle();
    const {engine, settings} = host();
    const {ids, ends} = await engine.request("tokenize", {model: settings.scoringModel(), text: document.getText()});
    assert.ok(ends && ids.length > 100_000);
    const odd = new Map(Array.from(ends, (_, i) => [ends[i - 1] ?? 0, i % 2 === 1]));
    for (const line of [39_990, 20_000, 10]) {
      editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
      const ofLine = () =>
        painted(document).filter(({from, to}) => to > from && document.positionAt(from).line === line);
      await until(() => ofLine().length > 5);
      for (const {from, odd: isOdd} of ofLine().slice(1)) assert.equal(isOdd, odd.get(from), `${line}: ${from}`);
    }
    assert.ok(painted(document).length < 6500);
  });

  it("paints a part of a very long line", async () => {
    const {document} = await showFile(folder.write("wide.txt", "word ".repeat(400_000)));
    await toggle();
    await until(() => painted(document).length > 1000);
    const parts = painted(document);
    assert.ok(parts.length <= 6000 && (parts.at(-1)?.to ?? 0) <= 1 << 15);
  });

  it("follows edits: typed, several cursors, undone, and everything deleted", async () => {
    const editor = await showText(code, "python");
    const {document} = editor;
    await toggle();
    await paintedWell(document);
    for (const put of ["x", "y", " ", "z", "\n", "😀"])
      assert.ok(await editor.edit((edit) => edit.insert(new vscode.Position(1, 4), put)));
    await paintedWell(document);
    assert.ok(
      await editor.edit((edit) => {
        edit.replace(new vscode.Range(0, 0, 0, 3), "async def");
        edit.insert(new vscode.Position(3, 0), "\n\n");
        edit.delete(new vscode.Range(4, 0, 4, 3));
      })
    );
    await paintedWell(document);
    await vscode.commands.executeCommand("undo");
    await paintedWell(document);
    assert.ok(await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF)));
    await paintedWell(document);
    assert.ok(await editor.edit((edit) => edit.delete(new vscode.Range(0, 0, 99, 0))));
    await until(() => painted(document).length === 0);
    assert.deepEqual(window().messages, []);
  });

  it("paints split editors and cells of notebooks", async () => {
    const data = new vscode.NotebookData([
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "print('cell')\nzebra", "python")
    ]);
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", data);
    await vscode.window.showNotebookDocument(notebook);
    await toggle();
    const cell = notebook.cellAt(0).document;
    await until(() => vscode.window.visibleTextEditors.some(({document}) => document === cell));
    await paintedWell(cell);
  });

  it("tells of a token under the mouse what the vocabulary says", async () => {
    const {document} = await showText(code, "python");
    await toggle();
    await paintedWell(document);
    const offset = code.indexOf("return") + 2;
    const [text, ...others] = await hovers(document, offset);
    assert.deepEqual(others, []);
    const {engine, settings} = host();
    const {ids, ends} = await engine.request("tokenize", {model: settings.scoringModel(), text: code});
    const index = ends?.findIndex((end) => end > offset) ?? -1;
    assert.match(text ?? "", new RegExp(`\\| id \\| ${ids[index]} \\|`));
    assert.match(text ?? "", new RegExp(`token ${index + 1} of ${ids.length}`));
    assert.match(text ?? "", /\| bytes \| .*72 65 74 75 72 6E \|/);
    assert.match(text ?? "", /\| kind \| normal \|/);
    assert.match(text ?? "", /\| made of \| `[^`]+` \+ `[^`]+` \|\n\| merge \| [\d,]+ \|/);
  });

  it("tells of all tokens that share a character, at the text's start too", async () => {
    const {document} = await showText("😀", "plaintext");
    await toggle();
    await paintedWell(document);
    const [text] = await hovers(document, 0);
    assert.match(text ?? "", /tokens 1–\d of \d, which share a character/);
    assert.match(text ?? "", /\| bytes \| F0( 9F)*.* 80 \|/);
  });

  it("leaves a selection to its own hover", async () => {
    const editor = await showText(code, "python");
    await toggle();
    await paintedWell(editor.document);
    select(editor, 0, 10);
    const [text, ...others] = await hovers(editor.document, 5);
    assert.deepEqual(others, []);
    assert.match(text ?? "", /Logprobs/);
    assert.match((await hovers(editor.document, 20))[0] ?? "", /\| kind \| normal \|/);
  });

  it("says once, and not at every key, that a tokenizer rewrites text, and paints again with another model", async () => {
    const editor = await showText(code, "python");
    await toggle();
    await paintedWell(editor.document);
    await set("model", vocabularyFile("bert-bge"));
    await until(() => window().messages.length > 0);
    assert.match(
      window()
        .messages.map(({text}) => text)
        .join(),
      /rewrites text/
    );
    assert.deepEqual(decorations().of(editor.document), []);
    assert.match(decorations().boundariesItem?.text ?? "", /warning/);
    for (const put of ["a", "b"]) assert.ok(await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), put)));
    const {document} = await showText("another", "plaintext");
    assert.deepEqual(await hovers(document, 2), []);
    assert.match(decorations().boundariesItem?.text ?? "", /warning/);
    await set("model", undefined);
    await paintedWell(document);
    assert.equal(window().messages.length, 1);
  });
});
