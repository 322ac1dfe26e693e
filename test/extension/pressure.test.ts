import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {EngineMethod} from "../../src/contract/requests";
import {CompletionProvider} from "../../src/features/inlineCompletion/completionProvider";
import {RecentEdits} from "../../src/features/inlineCompletion/recentEdits";
import {SelectionHover} from "../../src/features/tokenCount/selectionHover";
import {StatusBarCount} from "../../src/features/tokenCount/statusBarCount";
import {
  containsAt,
  isLongerThan,
  offsetOf,
  positionOf,
  rangeBefore,
  rangeBehind,
  readDocument
} from "../../src/host/documents/documentText";
import {LiveDocuments} from "../../src/host/documents/liveDocuments";
import type {EngineClient} from "../../src/host/engine/engineClient";
import type {Host} from "../../src/host/host";
import {closeEditors, select, showText, temporaryFolder} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

/** A host whose engine's requests are counted. */
class Watched {
  /** Number of requests by method. */
  readonly asked = new Map<EngineMethod, number>();
  /** The text of the last answered request. */
  answeredText: unknown;
  /** Maximum number of pending requests. */
  maxAtOnce = 0;
  private waiting = 0;

  constructor(private readonly original: Host) {}

  get host(): Host {
    const request = async (...parameters: Parameters<EngineClient["request"]>): Promise<unknown> => {
      const [method, params] = parameters;
      this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
      this.maxAtOnce = Math.max(this.maxAtOnce, ++this.waiting);
      try {
        const answer = await this.original.engine.request(...parameters);
        this.answeredText = (params as {text?: unknown}).text;
        return answer;
      } finally {
        this.waiting--;
      }
    };
    const engine = Object.assign(Object.create(this.original.engine) as EngineClient, {request});
    return {...this.original, engine, documents: new LiveDocuments(engine, this.original.settings)};
  }
}

