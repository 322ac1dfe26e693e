import {setImmediate} from "node:timers/promises";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import type {Progress} from "../../contract/progress";
import {progressText} from "../../contract/progressText";
import {runInSlices} from "../../host/cooperativeWork";
import {type DocumentText, readDocument} from "../../host/documents/documentText";
import {isToolDocument} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {cutIntoPieces} from "../../metrics/pieces";
import {plainText} from "../../text/plainText";
import {HeatColours} from "./heatColours";
import {type Heat, HeatHover, type HeatSource} from "./heatHover";
import {type HeatState, HeatStatus} from "./heatStatus";
import {MovingPieces} from "./movingPieces";

/** Milliseconds without an edit before a text is scored again. */
const quiet = 600;

/** Milliseconds without an edit or scrolling before colours are set; until then VS Code moves them with the text. */
const redraw = 60;

/** A document that is or was in sight since the heatmap was turned on. */
interface Heated {
  heat?: Heat | undefined;
  /** Its text has no scores yet, or not those of its present text. */
  wanted: boolean;
  /** How the last attempt ended without scores. */
  ended?: Extract<HeatState, {type: "failed" | "stopped"}> | undefined;
  resting?: NodeJS.Timeout | undefined;
}

interface Running {
  readonly document: vscode.TextDocument;
  readonly cancel: vscode.CancellationTokenSource;
  readonly stop: vscode.CancellationTokenSource;
  /** Tokens scored so far. */
  scored: number;
  progress: string;
}

/**
 * The heatmap while it is on: scores the documents that can be seen, one after the other, colours them, and scores them
 * again when they are edited. Everything of it ends with its disposal.
 */
export class Heatmap implements vscode.Disposable, HeatSource {
  private readonly documents = new Map<vscode.TextDocument, Heated>();
  private readonly colours = new HeatColours();
  private readonly status = new HeatStatus();
  private readonly subscriptions: vscode.Disposable;
  private running: Running | undefined;
  private drawing: NodeJS.Timeout | undefined;
  /** The last error shown; it is not shown again until another one, or a success, comes. */
  private shownError: string | undefined;
  private disposed = false;

