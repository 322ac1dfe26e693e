import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {DocumentCount} from "../../src/contract/documents";
import type {ModelRef} from "../../src/contract/models";
import type {EngineMethod} from "../../src/contract/requests";
import {LiveDocuments} from "../../src/host/documents/liveDocuments";
import type {EngineClient} from "../../src/host/engine/engineClient";
import type {Settings} from "../../src/host/settings";
import {Random} from "../faults/random";
import {cases} from "../harness/thorough";
import {closeEditors, showFile, showText, temporaryFolder} from "./support/editors";
import {killEngine, noProcesses} from "./support/engineProcess";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";

const never = new vscode.CancellationTokenSource().token;

/** Live documents of their own, whose requests are recorded. */
class Watched {
  readonly asked: EngineMethod[] = [];
  readonly documents: LiveDocuments;
  model: ModelRef;
  /** Called when a request is made, before it is sent. */
  onRequest: (method: EngineMethod) => void = () => undefined;
  /** Called when an answer has come, before it is given on. */
  onAnswer: (method: EngineMethod) => void = () => undefined;

  constructor(engine: EngineClient, settings: Settings) {
    const request = async (...parameters: Parameters<EngineClient["request"]>): Promise<unknown> => {
      this.asked.push(parameters[0]);
      const answer = engine.request(...parameters);
      this.onRequest(parameters[0]);
      await answer;
      this.onAnswer(parameters[0]);
      return await answer;
    };
    this.model = settings.scoringModel();
    const watchedEngine = Object.assign(Object.create(engine) as EngineClient, {request});
    const watchedSettings = Object.assign(Object.create(settings) as Settings, {scoringModel: () => this.model});
    this.documents = new LiveDocuments(watchedEngine, watchedSettings);
  }

  /** What was asked since the last call. */
  take(): EngineMethod[] {
    return this.asked.splice(0);
  }
}

