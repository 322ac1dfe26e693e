import {randomUUID} from "node:crypto";
import {setTimeout as pause} from "node:timers/promises";
import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import type {Progress} from "../../contract/progress";
import {fullDetail, type ScoreDetail} from "../../contract/scoring";
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
import {ExpectedTokens} from "../../host/expectedTokens";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {scoreOrStop} from "../../host/scoring";
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

/** Milliseconds before the engine is asked what it expected: a pointer crosses many tokens on its way. */
const lookDelay = 150;

/** Milliseconds without an edit before the scored text is compared with its document. */
const compareDelay = 300;

function notKept(): string {
  return vscode.l10n.t("The scores of this text were not kept when VS Code was closed.");
}

function changed(): string {
  return vscode.l10n.t("The document has changed since it was scored.");
}

/** The notice above a text of which scoring was stopped early. */
function partial({finished, summary}: ScoredText): string | null {
  if (finished) return null;
  return vscode.l10n.t(
    "Scoring was stopped: {0} of {1} tokens have their scores. Score Again goes on from there.",
    count(summary.scored),
    count(summary.tokens)
  );
}

/** A scored text, its place in the document now, and what the view does not get because it is eight times the size. */
interface Shown {
  readonly scored: ScoredText;
  readonly source: Source;
  /** Of a text that was restored after a reload: null, since VS Code keeps no detail. */
  readonly detail: ScoreDetail | null;
  readonly expected: ExpectedTokens;
}

/** Progress or failure, which the view shows in place of a text. */
type Instead = Extract<ToView, {type: "progress" | "failed"}>;

/** A webview with one text: scores it, answers the view, and follows the text in its document. */
export class LogprobsPanel implements vscode.Disposable {
  private shown: Shown | null = null;
  private instead: Instead | null = null;
  /** The text's place as the view was sent it last. */
  private sentSource: Source | null = null;
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
      host.settings.onDidChangeColours(() => this.postColours()),
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

  /** Takes over the state after a reload. The view draws the same state by itself. */
  restore({source, scored}: ViewState): void {
    this.setTitle(source);
    this.sentSource = source;
    if (scored) this.shown = this.shownOf(restoredText(scored), null, source);
    else this.instead = {type: "failed", source, message: notKept()};
    this.compareSoon();
  }

  /** Brings the panel to the front and scores a text in it. Errors are shown here, not thrown. */
  async score(target: TargetText): Promise<void> {
    this.panel.reveal();
    const {title, isSelection} = target;
    const source = {...documentRangeOf(target), title, isSelection};
    this.setTitle(source);
    this.asking.cancel();
    await this.scoring.run(undefined, async (token, isLatest) => {
      this.showInstead({type: "progress", source, progress: {stage: "load", fraction: 0}});
      try {
        const {scored, detail} = await this.request(target, token);
        if (isLatest()) this.showText(this.shownOf(scored, detail, this.instead?.source ?? source));
      } catch (error) {
        if (isLatest()) this.failed(this.instead?.source ?? source, error);
      }
    });
  }

  /** Scores the text as it is in the document now. */
  async scoreAgain(): Promise<void> {
    const source = (this.instead ?? this.shown)?.source;
    if (!source) return;
    try {
      const target = await currentText(await openDocument(source), source);
      if (this.view.isDisposed) return;
      if (target.text === "")
        throw new HostError(
          "textGone",
          vscode.l10n.t("There is no text left here: select some, or open another file.")
        );
      await this.score(target);
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

  private shownOf(scored: ScoredText, detail: ScoreDetail | null, source: Source): Shown {
    return {scored, source, detail, expected: new ExpectedTokens(this.host.engine, {...scored, detail})};
  }

  private async request(
    target: TargetText,
    token: vscode.CancellationToken
  ): Promise<Pick<Shown, "scored" | "detail">> {
    const {engine, settings} = this.host;
    const onProgress = (progress: Progress) => {
      if (!token.isCancellationRequested && this.instead)
        this.showInstead({type: "progress", source: this.instead.source, progress});
    };
    const scores = await scoreOrStop(this.host, scoreParamsOf(target, settings), token, onProgress);
    const texts = scores.ends ? null : await engine.request("tokenTexts", {model: scores.spec, ids: scores.ids});
    return {scored: scoredText({id: randomUUID(), text: target.text, scores, texts}), detail: scores.detail};
  }

  private failed(source: Source, error: unknown): void {
    if (this.view.isDisposed) return;
    if (!(error instanceof vscode.CancellationError)) {
      this.showInstead({type: "failed", source, message: this.host.errors.describe(error)});
      // The view shows the message; the notification also has a button.
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
      case "copy":
        return this.copyJson();
      case "selectRange":
      case "export":
      case "saveImage":
      case "scoreFrom":
      case "compare":
      case "setOptions":
        return;
      case "setColours":
        return this.host.settings.setColours(message.colours);
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
    this.postColours();
    if (shown && shown.scored.id !== showing) this.postText(shown);
    else if (shown) this.view.post({type: "moved", source: shown.source});
    if (instead) this.view.post(instead);
    else if (this.notice !== null) this.view.post({type: "notice", message: this.notice});
  }

  private postColours(): void {
    this.view.post({type: "colours", colours: this.host.settings.colours});
  }

  private async alternatives(token: number): Promise<void> {
    if (!this.shown) return;
    const {scored, expected} = this.shown;
    try {
      // In Restricted Mode, saved state must not choose which model is loaded. The checksum refuses another model.
      const model = vscode.workspace.isTrusted ? scored.spec : this.host.settings.scoringModel();
      const {rank, entropy, top} = await this.asking.run(undefined, async (asked) => {
        if (!expected.knows(token)) await pause(lookDelay);
        return await expected.at(token, fullDetail, {model, token: asked});
      });
      if (this.shown?.scored !== scored) return;
      const labelled = top.map(({id, text, logprob}) => ({id, text, label: shortLabel(visibleText(text)), logprob}));
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
    await vscode.env.clipboard.writeText(await joinInSlices(exportJson(this.shown)));
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
   * Sends the view the place of its text, and shows or removes the notice that the text has changed. Documents that aren't open
   * are not compared.
   */
  private async compare(): Promise<void> {
    const source = (this.shown ?? this.instead)?.source;
    const document = vscode.workspace.textDocuments.find(({uri}) => uri.toString() === source?.uri);
    if (!source || !document) return;
    if (source !== this.sentSource) this.sendMoved(source, document);
    if (!this.shown || this.instead) return;
    const {shown} = this;
    const held = await containsAt(document, source.start, shown.scored.text);
    // If the text was edited meanwhile, it is compared again.
    if (this.shown === shown && !this.instead) this.setNotice(held ? partial(shown.scored) : changed());
  }

  private sendMoved(moved: Source, document: vscode.TextDocument): void {
    const source = moved.isSelection ? {...moved, title: titleOfRange(document, moved)} : moved;
    if (this.shown) this.shown = {...this.shown, source};
    else if (this.instead) this.instead = {...this.instead, source};
    if (!(this.shown && this.instead)) this.setTitle(source);
    this.sentSource = source;
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
    this.sentSource = shown.source;
    this.setTitle(shown.source);
    this.postText(shown);
    if (this.notice !== null) this.view.post({type: "notice", message: this.notice});
    markStepDone("logprobs");
    this.compareSoon();
  }

  private postText({scored, source}: Shown): void {
    this.view.post({type: "show", scored, source});
  }

  private showInstead(instead: Instead): void {
    this.instead = instead;
    this.notice = null;
    if (!this.shown) this.sentSource = instead.source;
    this.view.post(instead);
  }
}
