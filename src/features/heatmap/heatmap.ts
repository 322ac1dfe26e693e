import {setImmediate} from "node:timers/promises";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import type {Progress} from "../../contract/progress";
import {progressText} from "../../contract/progressText";
import {fullDetail} from "../../contract/scoring";
import {readDocument} from "../../host/documents/documentText";
import {isToolDocument} from "../../host/documents/toolDocument";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {scoreOrStop} from "../../host/scoring";
import type {ColourChoice} from "../../metrics/colourChoice";
import {needsDetail} from "../../metrics/colourScale";
import {plainText} from "../../text/plainText";
import {editDebounce} from "./editDebounce";
import {type Heat, heatOfScores, recoloured} from "./heat";
import {HeatColours} from "./heatColours";
import {HeatHover, type HeatSource} from "./heatHover";
import {type HeatState, HeatStatus} from "./heatStatus";

/** Colours are drawn after this long without an edit or scrolling (ms). Until then VS Code moves them with the text. */
const drawDebounce = 60;

/** A document that was visible since the heatmap was turned on. */
interface HeatedDocument {
  heat?: Heat | undefined;
  /** True if its present text has no scores yet. */
  needsScore: boolean;
  /** How the last attempt ended, if it gave no scores. */
  ended?: Extract<HeatState, {type: "failed" | "stopped"}> | undefined;
  debounceTimer?: NodeJS.Timeout | undefined;
}

interface Running {
  readonly document: vscode.TextDocument;
  progress: string;
  /** True if the user wants no more of it than there is. */
  isStopped: boolean;
}

/**
 * The heatmap while it is on. It scores the visible documents one after the other, colours them, and scores them again
 * after edits. Disposing it removes all of this.
 */
export class Heatmap implements vscode.Disposable, HeatSource {
  private readonly documents = new Map<vscode.TextDocument, HeatedDocument>();
  private readonly colours = new HeatColours();
  private readonly status = new HeatStatus();
  private readonly subscriptions: vscode.Disposable;
  private running: Running | undefined;
  /** Cancelled: the text is not scored any more. */
  private readonly scoring = new LatestOnly();
  /** Cancelled: what was scored so far is coloured. */
  private readonly stopping = new LatestOnly();
  /** A scoring ended, or other documents are visible. */
  private readonly ended = new vscode.EventEmitter<void>();
  private drawTimer: NodeJS.Timeout | undefined;
  /** The last error shown. The same error is not shown again until another error or a success. */
  private shownError: string | undefined;
  private disposed = false;

