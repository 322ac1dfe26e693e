import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import type {ScoredTarget} from "../../host/documents/scoredTarget";
import {documentRangeOf, openDocument, type TargetText, targetTextAt} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {runCommand} from "../../host/runCommand";
import {markStepDone} from "../../host/walkthroughProgress";
import {WebviewPanel} from "../../host/webviewPanel";
import {plainText} from "../../text/plainText";
import {AlternativesAnswer} from "./alternativesAnswer";
import {DocumentFollower} from "./documentFollower";
import {EditorLink} from "./editorLink";
import {logprobsPage} from "./logprobsPage";
import {type Notice, noNotice, noticeOf, notKept, unplaced} from "./notices";
import {Outputs} from "./outputs";
import type {PanelPeers} from "./panelPeers";
import {parseMessage} from "./parseMessage";
import {
  type CopyFormat,
  type FromView,
  restoredText,
  type ScoredText,
  type Source,
  type ToView,
  type ViewOptions,
  type ViewState
} from "./protocol";
import {ScoringRun} from "./scoringRun";
import {type Instead, type Shown, shownScores, subjectOf} from "./shownScores";
import {currentText} from "./sourceText";
import {TextPlace} from "./textPlace";
import type {TokenRange} from "./tokenPlaces";
import {panelType} from "./viewTypes";