describe("A long document", () => {
  const window = watchWindow();
  const folder = temporaryFolder();
  const line = "The quick brown fox jumps over the lazy dog, and then it runs 42 times.";
  after(closeEditors);

  async function open(name: string, text: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(folder.write(name, text)));
    return await vscode.window.showTextDocument(document);
  }

  it("is counted right", async () => {
    const counted = async (lines: number): Promise<number> => {
      await open(`${lines}.txt`, `${line}\n`.repeat(lines));
      const before = window().messages.length;
      await vscode.commands.executeCommand("tokenscope.countTokens");
      const {text = ""} = window().messages[before] ?? {};
      return Number(/: ([\d,]+) tokens,/.exec(text)?.[1]?.replaceAll(",", ""));
    };
    const [ten, twenty] = [await counted(10), await counted(20)];
    assert.equal(await counted(30_000), ten + ((twenty - ten) / 10) * (30_000 - 10));
  });

  for (const [name, lineEnd] of [
    ["LF", "\n"],
    ["CRLF", "\r\n"]
  ] as const)
    it(`is read in turns as VS Code has it, with ${name}`, async () => {
      const long = "long ".repeat(120_000);
      const content = Array.from({length: 40_000}, (_, i) => (i === 20_000 ? long : i % 7 === 0 ? "" : `${i} 🚀`));
      const {document} = await open(`${name}.txt`, content.join(lineEnd));
      assert.equal((await readDocument(document)).text, document.getText());
      const last = document.lineCount - 1;
      for (const range of [
        new vscode.Range(0, 0, 0, 0),
        new vscode.Range(3, 1, 3, 3),
        new vscode.Range(5, 1, 19_998, 2),
        new vscode.Range(19_998, 1, 20_001, 2),
        new vscode.Range(20_000, 5, 20_000, 500_000),
        new vscode.Range(30_000, 0, last, 3)
      ]) {
        const text = document.getText(range);
        assert.equal((await readDocument(document, range)).text, text);
        const start = document.offsetAt(range.start);
        assert.equal(await offsetOf(document, range.start), start);
        assert.ok((await positionOf(document, start)).isEqual(range.start));
        assert.ok(await containsAt(document, start, text));
        assert.equal(await containsAt(document, start, `${text}?`), false);
        assert.equal(await isLongerThan(document, range, text.length), false);
        if (range.isSingleLine && !range.isEmpty) assert.ok(await isLongerThan(document, range, text.length - 1));
        const before = document.getText(rangeBefore(document, range.start, 1000));
        assert.ok(document.getText().slice(0, start).endsWith(before) && before.length >= Math.min(start, 1000));
        const behind = document.getText(rangeBehind(document, range.start, 1000));
        assert.ok(document.getText().startsWith(behind, start) && behind.length >= 1000);
      }
    });

  it("is read again where it is edited meanwhile", async () => {
    const editor = await open("edited.txt", `${line}\n`.repeat(40_000));
    const before = editor.document.getText();
    let edited = false;
    const editing = editor
      .edit((change) => change.delete(new vscode.Range(10, 0, 39_000, 0)))
      .then(() => {
        edited = true;
      });
    const read: string[] = [];
    while (!edited) read.push((await readDocument(editor.document)).text);
    await editing;
    const after = editor.document.getText();
    assert.ok(after.length < before.length && read.every((text) => text === before || text === after));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

describe("Many questions", () => {
  const window = watchWindow();
  const host = ownHost();
  const never = new vscode.CancellationTokenSource().token;
  after(closeEditors);

  it("about one selection are one question", async () => {
    const editor = await showText("one two three four five six seven\n".repeat(20));
    const watched = new Watched(host());
    const hovers = new SelectionHover(watched.host);
    const ask = (count: number) =>
      Promise.all(
        Array.from({length: count}, (_, at) =>
          hovers.provideHover(editor.document, editor.document.positionAt(at % 100), never)
        )
      );
    select(editor, 0, 200);
    const first = await ask(500);
    assert.ok(first[0] && first.every((hover) => hover === first[0]));
    assert.deepEqual([...watched.asked], [["tokenize", 1]]);
    select(editor, 0, 300);
    const [second] = await ask(500);
    assert.ok(second && second !== first[0]);
    assert.deepEqual([...watched.asked], [["tokenize", 2]]);
  });

  it("for a completion are those for the last place, also from several editors", async () => {
    const watched = new Watched(host());
    const provider = new CompletionProvider(watched.host, new RecentEdits());
    const first = (await showText("def area(radius):\n    return ")).document;
    const second = (await showText("import path from ")).document;
    const context = {triggerKind: vscode.InlineCompletionTriggerKind.Invoke, selectedCompletionInfo: undefined};
    const answers = await Promise.all(
      Array.from({length: 40}, (_, at) => {
        const document = at % 2 === 0 ? first : second;
        const end = document.positionAt(document.getText().length);
        return provider.provideInlineCompletionItems(document, end, context, never);
      })
    );
    provider.dispose();
    // Asked again at the same place, it may have others beside the greedy one.
    assert.deepEqual(
      answers.map(({length}) => length > 0),
      answers.map((_, at) => at % 2 === 1)
    );
    assert.deepEqual(window().messages, []);
  });

  it("that many editors make are one at a time", async () => {
    const watched = new Watched(host());
    const count = new StatusBarCount(watched.host);
    try {
      for (let at = 0; at < 12; at++) {
        const document = await vscode.workspace.openTextDocument({content: `editor ${at}`});
        await vscode.window.showTextDocument(document, {preview: false});
      }
      await until(() => watched.answeredText === "editor 11");
      assert.ok((watched.asked.get("openDocument") ?? 0) <= 12);
      assert.equal(watched.asked.get("count"), undefined);
      assert.equal(watched.maxAtOnce, 1);
    } finally {
      count.dispose();
    }
  });

  it("to score wait in a line, say where, and leave it at once", async () => {
    await showText("for i in range(10):\n    print(i)\n".repeat(20_000));
    const first = vscode.commands.executeCommand("tokenscope.perplexity");
    const running = await until(() => window().works[0]);
    await until(() => running.reports.some(({increment = 0}) => increment > 0));
    const second = vscode.commands.executeCommand("tokenscope.perplexity");
    const waiting = await until(() => window().works[1]);
    await until(() => waiting.reports.some(({message}) => message === "waiting, place 1 in line"));
    waiting.cancel();
    await second;
    assert.ok(waiting.ended && !running.ended);
    running.cancel();
    await first;
    assert.deepEqual(window().messages, []);
    for (const list of window().lists) list.hide();
  });
});