  constructor(private readonly host: Host) {
    this.subscriptions = vscode.Disposable.from(
      this.colours,
      this.status,
      vscode.languages.registerHoverProvider({pattern: "**"}, new HeatHover(host, this)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.look()),
      vscode.window.onDidChangeActiveTextEditor(() => this.look()),
      vscode.window.onDidChangeTextEditorVisibleRanges(() => this.drawSoon("soon")),
      vscode.window.onDidChangeActiveColorTheme(() => this.tell()),
      vscode.workspace.onDidChangeTextDocument((change) => this.edited(change)),
      // A change of language closes a document and opens it again.
      vscode.workspace.onDidOpenTextDocument(() => this.look()),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      host.settings.onDidChangeModel(() => this.startAgain())
    );
    this.look();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.drawing);
    this.running?.cancel.cancel();
    for (const document of [...this.documents.keys()]) this.forget(document);
    this.subscriptions.dispose();
  }

  heatOf(document: vscode.TextDocument): Heat | undefined {
    return this.documents.get(document)?.heat;
  }

  /** What is being scored is coloured as far as it has come. */
  stop(): void {
    const {running} = this;
    if (running === undefined) return;
    if (running.scored === 0) {
      const heated = this.documents.get(running.document);
      if (heated) heated.ended = {type: "stopped"};
      running.cancel.cancel();
    } else running.stop.cancel();
  }

  /** Takes in what can be seen now. */
  private look(): void {
    const seen = visibleDocuments();
    for (const document of seen) if (!this.documents.has(document)) this.documents.set(document, {wanted: true});
    // Whoever looks elsewhere wants the model for that.
    if (this.running && !seen.includes(this.running.document)) this.takeBack(this.running);
    this.drawSoon();
    this.next();
  }

  private edited({document, contentChanges}: vscode.TextDocumentChangeEvent): void {
    const heated = this.documents.get(document);
    if (heated === undefined || contentChanges.length === 0) return;
    heated.heat?.pieces.edit(contentChanges);
    heated.wanted = false;
    if (this.running?.document === document) this.running.cancel.cancel();
    clearTimeout(heated.resting);
    heated.resting = setTimeout(() => {
      heated.wanted = true;
      this.next();
    }, quiet);
    this.drawSoon();
  }

  private forget(document: vscode.TextDocument): void {
    clearTimeout(this.documents.get(document)?.resting);
    this.documents.delete(document);
    if (this.running?.document === document) this.running.cancel.cancel();
  }

  /** Scores of another model say nothing any more. */
  private startAgain(): void {
    this.shownError = undefined;
    for (const document of [...this.documents.keys()]) this.forget(document);
    this.look();
  }

  private takeBack({document, cancel}: Running): void {
    const heated = this.documents.get(document);
    if (heated !== undefined) heated.wanted = true;
    cancel.cancel();
  }

  /** Scores the next text that wants it, the active one first. */
  private next(): void {
    if (!this.running && !this.disposed) {
      const document = visibleDocuments().find((one) => this.documents.get(one)?.wanted);
      const heated = document && this.documents.get(document);
      if (document && heated) void this.score(document, heated);
    }
    this.tell();
  }

  private async score(document: vscode.TextDocument, heated: Heated): Promise<void> {
    const cancel = new vscode.CancellationTokenSource();
    const stop = new vscode.CancellationTokenSource();
    const running: Running = {document, cancel, stop, scored: 0, progress: "…"};
    this.running = running;
    heated.wanted = false;
    heated.ended = undefined;
    try {
      const text = await readDocument(document);
      heated.heat = text.text === "" ? undefined : await this.heat(text, running);
      this.shownError = undefined;
    } catch (error) {
      if (!cancel.token.isCancellationRequested) this.fail(heated, error);
    } finally {
      this.running = undefined;
      cancel.dispose();
      stop.dispose();
      if (!this.disposed) {
        this.drawSoon();
        this.next();
      }
    }
  }

  private async heat({text, toSend}: DocumentText, running: Running): Promise<Heat> {
    const {token} = running.cancel;
    const onProgress = (progress: Progress): void => {
      running.progress = progressText(progress);
      if (progress.stage === "score") running.scored = progress.done;
      if (this.running === running) this.tell();
    };
    const model = this.host.settings.scoringModel();
    const scores = await this.host.engine.request(
      "score",
      {model, text: toSend},
      {token, stop: running.stop.token, onProgress}
    );
    if (scores.ends === null)
      throw new HumanError(
        "invalidRequest",
        vscode.l10n.t(
          'The tokenizer of "{0}" rewrites text, so its tokens have no places in it: choose another model for the heatmap.',
          scores.model.file
        )
      );
    const pieces = new MovingPieces(await runInSlices(cutIntoPieces(text, scores.ends, scores.logprobs)));
    // An edit that came while they were cut was not told to them.
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    return {scores, pieces};
  }

  private fail(heated: Heated, error: unknown): void {
    if (this.disposed) return;
    if (error instanceof vscode.CancellationError) {
      // The engine was restarted: that was not about this text.
      heated.wanted = true;
      return;
    }
    const message = this.host.errors.describe(error);
    heated.ended = {type: "failed", message};
    if (message === this.shownError) return;
    this.shownError = message;
    // The status bar says what happened; the notification has the way out.
    if (error instanceof HumanError) void this.host.errors.show(error);
  }

  /** While one scrolls, colours come on the way; while one types, they would come for a text that is gone already. */
  private drawSoon(when: "soon" | "quiet" = "quiet"): void {
    if (when === "soon" && this.drawing !== undefined) return;
    clearTimeout(this.drawing);
    this.drawing = setTimeout(() => void this.draw(), redraw);
  }

  private async draw(): Promise<void> {
    this.drawing = undefined;
    this.tell();
    for (const editor of vscode.window.visibleTextEditors) {
      if (!isColoured(editor.document)) continue;
      this.colours.draw(editor, this.heatOf(editor.document)?.pieces);
      // One editor a turn: many of them are many decorations.
      await setImmediate();
      if (this.disposed || this.drawing !== undefined) return;
    }
  }

  private tell(): void {
    if (!this.disposed) this.status.show(this.state());
  }

  private state(): HeatState {
    if (this.running) return {type: "scoring", message: this.running.progress};
    const [document] = visibleDocuments();
    const heated = document && this.documents.get(document);
    if (heated?.ended) return heated.ended;
    if (!heated?.heat) return {type: "nothing"};
    const {model, finished, summary} = heated.heat.scores;
    const name = plainText(model.name);
    if (finished) return {type: "coloured", model: name};
    return {type: "partial", model: name, scored: summary.scored, tokens: summary.tokens};
  }
}

/** The user's texts that can be seen, the active one first. */
function visibleDocuments(): vscode.TextDocument[] {
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  const editors = activeTextEditor ? [activeTextEditor, ...visibleTextEditors] : visibleTextEditors;
  const documents = editors.map(({document}) => document);
  return [...new Set(documents)].filter(isColoured);
}

/** A notebook's cell is a text of its own, and too short a one to be scored as such. */
function isColoured(document: vscode.TextDocument): boolean {
  return !isToolDocument(document) && document.uri.scheme !== "vscode-notebook-cell" && !document.isClosed;
}