/** A webview with one text: scores it, answers the view, and follows the text in its document. */
export class LogprobsPanel implements vscode.Disposable {
  private shown: Shown | null = null;
  /** The text before the one that is being scored: it comes back if nothing is scored until Cancel. */
  private former: Shown | null = null;
  private instead: Instead | null = null;
  private run: ScoringRun | null = null;
  private notice = noNotice;
  private problem: Notice | null = null;
  private pinned = false;
  private readonly scoring = new LatestOnly();
  readonly alternatives: AlternativesAnswer;
  private readonly outputs: Outputs;
  private readonly editor: EditorLink;
  private readonly follower: DocumentFollower;
  private readonly view: WebviewPanel<FromView, ToView>;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    private readonly peers: PanelPeers
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: logprobsPage,
      readableFolder: null,
      parse: (message) => parseMessage(message, this.shown?.scored.ids.length ?? 0),
      answer: (message) => this.answer(message)
    });
    const shown = () => this.shown;
    this.alternatives = new AlternativesAnswer(host, shown, (message) => this.view.post(message));
    this.outputs = new Outputs(host, shown);
    this.editor = new EditorLink(shown, (tokens) => this.view.post({type: "reveal", ...tokens}));
    this.follower = new DocumentFollower({
      shown,
      places: () => [this.shown?.place, this.former?.place, this.instead?.place],
      current: () => (this.shown ?? this.instead)?.place,
      onEdit: () => this.updateNotice(),
      onMoved: (source) => this.moved(source),
      onCompared: (place) => this.compared(place)
    });
    const {settings} = host;
    this.view.owns(
      this.alternatives,
      this.editor,
      this.scoring,
      this.follower,
      panel.onDidChangeViewState(() => panel.visible && this.follower.compareSoon()),
      settings.onDidChangeColours(() => this.postColours()),
      settings.onDidChangeLiveLogprobs(() => this.postOptions()),
      {dispose: () => this.stop()}
    );
  }

  static create(host: Host, peers: PanelPeers): LogprobsPanel {
    const column = {viewColumn: vscode.ViewColumn.Beside};
    const panel = vscode.window.createWebviewPanel(panelType, vscode.l10n.t("Logprobs"), column, {
      // The view has its own: this one would see only the part of the text that is in the page.
      enableFindWidget: false
    });
    return new LogprobsPanel(host, panel, peers);
  }

  get webviewPanel(): vscode.WebviewPanel {
    return this.panel;
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  get isPinned(): boolean {
    return this.pinned;
  }

  /** What other commands take as the text on show. */
  get subject(): ReturnType<typeof subjectOf> | undefined {
    return this.shown ? subjectOf(this.shown) : undefined;
  }

  /** Takes over the state after a reload. The view draws the same state by itself. */
  restore({source, scored, isPinned}: ViewState): void {
    this.pinned = isPinned;
    const place = new TextPlace(source);
    this.follower.hasTold(source);
    this.setTitle(source);
    if (scored) this.shown = this.shownOf(restoredText(scored), place, null);
    else this.instead = {place, says: {type: "failed", message: notKept()}};
    this.follower.compareSoon();
  }

  /** Brings the panel to the front and scores a text in it. Errors are shown here, not thrown. */
  async score(target: TargetText): Promise<void> {
    this.panel.reveal();
    await this.scoreInPlace(target, false);
  }

  /** Scores the text as it is in the document now. */
  async scoreAgain(): Promise<void> {
    const place = (this.instead ?? this.shown)?.place;
    if (!place) return;
    try {
      await this.scoreCurrent(place, false);
    } catch (error) {
      this.failed(place, error, false);
    }
  }

  /** Commands of the context menu. Tokens that are not there are not looked at. */
  async copy(format: CopyFormat, tokens: TokenRange): Promise<void> {
    if (this.has(tokens)) await this.outputs.copy(format, tokens);
  }

  async select(tokens: TokenRange): Promise<void> {
    if (this.has(tokens)) await this.selectTokens(tokens);
  }

  async scoreFrom(token: number): Promise<void> {
    const {shown} = this;
    if (!shown || !this.has({from: token, to: token + 1})) return;
    const range = (await shown.places())?.rangeOf({from: token, to: token + 1});
    if (!range) return this.say({message: unplaced(), action: null});
    const {source} = shown.place;
    const document = await openDocument(source);
    await shown.place.compare(document, shown.scored.text);
    if (shown.place.isEdited) return this.updateNotice();
    const target = await targetTextAt(document, {...source, start: source.start + range.start});
    // By itself: not in the context of what stands before it.
    const alone = {...target, before: ""};
    await (this.pinned ? this.peers.scoreInUnpinned(alone) : this.score(alone));
  }

  dispose(): void {
    this.view.dispose();
  }

  private stop(): void {
    this.shown = null;
    this.former = null;
  }

  private has({from, to}: TokenRange): boolean {
    return from < to && to <= (this.shown?.scored.ids.length ?? 0);
  }

  private shownOf(scored: ScoredText, place: TextPlace, made: ScoredTarget | null): Shown {
    return shownScores(this.host.engine, scored, place, made);
  }

  private async scoreCurrent(place: TextPlace, isLive: boolean): Promise<void> {
    const target = await currentText(await openDocument(place.source), place.source);
    if (this.view.isDisposed) return;
    if (target.text === "")
      throw new HostError("textGone", vscode.l10n.t("There is no text left here: select some, or open another file."));
    if (!isLive) this.panel.reveal();
    await this.scoreInPlace(target, isLive);
  }

  /** A live text stays on show until the tokens of the new one are known. */
  private async scoreInPlace(target: TargetText, isLive: boolean): Promise<void> {
    const {title, isSelection} = target;
    const place = new TextPlace({...documentRangeOf(target), title, isSelection});
    this.setTitle(place.source);
    this.alternatives.cancel();
    await this.scoring.run(undefined, async (token, isLatest) => {
      if (!isLive) this.showInstead({place, says: {type: "progress", progress: {stage: "load", fraction: 0}}});
      const run = new ScoringRun(this.host, target, {
        onProgress: (progress) => {
          if (isLatest() && !isLive && !token.isCancellationRequested)
            this.showInstead({place, says: {type: "progress", progress}});
        },
        onBegin: (scored) => isLatest() && this.begin(this.shownOf(scored, place, null)),
        onMessage: (message) => isLatest() && this.view.post(message)
      });
      this.run = run;
      try {
        const {scored, made} = await run.score(token);
        if (isLatest()) this.end(this.shownOf(scored, place, made));
      } catch (error) {
        if (isLatest()) this.failed(place, error, isLive);
      }
    });
  }

  /** The tokens are known, and their scores come. */
  private begin(shown: Shown): void {
    this.former ??= this.shown;
    this.showText(shown);
  }

  private end(shown: Shown): void {
    this.run = null;
    this.former = null;
    this.showText(shown);
    this.postComputing();
    markStepDone("logprobs");
    this.follower.compareSoon();
  }

  /** What was scored before comes back, or the view says in its place what went wrong. */
  private failed(place: TextPlace, error: unknown, isLive: boolean): void {
    if (this.view.isDisposed) return;
    const isCancelled = error instanceof vscode.CancellationError;
    const message = isCancelled ? vscode.l10n.t("Scoring was cancelled.") : this.host.errors.describe(error);
    if (this.isBegun && this.shown?.place === place) this.shown = this.former;
    this.run = null;
    this.former = null;
    if (this.shown && (isCancelled || isLive)) {
      this.showText(this.shown);
      if (!isCancelled) this.say({message, action: "scoreAgain"});
    } else {
      this.showInstead({place, says: {type: "failed", message}});
    }
    this.postComputing();
    // The view shows the message; the notification also has a button.
    if (error instanceof HumanError && !isLive) void this.host.errors.show(error);
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.bringUpToDate(message.showing);
      case "alternatives":
        return this.alternatives.answer(message.token);
      case "tryAlternative":
        return this.alternatives.try(message);
      case "select":
        return this.selectTokens({from: message.token, to: message.token + 1});
      case "selectRange":
        return this.selectTokens(message);
      case "copy":
        return this.outputs.copy(message.format, message);
      case "export":
        return this.outputs.export(message.format);
      case "saveImage":
        return this.outputs.saveImage(message.name, message.png);
      case "scoreFrom":
        return this.scoreFrom(message.token);
      case "compare":
        if (this.subject) await runCommand("compareLogprobs", this.subject);
        return;
      case "setOptions":
        return this.setOptions(message.options);
      case "setColours":
        return this.host.settings.setColours(message.colours);
      case "scoreAgain":
        return this.scoreAgain();
      case "cancel":
        this.run?.stopping();
        return this.scoring.cancel();
      default:
        message satisfies never;
    }
  }

  private bringUpToDate(showing: string | null): void {
    const {shown, instead} = this;
    this.postColours();
    this.postOptions();
    // What a view keeps of a text that is being scored is older than what there is.
    if (shown && (shown.scored.id !== showing || this.isBegun)) this.postText(shown);
    else if (shown) this.view.post({type: "moved", source: shown.place.source});
    this.postComputing();
    if (instead) this.postInstead(instead);
    else if (this.notice.message !== null) this.view.post({type: "notice", ...this.notice});
  }

  private get isBegun(): boolean {
    return this.run?.state !== null && this.run?.state !== undefined;
  }

  private postColours(): void {
    this.view.post({type: "colours", colours: this.host.settings.colours});
  }

  private postOptions(): void {
    const isLive = this.host.settings.liveLogprobs;
    this.view.post({type: "options", options: {isPinned: this.pinned, isLive}});
    if (isLive) this.follower.compareSoon();
  }

  private postComputing(): void {
    this.view.post({type: "computing", computing: this.run?.state ?? null});
  }

  private async setOptions({isPinned, isLive}: ViewOptions): Promise<void> {
    this.pinned = isPinned;
    const {settings} = this.host;
    if (isLive !== settings.liveLogprobs) await settings.setLiveLogprobs(isLive);
    this.postOptions();
  }

  private async selectTokens(tokens: TokenRange): Promise<void> {
    const {shown} = this;
    const range = shown && (await shown.places())?.rangeOf(tokens);
    if (!shown || !range) return;
    await shown.place.compare(await openDocument(shown.place.source), shown.scored.text);
    this.updateNotice();
    if (!shown.place.isEdited) await this.editor.select(shown, range, this.panel.viewColumn);
  }

  private moved(source: Source): void {
    if (!(this.shown && this.instead)) this.setTitle(source);
    this.view.post({type: "moved", source});
  }

  private compared(place: TextPlace): void {
    this.updateNotice();
    if (place.isEdited && !this.instead) void this.scoreLive(place);
  }

  private async scoreLive(place: TextPlace): Promise<void> {
    if (!this.host.settings.liveLogprobs || !this.panel.visible) return;
    try {
      await this.scoreCurrent(place, true);
    } catch (error) {
      this.failed(place, error, true);
    }
  }

  private setTitle({title}: Source): void {
    const text = this.peers.titleFor(this, vscode.l10n.t("Logprobs: {0}", plainText(title)));
    if (this.panel.title !== text) this.panel.title = text;
  }

  private say(problem: Notice): void {
    this.problem = problem;
    this.updateNotice();
  }

  private updateNotice(): void {
    const {shown, instead, problem} = this;
    const notice = shown && !instead ? noticeOf(shown, problem) : noNotice;
    if (notice.message === this.notice.message) return;
    this.notice = notice;
    this.view.post({type: "notice", ...notice});
  }

  private showText(shown: Shown): void {
    this.shown = shown;
    this.instead = null;
    this.problem = null;
    this.setTitle(shown.place.source);
    this.postText(shown);
    // The view forgets its notice when it is shown a text.
    this.notice = noNotice;
    this.updateNotice();
  }

  private postText({scored, place}: Shown): void {
    this.follower.hasTold(place.source);
    this.view.post({type: "show", scored, source: place.source});
  }

  private showInstead(instead: Instead): void {
    this.instead = instead;
    this.notice = noNotice;
    this.postInstead(instead);
  }

  private postInstead({place, says}: Instead): void {
    if (!this.shown) this.follower.hasTold(place.source);
    this.view.post({...says, source: place.source});
  }
}
