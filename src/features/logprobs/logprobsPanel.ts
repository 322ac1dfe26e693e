import {randomBytes, randomUUID} from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import {HumanError} from "../../engine/api";
import type {Host} from "../../host/host";
import {openPlace, placeOf, type Subject} from "../../host/subject";
import {summarize} from "../../metrics/summary";
import {visibleText} from "../../metrics/visibleText";
import {logprobsPage} from "./logprobsPage";
import {readMessage} from "./messages";
import {movedSource} from "./movedSource";
import type {FromView, ScoredText, Source, ToView, ViewState} from "./protocol";
import {exportJson, scoredText, tokenRange} from "./scoredText";
import {selectInEditor, stillHolds, subjectAgain} from "./sourceText";

const alternativesShown = 10;

/** Milliseconds without an edit before the scored text is compared with its document. */
const compareDelay = 300;

const changed = "The document has changed since it was scored.";

/** What the view shows, besides alternatives and notices: enough to bring a hidden view up to date. */
type Display = Extract<ToView, {type: "show" | "progress" | "failed"}>;

/** One webview with one text: scores it, answers the view, and keeps an eye on the text's document. */
export class LogprobsPanel implements vscode.Disposable {
  static readonly viewType = "tokenscope.logprobs";

  private source: Source | null = null;
  private scored: ScoredText | null = null;
  private display: Display | null = null;
  private notice: string | null = null;
  private scoring: vscode.CancellationTokenSource | undefined;
  private asking: vscode.CancellationTokenSource | undefined;
  private comparing: ReturnType<typeof setTimeout> | undefined;
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel
  ) {
    const {webview} = panel;
    const folder = vscode.Uri.joinPath(host.extensionUri, "dist", "webview");
    const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    webview.options = {enableScripts: true, localResourceRoots: [folder]};
    this.subscriptions.push(
      webview.onDidReceiveMessage((message) => this.receive(message)),
      vscode.workspace.onDidChangeTextDocument((change) => this.follow(change))
    );
    webview.html = logprobsPage({
      script: address("logprobs.js"),
      styles: address("logprobs.css"),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64")
    });
  }

  static create(host: Host): LogprobsPanel {
    const column = {viewColumn: vscode.ViewColumn.Beside};
    const panel = vscode.window.createWebviewPanel(LogprobsPanel.viewType, "Logprobs", column, {
      enableFindWidget: true
    });
    return new LogprobsPanel(host, panel);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  /** After a reload: the view draws the same state itself. */
  restore({source, scored}: ViewState): void {
    this.setSource(source);
    this.scored = scored;
    this.display = scored
      ? {type: "show", scored}
      : {type: "failed", source, message: "The scores of this text were not kept when VS Code was closed."};
    this.compareSoon();
  }

  /** Brings the panel to the front and scores a text in it. Errors are shown here, not thrown. */
  async score(subject: Subject): Promise<void> {
    this.panel.reveal();
    const {title, text, isSelection} = subject;
    const source = {...placeOf(subject), title, isSelection};
    this.setSource(source);
    this.scoring?.cancel();
    this.asking?.cancel();
    const scoring = new vscode.CancellationTokenSource();
    this.scoring = scoring;
    this.show({type: "progress", source, progress: {stage: "load", done: 0, total: 0}});
    try {
      const scored = await this.request(source, text, scoring.token);
      if (this.scoring !== scoring) return;
      this.scored = scored;
      this.show({type: "show", scored});
      this.compareSoon();
    } catch (error) {
      if (this.scoring === scoring) this.failed(source, error);
    } finally {
      if (this.scoring === scoring) this.scoring = undefined;
      scoring.dispose();
    }
  }

  /** Scores the text that stands in the document now. */
  async scoreAgain(): Promise<void> {
    const {source} = this;
    if (!source) return;
    try {
      const subject = subjectAgain(await openPlace(source), source);
      if (subject.text === "")
        throw new HumanError("emptyText", "There is no text left here: select some and try again.");
      await this.score(subject);
    } catch (error) {
      this.failed(source, error);
    }
  }

  dispose(): void {
    clearTimeout(this.comparing);
    this.scoring?.cancel();
    this.asking?.cancel();
    this.scoring = undefined;
    for (const subscription of this.subscriptions) subscription.dispose();
    this.panel.dispose();
  }

  private async request(source: Source, text: string, token: vscode.CancellationToken): Promise<ScoredText> {
    const {engine, settings} = this.host;
    const model = settings.modelSpec();
    const scores = await engine.request(
      "score",
      {model, text},
      {
        token,
        onProgress: (progress) => token.isCancellationRequested || this.show({type: "progress", source, progress})
      }
    );
    const texts = scores.ends ? null : await engine.request("tokenTexts", {model, ids: scores.ids}, {token});
    const summary = summarize(text, scores);
    return scoredText({id: randomUUID(), source, text, scores, path: model.path, texts, summary});
  }

  private failed(source: Source, error: unknown): void {
    if (!(error instanceof vscode.CancellationError)) {
      this.show({type: "failed", source, message: this.host.errors.describe(error)});
      // The view says what happened; the notification has the way out.
      if (error instanceof HumanError) void this.host.errors.show(error);
    } else if (this.scored) {
      this.setSource(this.scored.source);
      this.show({type: "show", scored: this.scored});
      this.compareSoon();
    } else {
      this.show({type: "failed", source, message: "Scoring was cancelled."});
    }
  }

  private receive(raw: unknown): void {
    const message = readMessage(raw, this.scored?.ids.length ?? 0);
    if (message) void this.answer(message).catch((error) => this.host.errors.show(error));
    else this.host.log.warn("The logprobs view sent a message that is none; it was dropped.");
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.bringUpToDate(message.showing);
      case "alternatives":
        return this.alternatives(message.token);
      case "select":
        return this.select(message.token);
      case "copyJson":
        return this.copyJson();
      case "scoreAgain":
        return this.scoreAgain();
      case "cancel":
        return this.scoring?.cancel();
      default:
        message satisfies never;
    }
  }

  private bringUpToDate(showing: string | null): void {
    const {display} = this;
    if (display && !(display.type === "show" && display.scored.id === showing)) this.post(display);
    if (this.notice !== null) this.post({type: "notice", message: this.notice});
  }

  private async alternatives(token: number): Promise<void> {
    const {scored} = this;
    if (!scored) return;
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    try {
      const model = this.host.settings.modelSpec();
      if (model.path !== scored.model.path) {
        const now = path.basename(model.path);
        throw new HumanError("invalidRequest", `The model is now ${now}, these scores are of another: score again.`);
      }
      const {windowing} = scored;
      const ids = Int32Array.from(scored.ids.slice(0, token + 1));
      const params = {model, ids, position: token, windowing, top: alternativesShown};
      const {rank, entropy, top} = await this.host.engine.request("alternatives", params, {token: asking.token});
      if (this.scored !== scored) return;
      const labelled = top.map(({id, text, logprob}) => ({id, label: visibleText(text), logprob}));
      this.post({type: "alternatives", token, rank, entropy, top: labelled});
    } catch (error) {
      if (error instanceof vscode.CancellationError || this.scored !== scored) return;
      this.post({type: "alternativesFailed", token, message: this.host.errors.describe(error)});
    } finally {
      asking.dispose();
    }
  }

  private async select(token: number): Promise<void> {
    const {scored, source} = this;
    const range = scored && tokenRange(scored, token);
    if (!scored || !source || !range) return;
    const document = await openPlace(source);
    if (!stillHolds(document, source, scored.text)) return this.setNotice(changed);
    await selectInEditor(document, source.start + range.start, source.start + range.end);
  }

  private async copyJson(): Promise<void> {
    if (!this.scored) return;
    await vscode.env.clipboard.writeText(exportJson(this.scored));
    vscode.window.setStatusBarMessage("Logprobs copied as JSON", 3000);
  }

  private follow({document, contentChanges}: vscode.TextDocumentChangeEvent): void {
    if (!this.source || document.uri.toString() !== this.source.uri || contentChanges.length === 0) return;
    this.source = movedSource(this.source, contentChanges);
    this.compareSoon();
  }

  private compareSoon(): void {
    clearTimeout(this.comparing);
    this.comparing = setTimeout(() => this.compare(), compareDelay);
  }

  /** Says that the document has changed, or takes it back. A document that isn't open is looked at when it is needed. */
  private compare(): void {
    const {scored, source, display} = this;
    if (!scored || !source || display?.type !== "show") return;
    const document = vscode.workspace.textDocuments.find(({uri}) => uri.toString() === source.uri);
    if (document) this.setNotice(stillHolds(document, source, scored.text) ? null : changed);
  }

  private setSource(source: Source): void {
    this.source = source;
    this.panel.title = `Logprobs: ${source.title}`;
  }

  private setNotice(message: string | null): void {
    if (message === this.notice) return;
    this.notice = message;
    this.post({type: "notice", message});
  }

  private show(display: Display): void {
    this.display = display;
    this.notice = null;
    this.post(display);
  }

  private post(message: ToView): void {
    // A hidden view hears nothing, and asks when it is shown again.
    void this.panel.webview.postMessage(message);
  }
}