  constructor(private readonly host: Host) {
    this.subscriptions = vscode.Disposable.from(
      this.colours,
      this.status,
      this.ended,
      vscode.languages.registerHoverProvider({pattern: "**"}, new HeatHover(host, this)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.syncVisibleDocuments()),
      vscode.window.onDidChangeActiveTextEditor(() => this.syncVisibleDocuments()),
      vscode.window.onDidChangeTextEditorVisibleRanges(() => this.scheduleDraw("soon")),
      vscode.window.onDidChangeActiveColorTheme(() => this.updateStatus()),
      vscode.workspace.onDidChangeTextDocument((change) => this.onEdit(change)),
      // A change of language closes a document and opens it again.
      vscode.workspace.onDidOpenTextDocument(() => this.syncVisibleDocuments()),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      host.settings.onDidChangeModel(() => this.rescoreAll()),
      host.settings.onDidChangeColours(() => this.recolourAll()),
      host.settings.onDidChangeLineFigures(() => this.scheduleDraw("soon"))
    );
    this.syncVisibleDocuments();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.drawTimer);
    this.scoring.dispose();
    for (const document of [...this.documents.keys()]) this.forget(document);
    this.ended.fire();
    this.subscriptions.dispose();
  }

  heatOf(document: vscode.TextDocument): Heat | undefined {
    return this.documents.get(document)?.heat;
  }

  /** The scores of a visible document, once there are some. Undefined if there are none to wait for. */
  async whenScored(document: vscode.TextDocument): Promise<Heat | undefined> {
    for (;;) {
      const heated = this.documents.get(document);
      if (this.disposed || heated === undefined || heated.ended || !visibleDocuments().includes(document))
        return undefined;
      const isAwaited = heated.needsScore || this.running?.document === document;
      // Before its first score, an edit only puts that off.
      if (!isAwaited && (heated.heat || heated.debounceTimer === undefined)) return heated.heat;
      await new Promise<void>((resolve) => {
        const listening = this.ended.event(() => {
          listening.dispose();
          resolve();
        });
      });
    }
  }

  /** Stops scoring, and colours the text as far as it was scored. */
  stop(): void {
    if (this.running !== undefined) this.running.isStopped = true;
    this.stopping.cancel();
  }

  /** Adds the visible documents, and starts to score them. */
  private syncVisibleDocuments(): void {
    const seen = visibleDocuments();
    for (const document of seen) if (!this.documents.has(document)) this.documents.set(document, {needsScore: true});
    // A document that is no longer visible must not block the visible ones.
    if (this.running && !seen.includes(this.running.document)) this.requeue(this.running);
    // Who waits for the scores of one that is gone waits no more.
    this.ended.fire();
    this.scheduleDraw();
    this.scoreNext();
  }

  private onEdit({document, contentChanges}: vscode.TextDocumentChangeEvent): void {
    const heated = this.documents.get(document);
    if (heated === undefined || contentChanges.length === 0) return;
    heated.heat?.pieces.edit(contentChanges);
    heated.needsScore = false;
    if (this.running?.document === document) this.scoring.cancel();
    clearTimeout(heated.debounceTimer);
    heated.debounceTimer = setTimeout(() => {
      heated.debounceTimer = undefined;
      heated.needsScore = true;
      this.scoreNext();
    }, editDebounce);
    this.scheduleDraw();
  }

  private forget(document: vscode.TextDocument): void {
    clearTimeout(this.documents.get(document)?.debounceTimer);
    this.documents.delete(document);
    if (this.running?.document === document) this.scoring.cancel();
    this.ended.fire();
  }

  /** Drops all scores, which another model made, and starts again. */
  private rescoreAll(): void {
    this.shownError = undefined;
    for (const document of [...this.documents.keys()]) this.forget(document);
    this.syncVisibleDocuments();
  }

  private recolourAll(): void {
    for (const heated of this.documents.values()) void this.recolour(heated);
    this.scoreNext();
  }

  /** Colours scores by what the user chose now. What they don't have is scored. */
  private async recolour(heated: HeatedDocument): Promise<void> {
    const {heat} = heated;
    const {colours} = this.host.settings;
    if (heat === undefined || isSameColours(heat.choice, colours)) return;
    if (heat.scores.detail === null && needsDetail(colours.by) && !needsDetail(heat.scoredFor)) {
      heated.needsScore = true;
      return;
    }
    const other = await recoloured(heat, colours);
    if (this.disposed || heated.heat !== heat) return;
    heated.heat = other;
    this.scheduleDraw("soon");
    // Another choice may have come meanwhile.
    await this.recolour(heated);
  }

  private requeue({document}: Running): void {
    const heated = this.documents.get(document);
    if (heated !== undefined) heated.needsScore = true;
    this.scoring.cancel();
  }

  /** Scores the next document that needs it, the active one first. */
  private scoreNext(): void {
    if (!this.running && !this.disposed) {
      const document = visibleDocuments().find((one) => this.documents.get(one)?.needsScore);
      const heated = document && this.documents.get(document);
      if (document && heated) void this.score(document, heated);
    }
    this.updateStatus();
  }

  private async score(document: vscode.TextDocument, heated: HeatedDocument): Promise<void> {
    const running: Running = {document, progress: "…", isStopped: false};
    this.running = running;
    heated.needsScore = false;
    heated.ended = undefined;
    await this.scoring.run(undefined, async (token) => {
      try {
        heated.heat = await this.stopping.run(undefined, (stop) => this.scoreHeat(running, stop, token));
        this.shownError = undefined;
        void this.recolour(heated);
      } catch (error) {
        if (!token.isCancellationRequested) this.fail(heated, error, running);
      }
    });
    this.running = undefined;
    this.ended.fire();
    if (this.disposed) return;
    this.scheduleDraw();
    this.scoreNext();
  }

  /** Scores the text; undefined for an empty one. */
  private async scoreHeat(
    running: Running,
    stop: vscode.CancellationToken,
    token: vscode.CancellationToken
  ): Promise<Heat | undefined> {
    const {text, toSend} = await readDocument(running.document);
    if (text === "") return undefined;
    const onProgress = (progress: Progress): void => {
      running.progress = progressText(progress);
      if (this.running === running) this.updateStatus();
    };
    const {colours} = this.host.settings;
    const detail = needsDetail(colours.by) ? {top: fullDetail} : {};
    const {ends, ...scores} = await scoreOrStop(this.host, {text: toSend, ...detail}, stop, onProgress, token);
    if (ends === null)
      throw new HostError(
        "noSpans",
        vscode.l10n.t(
          'The tokenizer of "{0}" rewrites text, so its tokens have no positions in it: choose another model for the heatmap.',
          scores.model.file
        )
      );
    const heat = await heatOfScores(this.host, text, {...scores, ends}, colours);
    // The pieces missed an edit that came while they were cut.
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    return heat;
  }

  private fail(heated: HeatedDocument, error: unknown, {isStopped}: Running): void {
    if (this.disposed) return;
    if (error instanceof vscode.CancellationError && isStopped) {
      heated.ended = {type: "stopped"};
      return;
    }
    if (error instanceof vscode.CancellationError) {
      // The engine was restarted, for a reason that has nothing to do with this text.
      heated.needsScore = true;
      return;
    }
    const message = this.host.errors.describe(error);
    heated.ended = {type: "failed", message};
    if (message === this.shownError) return;
    this.shownError = message;
    // The status bar says what happened; the notification also has a button.
    if (error instanceof HumanError) void this.host.errors.show(error);
  }

  /** Draws soon. While scrolling, a draw that is due is kept; while typing, it is put off until the text is quiet. */
  private scheduleDraw(when: "soon" | "quiet" = "quiet"): void {
    if (when === "soon" && this.drawTimer !== undefined) return;
    clearTimeout(this.drawTimer);
    this.drawTimer = setTimeout(() => void this.draw(), drawDebounce);
  }

  private async draw(): Promise<void> {
    this.drawTimer = undefined;
    this.updateStatus();
    for (const editor of vscode.window.visibleTextEditors) {
      if (!isColoured(editor.document)) continue;
      this.colours.draw(editor, this.heatOf(editor.document), this.host.settings.lineFigures);
      // One editor per turn of the event loop, because each has many decorations.
      await setImmediate();
      if (this.disposed || this.drawTimer !== undefined) return;
    }
  }

  private updateStatus(): void {
    if (!this.disposed) this.status.show(this.state(), this.host.settings.colours);
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

/** The user's visible documents, the active one first. */
function visibleDocuments(): vscode.TextDocument[] {
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  const editors = activeTextEditor ? [activeTextEditor, ...visibleTextEditors] : visibleTextEditors;
  const documents = editors.map(({document}) => document);
  return [...new Set(documents)].filter(isColoured);
}

/** A notebook's cell is a document of its own, and scored by itself. */
function isColoured(document: vscode.TextDocument): boolean {
  return !isToolDocument(document) && !document.isClosed;
}

function isSameColours(a: ColourChoice, b: ColourChoice): boolean {
  return a.by === b.by && a.threshold === b.threshold;
}