describe("A live document", () => {
  const host = ownHost();
  const folder = temporaryFolder();
  let watched: Watched;
  beforeEach(() => {
    watched = new Watched(host().engine, host().settings);
  });
  afterEach(() => watched.documents.dispose());
  after(closeEditors);

  /** The count of the text, by itself. */
  async function fullCount(text: string): Promise<number> {
    return (await host().engine.request("count", {model: host().settings.scoringModel(), text})).count;
  }

  /** Holds the live count, and what the engine says about the text, against a count of the whole text. */
  async function agrees(document: vscode.TextDocument): Promise<void> {
    const {version, count, length, characters, bytes} = await watched.documents.count(document, never);
    const text = document.getText();
    assert.equal(version, document.version);
    assert.equal(length, text.length);
    assert.equal(count, await fullCount(text));
    assert.equal(characters, Array.from(text).length);
    assert.equal(bytes, Buffer.byteLength(text.toWellFormed()));
  }

  async function insert(editor: vscode.TextEditor, text: string, at = new vscode.Position(0, 0)): Promise<void> {
    assert.ok(await editor.edit((change) => change.insert(at, text)));
  }

  it("is sent once; then only its edits are, with the next question", async () => {
    const editor = await showText("one two three\n");
    await agrees(editor.document);
    assert.deepEqual(watched.take(), ["openDocument"]);
    await insert(editor, "zero ");
    await insert(editor, "minus one ");
    assert.deepEqual(watched.take(), []);
    await agrees(editor.document);
    await agrees(editor.document);
    assert.deepEqual(watched.take(), ["changeDocument"]);
  });

  it("costs nothing before somebody has asked, nor for others", async () => {
    const other = await showText("other");
    await agrees(other.document);
    watched.take();
    const editor = await showText("one");
    await insert(editor, "two ");
    assert.deepEqual(watched.take(), []);
    assert.equal(watched.documents.keeps(editor.document), false);
    assert.equal(watched.documents.keeps(other.document), true);
  });

  it("is right after random edits, undone and done again", async () => {
    const seed = Number(process.env["TOKENSCOPE_SEED"] ?? 16);
    const random = new Random(seed);
    const pieces = [
      "a",
      " ",
      "\n",
      "\r\n",
      "word ",
      "😀",
      "👩‍👩‍👧",
      "e\u0301",
      "0123456789",
      "\t\t",
      "漢字",
      "<|endoftext|>"
    ];
    const editor = await showText("The quick brown fox 😀 jumps\nover the lazy dog.\n".repeat(30));
    const {document} = editor;
    const position = () => document.positionAt(random.below(document.getText().length + 1));
    const edit = async (): Promise<string> => {
      const kind = random.below(10);
      if (kind === 0) await vscode.commands.executeCommand("undo");
      else if (kind === 1) await vscode.commands.executeCommand("redo");
      else if (kind === 2)
        await editor.edit((change) =>
          change.setEndOfLine(document.eol === vscode.EndOfLine.LF ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF)
        );
      else if (kind === 3 && random.chance(0.2))
        await editor.edit((change) => change.delete(new vscode.Range(0, 0, document.lineCount, 0)));
      else if (kind === 4) await insert(editor, random.pick(pieces).repeat(random.below(2000)), position());
      else if (kind === 5) {
        // Several cursors.
        editor.selections = Array.from({length: 5}, position).map((at) => new vscode.Selection(at, at));
        await vscode.commands.executeCommand("type", {text: random.pick(["x", " ", "é"])});
      } else if (kind === 6) {
        const start = position();
        await editor.edit((change) =>
          change.delete(new vscode.Range(start, document.positionAt(document.offsetAt(start) + random.below(40))))
        );
      } else await insert(editor, random.pick(pieces), position());
      return `edit ${kind}`;
    };
    for (let i = 0; i < cases(80, 400); i++) {
      const edits: string[] = [];
      for (let j = random.below(3); j >= 0; j--) edits.push(await edit());
      try {
        await agrees(document);
      } catch (error) {
        throw new Error(`seed ${seed}, step ${i}: ${edits.join(", ")}`, {cause: error});
      }
    }
    assert.ok(watched.take().filter((method) => method === "changeDocument").length > 20);
  });

  it("is right after its line ends were changed, and that undone", async () => {
    const editor = await showFile(folder.write("ends.txt", "one\ntwo\n\nthree\n"));
    const {document} = editor;
    await agrees(document);
    await editor.edit((change) => change.setEndOfLine(vscode.EndOfLine.CRLF));
    assert.equal(document.getText(), "one\r\ntwo\r\n\r\nthree\r\n");
    await agrees(document);
    await insert(editor, "zero\n");
    await agrees(document);
    await vscode.commands.executeCommand("undo");
    await agrees(document);
    await vscode.commands.executeCommand("undo");
    await agrees(document);
    // Two in one event, or in one question.
    await editor.edit((change) => {
      change.insert(new vscode.Position(1, 1), "x\ny");
      change.setEndOfLine(document.eol === vscode.EndOfLine.LF ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF);
    });
    await agrees(document);
  });

  it("is right where it is edited while it is read, opened or changed", async () => {
    const editor = await showText(`${"lorem ipsum ".repeat(10)}\n`.repeat(10_000));
    const counting = agrees(editor.document);
    await insert(editor, "while it is read ");
    await counting;
    let edits = 0;
    const editing: Promise<void>[] = [];
    watched.onRequest = () => {
      if (edits++ < 4) editing.push(insert(editor, "while it is sent ", new vscode.Position(edits, 3)));
    };
    await insert(editor, "before ");
    await agrees(editor.document);
    await host().documents.count(editor.document, never);
    await Promise.all(editing);
    assert.ok(edits > 0);
    await agrees(editor.document);
  });

  it("is sent anew after larger edits than are worth sending", async () => {
    const editor = await showText("one two three\n");
    await agrees(editor.document);
    await insert(editor, "lorem ipsum\n".repeat(360_000));
    watched.take();
    await agrees(editor.document);
    assert.deepEqual(watched.take(), ["openDocument"]);
  });

  it("is opened again by the next question after the engine's death, and not before", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showText("one two three");
    await agrees(editor.document);
    await killEngine();
    await until(() => host().engine.state.process === "none");
    assert.equal(watched.documents.keeps(editor.document), false);
    await insert(editor, "zero ");
    assert.equal(host().engine.processId, undefined);
    await agrees(editor.document);
    assert.equal(watched.documents.keeps(editor.document), true);
    host().engine.restart();
  });

  it("says that the engine has died, and the next question works", async function () {
    if (noProcesses !== undefined) this.skip();
    const editor = await showText("one two three");
    await agrees(editor.document);
    await insert(editor, "zero ");
    watched.onRequest = () => {
      watched.onRequest = () => undefined;
      process.kill(host().engine.processId as number, "SIGKILL");
    };
    await assert.rejects(watched.documents.count(editor.document, never), /process ended while counting tokens/);
    await insert(editor, "minus one ");
    await agrees(editor.document);
    host().engine.restart();
  });

  it("says that the engine has died while it was opened, to all who wait; the next question works", async function () {
    if (noProcesses !== undefined) this.skip();
    const {document} = await showText("one two three");
    watched.onRequest = () => {
      watched.onRequest = () => undefined;
      process.kill(host().engine.processId as number, "SIGKILL");
    };
    // As the status bar asks, and Count Tokens after it.
    const waiting = [{inPassing: true}, {asked: true}].map((options) =>
      watched.documents.count(document, never, options)
    );
    const answers = await Promise.allSettled(waiting);
    for (const answer of answers) {
      assert.ok(answer.status === "rejected");
      assert.match(String(answer.reason), /process ended while counting tokens/);
    }
    assert.deepEqual(watched.take(), ["openDocument"]);
    await agrees(document);
    host().engine.restart();
  });

  it("stays where its language is changed, and is forgotten where it is closed", async () => {
    const {document} = await showText("def f():\n    return 1\n");
    await agrees(document);
    await vscode.languages.setTextDocumentLanguage(document, "python");
    await until(() => document.languageId === "python");
    watched.take();
    const editor = vscode.window.activeTextEditor as vscode.TextEditor;
    await insert(editor, "# a\n");
    await agrees(document);
    assert.deepEqual(watched.take(), ["changeDocument"]);
    await closeEditors();
    await until(() => document.isClosed);
    await until(() => watched.asked.includes("closeDocument"));
    await assert.rejects(watched.documents.count(document, never), vscode.CancellationError);
  });

  it("is counted by the model that is chosen now", async () => {
    const editor = await showText("one two three");
    await agrees(editor.document);
    watched.model = {...watched.model, contextSize: 512};
    const counting = agrees(editor.document);
    await counting;
    assert.equal(watched.take().filter((method) => method === "openDocument").length, 2);
    // Chosen while it is counted.
    const {model} = watched;
    await insert(editor, "zero ");
    watched.onRequest = () => {
      watched.model = {...model, contextSize: 256};
      watched.onRequest = () => undefined;
      void watched.documents.count(editor.document, never);
    };
    await agrees(editor.document);
  });

  it("is not opened to the end where nobody waits for it any more, but is for who still does", async () => {
    const {document} = await showText(`${"lorem ipsum ".repeat(10)}\n`.repeat(20_000));
    const [one, other] = [new vscode.CancellationTokenSource(), new vscode.CancellationTokenSource()];
    const first = watched.documents.count(document, one.token);
    const second = watched.documents.count(document, other.token);
    await until(() => watched.asked.length > 0);
    one.cancel();
    await assert.rejects(first, vscode.CancellationError);
    assert.deepEqual(watched.asked, ["openDocument"]);
    other.cancel();
    await assert.rejects(second, vscode.CancellationError);
    assert.equal(watched.documents.keeps(document), false);
    await agrees(document);
  });

  it("is counted for who asks in the moment in which it would have been given up", async () => {
    const editor = await showText("one two three");
    const {document} = editor;
    for (let turns = 0; turns < 40; turns++) {
      await agrees(document);
      await insert(editor, "zero ");
      // Its edits do not fit then: it has to be opened, for nobody.
      const {model} = watched;
      await host().engine.request("closeDocument", {model, document: document.uri.toString()});
      const source = new vscode.CancellationTokenSource();
      watched.onRequest = () => source.cancel();
      const asked = new Promise<DocumentCount>((resolve, reject) => {
        watched.onAnswer = async () => {
          watched.onAnswer = () => undefined;
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          watched.documents.count(document, never).then(resolve, reject);
        };
      });
      await assert.rejects(watched.documents.count(document, source.token), vscode.CancellationError);
      assert.equal((await asked).version, document.version, `after ${turns} turns`);
    }
  });

  it("is stopped for all who wait, until a person asks for it", async () => {
    const {document} = await showText(`${"lorem ipsum ".repeat(10)}\n`.repeat(20_000));
    const waiting = [watched.documents.count(document, never), watched.documents.tokenEnd(document, 3, never)];
    await until(() => watched.asked.length > 0);
    watched.documents.stop(document);
    for (const one of waiting) await assert.rejects(one, vscode.CancellationError);
    assert.equal(watched.documents.isStopped(document), true);
    await assert.rejects(watched.documents.count(document, never), vscode.CancellationError);
    await watched.documents.count(document, never, {asked: true});
    // What is kept is not stopped.
    watched.documents.stop(document);
    await agrees(document);
  });

  it("counts ranges each by itself, as they are now", async () => {
    const editor = await showText("one two three\nfour five\n".repeat(20_000));
    const ranges = [new vscode.Range(30_001, 0, 30_001, 4), new vscode.Range(0, 0, 0, 3), new vscode.Range(2, 3, 9, 1)];
    const result = await watched.documents.countRanges(editor.document, () => ranges, never);
    const alone = await Promise.all(ranges.map((range) => fullCount(editor.document.getText(range))));
    assert.deepEqual([...result.counts], alone);
    assert.equal(
      result.count,
      alone.reduce((sum, count) => sum + count)
    );
    watched.onRequest = (method) => {
      if (method === "countRanges") watched.onRequest = () => undefined;
      void insert(editor, "zero ");
    };
    const again = await watched.documents.countRanges(editor.document, () => ranges, never);
    const now = await Promise.all(ranges.map((range) => fullCount(editor.document.getText(range))));
    assert.deepEqual([...again.counts], now);
  });
});
