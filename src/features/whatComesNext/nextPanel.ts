import * as vscode from "vscode";
import {HumanError} from "../../contract/errors";
import type {NextDistribution, NextToken} from "../../contract/sampling";
import {copyText} from "../../host/copyText";
import type {Host} from "../../host/host";
import {kindOf} from "../../host/hostError";
import {lockOwnGroup} from "../../host/panelGroup";
import {WebviewPanel} from "../../host/webviewPanel";
import {type CopyTarget, copySettings} from "../../sampling/copySettings";
import {Asking, type Question} from "./asking";
import {tableText} from "./copies";
import {CursorFollower} from "./cursorFollower";
import {cursorPromptOf, tailOf, titleOf} from "./cursorPrompt";
import {insertToken} from "./insertToken";
import {parseMessage} from "./parseMessage";
import type {FromView, NextOptions, TableFormat, ToView} from "./protocol";
import {SavedOptions} from "./savedOptions";
import {shownNext} from "./shownNext";
import {panelType} from "./viewTypes";
import {whatComesNextPage} from "./whatComesNextPage";

type Content = Extract<ToView, {type: "show" | "noEditor" | "failed"}>;

/** What is on show, as the engine told it. */
interface Shown {
  readonly question: Question;
  readonly answer: NextDistribution;
  readonly place: number;
}

