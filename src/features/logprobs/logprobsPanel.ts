import {randomUUID} from "node:crypto";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import type {Progress} from "../../contract/progress";
import {joinInSlices} from "../../host/cooperativeWork";
import {containsAt} from "../../host/documents/documentText";
import {movedRange} from "../../host/documents/movedRange";
import {selectInEditor} from "../../host/documents/reveal";
import {
  documentRangeOf,
  openDocument,
  scoreParamsOf,
  type TargetText,
  titleOfRange
} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {alternativesParams, scoreOrStop} from "../../host/scoring";
import {markStepDone} from "../../host/walkthroughProgress";
import {WebviewPanel} from "../../host/webviewPanel";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {shortLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import {logprobsPage} from "./logprobsPage";
import {parseMessage} from "./parseMessage";
import {type FromView, restoredText, type ScoredText, type Source, type ToView, type ViewState} from "./protocol";
import {exportJson, scoredText, tokenRange} from "./scoredText";
import {currentText} from "./sourceText";
import {panelType} from "./viewTypes";

const alternativesShown = 10;

/** Milliseconds without an edit before the scored text is compared with its document. */
const compareDelay = 300;

function notKept(): string {
  return vscode.l10n.t("The scores of this text were not kept when VS Code was closed.");
}

function changed(): string {
  return vscode.l10n.t("The document has changed since it was scored.");
}

/** What is said above a text that was not scored to its end. */
function partial({finished, summary}: ScoredText): string | null {
  if (finished) return null;
  return vscode.l10n.t(
    "Scoring was stopped: {0} of {1} tokens have their scores. Score Again goes on from there.",
    count(summary.scored),
    count(summary.tokens)
  );
}

/** A text that was scored, and where it stands in its document now. */
interface Shown {
  readonly scored: ScoredText;
  readonly source: Source;
}

/** What the view shows in place of a text, and where the text stands that it is about. */
type Instead = Extract<ToView, {type: "progress" | "failed"}>;

/** One webview with one text: scores it, answers the view, and keeps an eye on the text's document. */
export class LogprobsPanel implements vscode.Disposable {
  private shown: Shown | null = null;
  private instead: Instead | null = null;
  /** What the view was last told of where its text stands. */
  private told: Source | null = null;
  private notice: string | null = null;
  private readonly scoring = new LatestOnly();
  private readonly asking = new LatestOnly();
  private comparing: ReturnType<typeof setTimeout> | undefined;
  private readonly view: WebviewPanel<FromView, ToView>;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: logprobsPage,
      readableFolder: null,
      parse: (message) => parseMessage(message, this.shown?.scored.ids.length ?? 0),
      answer: (message) => this.answer(message)
    });
    this.view.owns(
      vscode.workspace.onDidChangeTextDocument((change) => this.follow(change)),
      {
        dispose: () => this.stop()
      }
    );
  }

  static create(host: Host): LogprobsPanel {
    const column = {viewColumn: vscode.ViewColumn.Beside};
    const panel = vscode.window.createWebviewPanel(panelType, vscode.l10n.t("Logprobs"), column, {
      enableFindWidget: true
    });
    return new LogprobsPanel(host, panel);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  /** After a reload: the view draws the same state itself. */
  restore({source, scored}: ViewState): void {
    this.setTitle(source);
    this.told = source;
    if (scored) this.shown = {scored: restoredText(scored), source};
    else this.instead = {type: "failed", source, message: notKept()};
    this.compareSoon();
  }

  /** Brings the panel to the front and scores a text in it. Errors are shown here, not thrown. */
  async score(subject: TargetText): Promise<void> {
    this.panel.reveal();
    const {title, isSelection} = subject;
    const source = {...documentRangeOf(subject), title, isSelection};
    this.setTitle(source);
    this.asking.cancel();
    await this.scoring.run(undefined, async (token, isLatest) => {
      this.showInstead({type: "progress", source, progress: {stage: "load", fraction: 0}});
      try {
        const scored = await this.request(subject, token);
        if (isLatest()) this.showText({scored, source: this.instead?.source ?? source});
      } catch (error) {
        if (isLatest()) this.failed(this.instead?.source ?? source, error);
      }
    });
  }

  /** Scores the text that stands in the document now. */
  async scoreAgain(): Promise<void> {
    const source = (this.instead ?? this.shown)?.source;
    if (!source) return;
    try {
      const subject = await currentText(await openDocument(source), source);
      if (this.view.isDisposed) return;
      if (subject.text === "")
        throw new HostError(
          "textGone",
          vscode.l10n.t("There is no text left here: select some, or open another file.")
        );
      await this.score(subject);
    } catch (error) {
      this.failed(source, error);
    }
  }

  dispose(): void {
    this.view.dispose();
  }

  private stop(): void {
    clearTimeout(this.comparing);
    this.scoring.dispose();
    this.asking.dispose();
    this.shown = null;
  }

  private async request(subject: TargetText, token: vscode.CancellationToken): Promise<ScoredText> {
    const {engine, settings} = this.host;
    const onProgress = (progress: Progress) => {
      if (!token.isCancellationRequested && this.instead)
        this.showInstead({type: "progress", source: this.instead.source, progress});
    };
    const scores = await scoreOrStop(this.host, scoreParamsOf(subject, settings), token, onProgress);
    const texts = scores.ends ? null : await engine.request("tokenTexts", {model: scores.spec, ids: scores.ids});
    return scoredText({id: randomUUID(), text: subject.text, scores, texts});
  }

  private failed(source: Source, error: unknown): void {
    if (this.view.isDisposed) return;
    if (!(error instanceof vscode.CancellationError)) {
      this.showInstead({type: "failed", source, message: this.host.errors.describe(error)});
      // The view says what happened; the notification has the way out.
      if (error instanceof HumanError) void this.host.errors.show(error);
    } else if (this.shown) {
      this.showText(this.shown);
    } else {
      this.showInstead({type: "failed", source, message: vscode.l10n.t("Scoring was cancelled.")});
    }
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
        return this.scoring.cancel();
      default:
        message satisfies never;
    }
  }

  private bringUpToDate(showing: string | null): void {
    const {shown, instead} = this;
    if (shown && shown.scored.id !== showing) this.view.post({type: "show", ...shown});
    else if (shown) this.view.post({type: "moved", source: shown.source});
    if (instead) this.view.post(instead);
    else if (this.notice !== null) this.view.post({type: "notice", message: this.notice});
  }

  private async alternatives(token: number): Promise<void> {
    const scored = this.shown?.scored;
    if (!scored) return;
    try {
      // In Restricted Mode nothing kept chooses what is loaded; the checksum refuses another model.
      const model = vscode.workspace.isTrusted ? scored.spec : this.host.settings.scoringModel();
      const params = alternativesParams({...scored, sha256: scored.model.sha256}, token, alternativesShown);
      const {rank, entropy, top} = await this.asking.run(undefined, (asked) =>
        this.host.engine.request("alternatives", {model, ...params}, {token: asked})
      );
      if (this.shown?.scored !== scored) return;
      const labelled = top.map(({id, text, logprob}) => ({id, label: shortLabel(visibleText(text)), logprob}));
      this.view.post({type: "alternatives", token, rank, entropy, top: labelled});
    } catch (error) {
      if (error instanceof vscode.CancellationError || this.shown?.scored !== scored) return;
      this.view.post({type: "alternativesFailed", token, message: this.host.errors.describe(error)});
    }
  }

  private async select(token: number): Promise<void> {
    const {shown} = this;
    const range = shown && tokenRange(shown.scored, token);
    if (!range) return;
    const {source, scored} = shown;
    const document = await openDocument(source);
    if (!(await containsAt(document, source.start, scored.text))) return this.setNotice(changed());
    await selectInEditor(document, source.start + range.start, source.start + range.end, {preserveFocus: true});
  }

  private async copyJson(): Promise<void> {
    if (!this.shown) return;
    await vscode.env.clipboard.writeText(await joinInSlices(exportJson(this.shown.scored, this.shown.source)));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Logprobs copied as JSON"), 3000);
  }

  private follow({document, contentChanges}: vscode.TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    const follows = (source: Source | undefined) => source?.uri === uri && contentChanges.length > 0;
    const {shown, instead} = this;
    if (shown && follows(shown.source)) this.shown = {...shown, source: movedRange(shown.source, contentChanges)};
    if (instead && follows(instead.source))
      this.instead = {...instead, source: movedRange(instead.source, contentChanges)};
    if (this.shown !== shown || this.instead !== instead) this.compareSoon();
  }

  private compareSoon(): void {
    clearTimeout(this.comparing);
    this.comparing = setTimeout(() => void this.compare(), compareDelay);
  }

  /**
   * Tells the view where its text is now, and says that it has changed, or takes that back. A document that isn't open is
   * looked at when it is needed.
   */
  private async compare(): Promise<void> {
    const source = (this.shown ?? this.instead)?.source;
    const document = vscode.workspace.textDocuments.find(({uri}) => uri.toString() === source?.uri);
    if (!source || !document) return;
    if (source !== this.told) this.tellMoved(source, document);
    if (!this.shown || this.instead) return;
    const {shown} = this;
    const held = await containsAt(document, source.start, shown.scored.text);
    // Edited meanwhile, it is compared again.
    if (this.shown === shown && !this.instead) this.setNotice(held ? partial(shown.scored) : changed());
  }

  private tellMoved(moved: Source, document: vscode.TextDocument): void {
    const source = moved.isSelection ? {...moved, title: titleOfRange(document, moved)} : moved;
    if (this.shown) this.shown = {...this.shown, source};
    else if (this.instead) this.instead = {...this.instead, source};
    if (!(this.shown && this.instead)) this.setTitle(source);
    this.told = source;
    this.view.post({type: "moved", source});
  }

  private setTitle({title}: Source): void {
    this.panel.title = vscode.l10n.t("Logprobs: {0}", plainText(title));
  }

  private setNotice(message: string | null): void {
    if (message === this.notice) return;
    this.notice = message;
    this.view.post({type: "notice", message});
  }

  private showText(shown: Shown): void {
    this.shown = shown;
    this.instead = null;
    this.notice = partial(shown.scored);
    this.told = shown.source;
    this.setTitle(shown.source);
    this.view.post({type: "show", ...shown});
    if (this.notice !== null) this.view.post({type: "notice", message: this.notice});
    markStepDone("logprobs");
    this.compareSoon();
  }

  private showInstead(instead: Instead): void {
    this.instead = instead;
    this.notice = null;
    if (!this.shown) this.told = instead.source;
    this.view.post(instead);
  }
}
