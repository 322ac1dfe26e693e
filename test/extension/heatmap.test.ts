import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {editDebounce} from "../../src/features/heatmap/editDebounce";
import {Random} from "../faults/random";
import {tinyModels} from "../faults/tinyModels";
import {root} from "../harness/paths";
import {closeEditors, select, showFile, showText, temporaryFolder, userSettings} from "./support/editors";
import {engineProcess, killEngine, noProcesses} from "./support/engineProcess";
import {referenceText} from "./support/extension";
import {holdTimeouts} from "./support/holdTimeouts";
import {hoversAt} from "./support/hovers";
import {until} from "./support/until";
import {watchDecorations} from "./support/watchedDecorations";
import {watchWindow} from "./support/watchedWindow";

const code = "def add(a, b):\n    return a + b\n\nprint(add(1, 2))  # zebra quux\n";
const f16Model = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

describe("Toggle Surprisal Heatmap", () => {
  const window = watchWindow();
  const decorations = watchDecorations();
  const set = userSettings();
  const folder = temporaryFolder();
  let on = false;

  async function toggle(): Promise<void> {
    await vscode.commands.executeCommand("tokenscope.toggleHeatmap");
    on = !on;
  }

  // Below the measure's own threshold there is little to colour in short texts.
  beforeEach(() => set("colorThreshold", 0.5));
  afterEach(async () => {
    if (on) await toggle();
    await closeEditors();
  });

  const status = () => decorations().statusItem?.text ?? "";
  const tooltip = () => (decorations().statusItem?.tooltip as vscode.MarkdownString | undefined)?.value ?? "";
  /** The tokens' colours, without marks in the overview ruler and figures behind lines. */
  const coloured = (document: vscode.TextDocument) =>
    decorations()
      .of(document)
      .filter(({options}) => (options.backgroundColor ?? options.after?.backgroundColor) !== undefined);
  const marks = (document: vscode.TextDocument) =>
    decorations()
      .of(document)
      .filter(({options}) => options.overviewRulerColor !== undefined);
  const figures = (document: vscode.TextDocument) =>
    decorations()
      .of(document)
      .flatMap(({options, range}) => {
        const text = options.after?.contentText ?? "";
        return text.endsWith(" bits/byte") ? [{text, line: range.start.line}] : [];
      });

  /** Waits until scoring is done and colours are drawn. */
  async function settled(document: vscode.TextDocument): Promise<void> {
    await until(() => status() === "$(flame) Heatmap" && coloured(document).length > 0);
  }

  async function showColoured(text = code): Promise<vscode.TextEditor> {
    const editor = await showText(text, "python");
    if (!on) await toggle();
    await settled(editor.document);
    return editor;
  }

  const textsOf = (found: readonly vscode.Hover[]) =>
    found.flatMap(({contents}) => contents.map((content) => (content as vscode.MarkdownString).value));

  const hovers = async (document: vscode.TextDocument, offset: number) => textsOf(await hoversAt(document, offset));

  /** Edits, and waits until the text was scored again and the status bar shows `says`. */
  async function scoredAgain(edit: () => PromiseLike<unknown>, says: string): Promise<void> {
    const before = decorations().statusTexts.length;
    await edit();
    const wasScored = () =>
      decorations()
        .statusTexts.slice(before)
        .some((one) => one.startsWith("$(loading~spin)"));
    await until(() => wasScored() && status() === says);
  }

  /** The coloured texts; a line break is "\n". */
  const texts = (document: vscode.TextDocument) =>
    coloured(document).map(({range}) => (range.isEmpty ? "\n" : document.getText(range)));

  async function replace(editor: vscode.TextEditor, found: string, put: string): Promise<void> {
    const {document} = editor;
    const start = document.getText().indexOf(found);
    const range = new vscode.Range(document.positionAt(start), document.positionAt(start + found.length));
    assert.ok(await editor.edit((edit) => edit.replace(range, put)));
  }

  it("colours nothing, and has nothing in the status bar, until it is turned on", async () => {
    const {document} = await showText(code, "python");
    assert.equal(decorations().sets, 0);
    assert.equal(decorations().statusItem, undefined);
    assert.deepEqual(await hovers(document, 5), []);
    // The heatmap was off, so this turns it on.
    await toggle();
    await settled(document);
  });

  it("colours surprising tokens in the theme's colours, none over another, and the expected ones not at all", async () => {
    const {document} = await showColoured();
    const strokes = coloured(document);
    const whole = texts(document).join("");
    assert.ok(strokes.length > 5 && whole.length < code.length, whole);
    assert.match(whole, /zebra/);
    for (const [index, {range, options}] of strokes.entries()) {
      assert.ok(range.isSingleLine);
      const next = strokes[index + 1];
      if (next) assert.ok(range.end.isBeforeOrEqual(next.range.start));
      const colour = (options.backgroundColor ?? options.after?.backgroundColor) as unknown as {id: string};
      assert.match(colour.id, /^tokenscope\.heatmapP(0|01|1|10)Background$/);
      assert.equal(range.isEmpty, options.after !== undefined);
    }
    // An unexpected word.
    const ids = strokes
      .filter(
        ({range}) => range.start.line === 3 && range.start.character >= (code.split("\n")[3] ?? "").indexOf("zebra")
      )
      .map(({options}) => (options.backgroundColor as unknown as {id: string} | undefined)?.id ?? "");
    assert.ok(
      ids.some((id) => /P(0|01)Background$/.test(id)),
      ids.join(", ")
    );
    assert.deepEqual(window().messages, []);
    assert.deepEqual(window().works, []);
  });

  it("says in its status bar item what its colours mean, and what they don't", async () => {
    await showColoured();
    assert.equal(decorations().statusItem?.command, "tokenscope.toggleHeatmap");
    for (const said of ["Tokenscope Tiny Coder", "| Probability |", "≥ 50 %", "< 0.05 %", "Surprising is not wrong"])
      assert.ok(tooltip().includes(said), said);
    assert.match(decorations().statusItem?.accessibilityInformation?.label ?? "", /^Heatmap\. /);
  });

  it("leaves nothing behind when it is turned off", async () => {
    const editor = await showColoured();
    const {document} = editor;
    const item = decorations().statusItem;
    assert.ok(item);
    let disposed = false;
    item.dispose = () => {
      disposed = true;
    };
    await toggle();
    assert.ok(disposed);
    assert.equal(decorations().types.size, 0);
    assert.deepEqual(await hovers(document, 5), []);
    await replace(editor, "zebra", "gnu");
    // A second heatmap draws after a later edit: by then, late work of the first would have shown.
    await toggle();
    await settled(document);
    await replace(editor, "quux", "yak");
    await until(() => texts(document).join("").includes("yak"));
    assert.equal(decorations().straySets, 0);
  });

  it("has the numbers of the token under the mouse, and what was expected there", async () => {
    const {document} = await showColoured();
    const [hover, ...more] = await hovers(document, code.indexOf("return") + 1);
    assert.ok(hover);
    assert.deepEqual(more, []);
    assert.match(
      hover,
      /^`[^`]*return` \*\*[\d.]+ %\*\* · [\d.]+ bits of surprisal\n\nlogprob −?[\d.]+ nats · rank \d+ .* · entropy [\d.]+ bits .* · excess surprisal −?[\d.]+ bits · id \d+\n/
    );
    const rows = hover.split("\n").filter((row) => /^\| \**[\d,]+\** \|/.test(row));
    assert.ok(rows.length === 5 || rows.length === 6, hover);
    assert.equal(hover.match(/\| \*\*[\d,]+\*\* \| \*\*/g)?.length, 1);
  });

  it("shows the probabilities of a reference implementation", async () => {
    await set("model", f16Model);
    const {file} = referenceText("python");
    const {logprobs} = JSON.parse(readFileSync(file.replace(".txt", ".json"), "utf8")) as {logprobs: number[]};
    const {document} = await showFile(file);
    await toggle();
    await settled(document);
    // The hover at the text's start is about the first token.
    const [hover] = await hovers(document, 0);
    const shown = Number(/· ([\d.]+) bits/.exec(hover ?? "")?.[1]);
    assert.ok(Math.abs(shown + (logprobs[0] ?? 0) / Math.LN2) < 0.03, `${hover} ${logprobs[0]}`);
  });

  it("colours by the measure and from the threshold that are chosen, at once and without another score", async () => {
    const {document} = await showColoured();
    const {length} = decorations().statusTexts;
    const all = coloured(document).length;
    await set("colorThreshold", 0.05);
    await until(() => coloured(document).length < all);
    assert.ok(tooltip().includes("≥ 5 %"));
    for (const [by, label] of [
      ["rank", "Rank"],
      ["entropy", "Entropy"],
      ["excess", "Excess surprisal"],
      ["relative", "Relative to this text"],
      ["surprisal", "Surprisal"]
    ] as const) {
      const {sets} = decorations();
      await set("colorThreshold", null);
      await set("colorBy", by);
      await until(() => decorations().sets > sets && tooltip().includes(`| ${label} |`));
      assert.ok(tooltip().includes(`Coloured by&#58; ${label}&#46;`), tooltip());
    }
    assert.ok(
      decorations()
        .statusTexts.slice(length)
        .every((text) => text === "$(flame) Heatmap")
    );
    // The share of the text's tokens that are coloured, line breaks with them.
    await set("colorBy", "relative");
    await set("colorThreshold", 0.5);
    await until(() => tooltip().includes("top 50 %"));
    const half = await until(() => {
      const found = coloured(document).length;
      return found > 5 ? found : undefined;
    });
    assert.ok(half > 8 && half < 20, String(half));
  });

  it("lets the user choose the measure, then the threshold", async () => {
    await showColoured();
    // So that they are reset.
    await set("colorBy", "probability");
    const running = vscode.commands.executeCommand("tokenscope.colorBy");
    const accept = async (index: number, label: string): Promise<readonly vscode.QuickPickItem[]> => {
      const list = await until(() => window().lists[index]);
      // The row in use is the one that Enter takes.
      await until(() => list.activeItems[0]?.description?.startsWith("now"));
      await until(async () => {
        await setTimeout(50);
        if (list.activeItems[0]?.label === label) return true;
        await vscode.commands.executeCommand("workbench.action.quickOpenSelectNext");
        return false;
      });
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      return list.items;
    };
    const measures = await accept(0, "Surprisal");
    const thresholds = await accept(1, "> 8 bits");
    await running;
    const settings = vscode.workspace.getConfiguration("tokenscope");
    assert.deepEqual([settings.get("colorBy"), settings.get("colorThreshold")], ["surprisal", 8]);
    assert.equal(measures.length, 6);
    assert.equal(thresholds.filter(({description}) => description === "now · default").length, 1);
    await until(() => tooltip().includes("| Surprisal |") && tooltip().includes("≤ 8 bits"));
  });

  it("leads from surprise to surprise, round the text", async () => {
    const editor = await showColoured();
    const {document} = editor;
    const starts = coloured(document).map(({range}) => document.offsetAt(range.start));
    const cursor = () => document.offsetAt(editor.selection.active);
    const visited: number[] = [];
    for (let step = 0; step <= starts.length; step++) {
      await vscode.commands.executeCommand("tokenscope.nextSurprise");
      visited.push(cursor());
    }
    const first = visited[0] ?? 0;
    // Each place once: a token over a line break has two strokes, and one place.
    const places = [...new Set(visited)];
    assert.ok(places.length > 5 && places.every((place) => starts.includes(place)), `${visited} of ${starts}`);
    assert.ok(visited.slice(1).includes(first));
    select(editor, first, first);
    await vscode.commands.executeCommand("tokenscope.nextSurprise");
    await vscode.commands.executeCommand("tokenscope.previousSurprise");
    assert.equal(cursor(), first);
    assert.deepEqual(window().messages, []);
    await set("colorThreshold", 0.0001);
    await until(() => tooltip().includes("≥ 0.01 %"));
    await showText("a a a a a a a a\n");
    await until(() => status() === "$(flame) Heatmap");
    await vscode.commands.executeCommand("tokenscope.nextSurprise");
    assert.match(
      window().messages[0]?.text ?? "",
      /^No token of this text is beyond the threshold \(Probability: < 0\.01 %\)\.$/
    );
    assert.deepEqual(window().messages[0]?.buttons, ["Colour By…"]);
  });

  it("is offered to who looks for a surprise while it is off, and goes there once it is scored", async () => {
    const editor = await showText(code, "python");
    await vscode.commands.executeCommand("tokenscope.nextSurprise");
    assert.equal(decorations().statusItem, undefined);
    window().answer("Turn On and Go");
    on = true;
    await vscode.commands.executeCommand("tokenscope.nextSurprise");
    await settled(editor.document);
    const starts = coloured(editor.document).map(({range}) => editor.document.offsetAt(range.start));
    assert.ok(starts.includes(editor.document.offsetAt(editor.selection.active)));
    assert.deepEqual(
      window().messages.map(({text}) => text),
      Array(2).fill("Surprises are found while the surprisal heatmap is on.")
    );
  });

  it("marks the strongest tokens of the whole text in the overview ruler, few of them", async () => {
    const {document} = await showColoured(`${code}\n`.repeat(150));
    await until(() => marks(document).length > 0);
    const found = marks(document);
    assert.ok(found.length <= 40, String(found.length));
    assert.ok(found.some(({range}) => range.start.line > 400));
    for (const {options, range} of found) {
      assert.equal((options.overviewRulerColor as vscode.ThemeColor & {id: string}).id, "tokenscope.heatmapP0Line");
      assert.ok(!range.isEmpty);
    }
  });

  it("writes bits per byte behind lines where that is wanted", async () => {
    const editor = await showColoured();
    const {document} = editor;
    assert.deepEqual(figures(document), []);
    await set("heatmap.lineFigures", true);
    const before = await until(() => {
      const found = figures(document);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(
      before.map(({line}) => line),
      [0, 1, 3]
    );
    assert.ok(before.every(({text}) => /^\d+\.\d\d bits\/byte$/.test(text)));
    const debounce = holdTimeouts(editDebounce);
    try {
      await replace(editor, "add(a", "plus(a");
      // The figure goes with the edit, and the others stay.
      await until(() => figures(document).length === 2);
      assert.deepEqual(figures(document), before.slice(1));
    } finally {
      debounce.release();
    }
    await until(() => figures(document).length === 3);
    await set("heatmap.lineFigures", false);
    await until(() => figures(document).length === 0);
  });

  it("colours the cells of a notebook, each by itself", async () => {
    const cell = (text: string) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python");
    const data = new vscode.NotebookData([cell(code), cell(code), cell("x = zebra + quux\n")]);
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", data);
    await vscode.window.showNotebookDocument(notebook);
    await toggle();
    const [first, second, third] = notebook.getCells().map(({document}) => document);
    assert.ok(first && second && third);
    await until(() => [first, second, third].every((document) => coloured(document).length > 0));
    assert.deepEqual(
      coloured(first).map(({range}) => range),
      coloured(second).map(({range}) => range)
    );
    assert.match((await hovers(third, 5)).join("\n"), /bits of surprisal/);
    assert.deepEqual(window().messages, []);
  });

  it("lives beside the hover over a selection", async () => {
    const editor = await showColoured();
    select(editor, 0, 14);
    const both = await hovers(editor.document, 5);
    assert.equal(both.length, 2);
    assert.ok(both.some((one) => /^\*\*\d+ tokens/.test(one)));
    assert.ok(both.some((one) => one.includes("bits of surprisal")));
  });

  it("takes a character that several tokens share for one piece", async () => {
    const {document} = await showColoured("a 😀🦓 b\n");
    const [hover] = await hovers(document, 4);
    assert.match(hover ?? "", /^`⟨[0-9A-F]{2}[0-9A-F ]*⟩` `⟨/);
    assert.match(hover ?? "", /\| token \| probability \| surprisal \|/);
    for (const {range} of coloured(document)) assert.ok(document.getText(range).isWellFormed());
  });

  it("shows hostile tokens as text", async () => {
    const {document} = await showColoured("| a ` b <img src=x onerror=alert(1)> [x](command:y) $(alert) \\| \u202e\n");
    for (let offset = 0; offset < document.getText().length - 1; offset += 3)
      for (const hover of await hovers(document, offset)) {
        // Without the code spans, in which everything is text, and our own links, whose arguments are encoded.
        const bare = hover
          .replace(/`[^`]*`/g, "x")
          .replace(/\[([^[\]]*)\]\(command:tokenscope\.tryAlternative\?[\w%.-]+ "Try This Instead"\)/g, "$1");
        assert.doesNotMatch(bare, /[[\]<>$]|https?:|\u202e/);
        for (const row of hover.split("\n").filter((line) => line.startsWith("|")))
          assert.equal(row.split("|").length, 5, row);
      }
  });

  it("takes the colour of what is edited, keeps that of the rest, and scores again when it is quiet", async () => {
    const editor = await showColoured();
    const {document} = editor;
    const before = texts(document);
    assert.ok(before.join("").includes("zebra"));
    const {sets} = decorations();
    // The debounce ends when the test says so: a slow machine needs longer for what comes before.
    const debounce = holdTimeouts(editDebounce);
    try {
      await replace(editor, "zebra", "zeQbra");
      await until(() => decorations().sets > sets);
      // Not scored yet: untouched text keeps its colours.
      assert.equal(status(), "$(flame) Heatmap");
      assert.ok(!texts(document).join("").includes("Q"));
      assert.ok(texts(document).join("").includes("quux".slice(2)));
      assert.match((await hovers(document, 5))[0] ?? "", /Scored before the last edit/);
    } finally {
      debounce.release();
    }
    await until(() => texts(document).join("").includes("Q"));
    await settled(document);
    assert.doesNotMatch((await hovers(document, 5))[0] ?? "", /before the last edit/);
    assert.deepEqual(window().messages, []);
  });

  it("moves its colours with the text", async () => {
    const editor = await showColoured();
    const {document} = editor;
    const before = texts(document);
    const {sets} = decorations();
    assert.ok(await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "\n\n\n")));
    await until(() => decorations().sets > sets);
    assert.deepEqual(texts(document), before);
  });

  it("follows the texts that can be seen", async () => {
    const first = await showColoured();
    const second = await showText("another text, quite surprising: zebra\n");
    await settled(second.document);
    const beside = await vscode.window.showTextDocument(first.document, {viewColumn: vscode.ViewColumn.Beside});
    await settled(beside.document);
    assert.ok(coloured(second.document).length > 0);
  });

  it("colours both sides of a comparison", async () => {
    const [left, right] = ["left.py", "right.py"].map((name, index) => folder.write(name, code.repeat(index + 1)));
    await toggle();
    await vscode.commands.executeCommand("vscode.diff", vscode.Uri.file(left ?? ""), vscode.Uri.file(right ?? ""));
    await until(() => vscode.window.visibleTextEditors.length === 2);
    for (const {document} of vscode.window.visibleTextEditors) await settled(document);
  });

  it("leaves logs and empty texts alone", async () => {
    const editor = await showText("");
    await toggle();
    await until(() => /There is no text here to colour/.test(tooltip()));
    assert.equal(status(), "$(flame) Heatmap");
    await vscode.commands.executeCommand("tokenscope.showLog");
    const log = await until(() =>
      vscode.window.visibleTextEditors.find(({document}) => document.uri.scheme === "output")
    );
    // Visible documents are scored in turn: after two scores of this one, the log would have been coloured too.
    for (const word of ["zebra ", "quux "])
      await scoredAgain(() => editor.edit((edit) => edit.insert(new vscode.Position(0, 0), word)), "$(flame) Heatmap");
    await settled(editor.document);
    assert.deepEqual(coloured(log.document), []);
    await vscode.commands.executeCommand("workbench.action.closePanel");
    assert.deepEqual(window().messages, []);
  });

  it("goes on when the language of a text is changed", async () => {
    const {document} = await showColoured();
    await vscode.languages.setTextDocumentLanguage(document, "javascript");
    await until(() => document.languageId === "javascript");
    await settled(document);
    // TypeScript's own hover may come first now.
    assert.match((await hovers(document, 5)).join("\n"), /bits of surprisal/);
  });

  it("scores again with another model, and shows nothing of the one before meanwhile", async () => {
    const {document} = await showColoured();
    const [before] = await hovers(document, 5);
    await set("model", f16Model);
    await until(() => status() !== "$(flame) Heatmap" || coloured(document).length === 0);
    await settled(document);
    const [after] = await hovers(document, 5);
    assert.match(after ?? "", /rank \d+/);
    assert.notEqual(after, before);
  });

  it("says once that a model can't be used, not at every key, and goes on with one that can", async () => {
    const editor = await showColoured();
    await set("model", "/nowhere/model.gguf");
    await until(() => status() === "$(warning) Heatmap");
    assert.match(tooltip(), /There is no model file/);
    assert.equal(window().errors.length, 1);
    for (const key of ["x", "y"])
      await scoredAgain(() => replace(editor, "zebra", `zebra${key}`), "$(warning) Heatmap");
    assert.equal(window().errors.length, 1);
    await set("model", "");
    await settled(editor.document);
    assert.equal(window().errors.length, 1);
  });

  it("offers another model where the tokens of this one have no places in the text", async () => {
    // To SentencePiece, this sign and a space are the same: what stood there can't be told from the tokens.
    await showText("a\u2581b = 1\n");
    await set("model", folder.write("llama.gguf", tinyModels["llama"]?.(new Random(7)) ?? ""));
    await toggle();
    await until(() => status() === "$(warning) Heatmap");
    const [error] = window().errors;
    assert.match(error?.text ?? "", /have no positions in it: choose another model for the heatmap\.$/);
    assert.deepEqual(error?.buttons, ["Select Model…", "Use Demonstration Model"]);
  });

  it("is told of an engine that is killed while it scores, once, and goes on with the next edit", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showColoured();
    process.kill(await engineProcess(), "SIGSTOP");
    await replace(editor, "zebra", "gnu");
    await until(() => status().startsWith("$(loading~spin) Heatmap"));
    await killEngine();
    await until(() => status() === "$(warning) Heatmap");
    assert.deepEqual(
      window().errors.map(({text}) => text),
      ["The model's process ended while scoring: try again, a new one starts by itself."]
    );
    await replace(editor, "gnu", "yak");
    await settled(editor.document);
    assert.equal(window().errors.length, 1);
  });

  it("says what was expected while the engine stands still, and after its end", async function () {
    if (noProcesses !== undefined) this.skip();
    const {document} = await showColoured();
    // Its answer needs the texts of all alternatives, which are then known.
    await hovers(document, 5);
    process.kill(await engineProcess(), "SIGSTOP");
    const offset = code.indexOf("return") + 1;
    let meanwhile: string[];
    try {
      meanwhile = await hovers(document, offset);
    } finally {
      await killEngine();
    }
    assert.match(meanwhile[0] ?? "", /bits of surprisal\n\nlogprob .* · rank \d+ .* · entropy [\d.]+ bits/);
    assert.deepEqual(await hovers(document, offset), meanwhile);
    assert.deepEqual(window().messages, []);
  });

  it("scores again after Restart Engine took the engine from it", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showColoured();
    process.kill(await engineProcess(), "SIGSTOP");
    await replace(editor, "zebra", "gnu");
    await until(() => status().startsWith("$(loading~spin) Heatmap"));
    await vscode.commands.executeCommand("tokenscope.restartEngine");
    await until(() => texts(editor.document).join("").includes("gnu"));
    await settled(editor.document);
    assert.deepEqual(window().messages, []);
  });

  it("can be turned off while it scores", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showColoured();
    process.kill(await engineProcess(), "SIGSTOP");
    try {
      await replace(editor, "zebra", "gnu");
      await until(() => status().startsWith("$(loading~spin) Heatmap"));
      await toggle();
      assert.equal(decorations().types.size, 0);
    } finally {
      await killEngine();
    }
    assert.deepEqual(window().messages, []);
  });

  it("colours what has been scored when it is stopped, and says that it is a part", async () => {
    const {document} = await showText("lorem ipsum dolor zebra sit amet\n".repeat(4000));
    await toggle();
    await until(() => /Heatmap [1-9]\d* %$/.test(status()));
    await vscode.commands.executeCommand("tokenscope.stopHeatmap");
    await until(() => status() === "$(flame) Heatmap (in part)");
    assert.match(tooltip(), /Scoring was stopped&#58; the colours are those of the first [\d&#;]+ of/);
    await until(() => coloured(document).length > 0);
    const [last] = await hovers(document, document.getText().length - 3);
    assert.match(last ?? "", /\*\*not scored\*\*\n\n_Scoring was stopped before it came to this token/);
  });

  it("colours no more of a large text than what is near to being seen, and follows scrolling", async () => {
    const editor = await showColoured(`${code}\n`.repeat(150));
    const {document} = editor;
    const lines = () => coloured(document).map(({range}) => range.start.line);
    assert.ok(Math.max(...lines()) < 400, `coloured to line ${Math.max(...lines())}`);
    const target = 600;
    editor.revealRange(new vscode.Range(target, 0, target, 0), vscode.TextEditorRevealType.AtTop);
    await until(() => lines().includes(target));
    assert.ok(Math.min(...lines()) > 0);
  });
});