/** A webview with what the model would write at the cursor. It follows the cursor while it is visible. */
export class NextPanel implements vscode.Disposable {
  private content: Content | null = null;
  private shown: Shown | null = null;
  /** Grows with every other prompt. */
  private place = 0;
  /** After a failure, nothing is asked until the user, or another model, has it tried again. */
  private isHalted = false;
  private progress: Extract<ToView, {type: "progress"}>["progress"] = null;
  private readonly saved: SavedOptions;
  private readonly asking: Asking;
  private readonly follower: CursorFollower;
  private readonly view: WebviewPanel<FromView, ToView>;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    workspaceState: vscode.Memento
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: whatComesNextPage,
      readableFolder: null,
      parse: parseMessage,
      answer: (message) => this.answer(message)
    });
    this.saved = new SavedOptions(workspaceState);
    this.asking = new Asking(host, {
      onAnswer: (question, answer) => this.show(question, answer),
      onProgress: (progress) => this.showProgress(progress),
      onError: (error) => this.failed(error)
    });
    this.follower = new CursorFollower(() => this.look());
    this.view.owns(
      this.follower,
      this.asking,
      this.saved,
      host.settings.onDidChangeModel(() => this.tryAgain()),
      panel.onDidChangeViewState(() => this.viewStateChanged())
    );
  }

  /** The focus stays in the text, whose cursor the view follows. */
  static create(host: Host, workspaceState: vscode.Memento): NextPanel {
    const place = {viewColumn: vscode.ViewColumn.Beside, preserveFocus: true};
    const panel = vscode.window.createWebviewPanel(panelType, vscode.l10n.t("What Comes Next"), place, {
      enableFindWidget: true
    });
    return new NextPanel(host, panel, workspaceState);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.view.dispose();
  }

  private viewStateChanged(): void {
    const {panel} = this;
    if (!panel.visible) this.asking.cancel();
    // Files that are opened from now on must not cover the view.
    if (panel.active) lockOwnGroup(panel, panelType).then(undefined, (error: unknown) => this.host.errors.show(error));
  }

  /** Asks what comes after the cursor, unless it is known. */
  private look(): void {
    if (!this.panel.visible || this.isHalted || this.view.isDisposed) return;
    const editor = this.follower.current;
    if (editor === undefined) {
      this.asking.cancel();
      this.shown = null;
      this.showContent({type: "noEditor"});
      return;
    }
    const model = this.host.settings.scoringModel();
    this.asking.ask({prompt: cursorPromptOf(editor), model, options: this.saved.value});
  }

  private tryAgain(): void {
    this.isHalted = false;
    this.asking.forget();
    this.look();
  }

  private show(question: Question, answer: NextDistribution): void {
    const before = this.shown;
    const {prompt} = question;
    const isSamePlace =
      before?.question.prompt.text === prompt.text && before.question.prompt.document === prompt.document;
    if (!isSamePlace) this.place++;
    const {place} = this;
    this.shown = {question, answer, place};
    const next = shownNext(answer, {
      place,
      tail: tailOf(prompt.text),
      title: titleOf(prompt.document),
      isCut: prompt.isCut,
      draws: question.options.draws
    });
    this.showContent({type: "show", next});
  }

  private failed(error: unknown): void {
    if (this.view.isDisposed || error instanceof vscode.CancellationError) return;
    this.shown = null;
    // Another text may have something in it.
    this.isHalted = kindOf(error) !== "emptyText";
    this.showContent({type: "failed", message: this.host.errors.describe(error)});
    // The page shows the message; the notification also has buttons.
    if (this.isHalted && error instanceof HumanError) void this.host.errors.show(error);
  }

  private showContent(content: Content): void {
    this.content = content;
    this.showProgress(null);
    this.view.post(content);
  }

  private showProgress(progress: typeof this.progress): void {
    if (this.progress === null && progress === null) return;
    this.progress = progress;
    this.view.post({type: "progress", progress});
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.bringUpToDate();
      case "tryAgain":
        return this.tryAgain();
      case "setOptions":
        return this.setOptions(message.options);
      case "insert":
        return this.insert(message.place, message.row);
      case "copyToken":
        return this.copyToken(message.place, message.row);
      case "copyTable":
        return this.copyTable(message.format);
      case "copySettings":
        return this.copySettings(message.target);
      case "focusEditor":
        return this.focusEditor();
      default:
        message satisfies never;
    }
  }

  /** A view that is shown again is a new page. */
  private bringUpToDate(): void {
    this.view.post({type: "options", options: this.saved.value});
    if (this.content) this.view.post(this.content);
    if (this.progress) this.view.post({type: "progress", progress: this.progress});
    this.look();
  }

  private setOptions(options: NextOptions): void {
    this.saved.value = options;
    this.look();
  }

  private async insert(place: number, row: number): Promise<void> {
    const {shown} = this;
    const token = this.tokenAt(place, row);
    if (shown && token) await insertToken(this.host, shown.question, token);
  }

  private async copyToken(place: number, row: number): Promise<void> {
    const token = this.tokenAt(place, row);
    if (token) await copyText(token.text, vscode.l10n.t("Text copied"));
  }

  /** Undefined where the view has not yet heard of what is on show now. */
  private tokenAt(place: number, row: number): NextToken | undefined {
    return this.shown?.place === place ? this.shown.answer.top[row] : undefined;
  }

  private async copyTable(format: TableFormat): Promise<void> {
    if (!this.shown) return;
    const {question, answer} = this.shown;
    const {prompt, options} = question;
    const copied = {title: titleOf(prompt.document), tail: tailOf(prompt.text), next: answer, options};
    const said = {markdown: () => vscode.l10n.t("Markdown copied"), json: () => vscode.l10n.t("JSON copied")};
    await copyText(tableText(copied, format), said[format]());
  }

  private async copySettings(target: CopyTarget): Promise<void> {
    const contextSize = this.shown?.answer.model.contextSize;
    const {text, missing} = copySettings(this.saved.value.samplers, target, contextSize);
    await copyText(text, vscode.l10n.t("Settings copied"));
    this.view.post({type: "settingsCopied", target, missing});
  }

  private async focusEditor(): Promise<void> {
    const editor = this.follower.current;
    if (editor === undefined) return;
    const {document, viewColumn} = editor;
    await vscode.window.showTextDocument(document, viewColumn === undefined ? {} : {viewColumn});
  }
}
