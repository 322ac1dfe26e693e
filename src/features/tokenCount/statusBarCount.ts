import * as vscode from "vscode";
import type {Progress} from "../../contract/progress";
import type {Host} from "../../host/host";
import {restriction} from "../../host/restrictedMode";
import {percentText} from "../../text/numberText";
import {Quiet} from "./quiet";
import {type Busy, failure, StatusItem} from "./statusItem";
import {documentsOf, isPartOf, isSameSubject, type Subject, subjectInFront, titleOf} from "./subject";

/** Delay (ms) after an edit or a new selection until a text is counted that the engine does not keep yet. */
const debounce = 150;

/** A count that takes longer (ms) is said to be under way. */
const patience = 400;

/** So long after the last sign of a person (ms), counts neither start an engine nor keep an idle one alive. */
const attention = 60_000;

/** Nothing has happened in the editor for so long (ms) after a start: it is over. */
const quietTime = 2500;

/** The extension host is starting other extensions if it has computed for more than this part of the time. */
const busyPart = 0.3;

interface Counting {
  readonly subject: Subject;
  readonly source: vscode.CancellationTokenSource;
  /** 0 to 1; undefined where that is not known. */
  fraction: number | undefined;
}

/**
 * The status bar item with the count of what is in front of a person. Opening VS Code starts no engine before the editor is quiet,
 * or the first click or key in a text. From then on the count follows each edit and selection. One count runs at a time: what changes meanwhile is
 * counted together, after it.
 */
export class StatusBarCount implements vscode.Disposable {
  private readonly item: StatusItem;
  private readonly subscriptions: vscode.Disposable;
  private used = false;
  /** The last sign of a person, by `performance.now()`. */
  private touched = 0;
  private timer: NodeJS.Timeout | undefined;
  private slowTimer: NodeJS.Timeout | undefined;
  private isDue = false;
  private isRunning = false;
  private isSlow = false;
  /** Something has changed that is not counted before a person is there. */
  private isWaiting = false;
  private counting: Counting | undefined;
  /** What the number on show is of. */
  private shown: Subject | undefined;
  private wasStopped = false;
  private readonly start: Quiet;
  private load = performance.eventLoopUtilization();

  constructor(private readonly host: Host) {
    this.item = new StatusItem(host);
    this.showHint();
    this.start = new Quiet(
      quietTime,
      () => this.isStarting(),
      () => this.countFirst()
    );
    const {window, workspace} = vscode;
    this.subscriptions = vscode.Disposable.from(
      this.item,
      window.onDidChangeActiveTextEditor(() => this.touch()),
      window.onDidChangeActiveNotebookEditor(() => this.touch()),
      window.onDidChangeTextEditorSelection(({textEditor}) => {
        if (textEditor === window.activeTextEditor) this.touch();
      }),
      window.onDidChangeNotebookEditorSelection(({notebookEditor}) => {
        if (notebookEditor === window.activeNotebookEditor) this.touch();
      }),
      window.tabGroups.onDidChangeTabs(() => {
        if (this.used) this.changed();
        else this.start.disturbed();
      }),
      window.onDidChangeWindowState(({focused}) => {
        if (focused && this.isWaiting) this.touch();
      }),
      workspace.onDidChangeTextDocument(({document, contentChanges}) => {
        if (contentChanges.length > 0) this.edited((subject) => isPartOf(document, subject));
      }),
      workspace.onDidChangeNotebookDocument(({notebook, contentChanges}) => {
        const isOf = (subject: Subject) => subject.of === "notebook" && subject.notebook === notebook;
        if (contentChanges.length > 0) this.edited(isOf);
      }),
      host.settings.onDidChangeModel(() => {
        if (this.used) this.changed();
        else this.showHint();
      }),
      host.budgets.onDidChange(() => {
        if (this.used) this.changed();
      }),
      host.engine.onDidChangeState(() => this.followEngine())
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.slowTimer);
    this.start.dispose();
    this.counting?.source.cancel();
    this.subscriptions.dispose();
  }

  /** Ends the first count of a text. It is not begun again before somebody asks for it. */
  stop(): void {
    if (this.counting === undefined) return;
    const {subject, source} = this.counting;
    for (const document of documentsOf(subject)) this.host.documents.stop(document);
    source.cancel();
    this.showStopped();
  }

  /** A person has done something that the count may follow from. */
  touch(): void {
    this.touched = performance.now();
    this.changed();
  }

  /** The extension host has been busy since it was last asked. */
  private isStarting(): boolean {
    const last = this.load;
    this.load = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(this.load, last).utilization > busyPart;
  }

  /** After a start, the text in front is counted without a click. This loads a vocabulary, and no weights. */
  private countFirst(): void {
    if (!this.host.settings.countsOnStart || subjectInFront() === undefined) return;
    if (vscode.window.state.focused) this.touch();
    else this.isWaiting = true;
  }

  private edited(isOf: (subject: Subject) => boolean): void {
    const subject = subjectInFront();
    if (subject !== undefined && isOf(subject)) this.changed();
  }

  /** The number on show may be out of date: counts again. */
  private changed(): void {
    const subject = subjectInFront();
    // A webview that takes the focus does not cancel the count.
    if (subject !== undefined && this.counting !== undefined && !isSameSubject(subject, this.counting.subject))
      this.counting.source.cancel();
    clearTimeout(this.timer);
    this.slowTimer ??= setTimeout(() => {
      this.isSlow = true;
      this.drawBusy();
    }, patience);
    if (subject !== undefined && this.isKept(subject)) this.countNow();
    else this.timer = setTimeout(() => this.countNow(), debounce);
  }

  private countNow(): void {
    this.timer = undefined;
    this.isDue = true;
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    try {
      while (this.isDue) {
        this.isDue = false;
        await this.count();
      }
    } finally {
      this.isRunning = false;
      if (this.timer === undefined) this.settle();
    }
  }

  /** No count is under way: the number on show is up to date. */
  private settle(): void {
    clearTimeout(this.slowTimer);
    this.slowTimer = undefined;
    this.isSlow = false;
    this.drawBusy();
  }

  private async count(): Promise<void> {
    this.used = true;
    this.start.dispose();
    const subject = subjectInFront();
    if (subject === undefined) return await this.showNothing();
    const [document] = documentsOf(subject);
    // The log is a text editor too, and counting writes to it: skip it.
    if (document === undefined || document.uri.scheme === "output") return;
    if (documentsOf(subject).some((one) => this.host.documents.isStopped(one))) return this.showStopped();
    const isAttended = performance.now() - this.touched < attention;
    const isAway = !vscode.window.state.focused || !(isAttended || this.host.engine.processId !== undefined);
    this.isWaiting = isAway && !this.isCounted(subject);
    // What is known without the engine is shown all the same.
    if (this.isWaiting || (isAway && subject.of === "selections")) return this.showWaiting(subject);
    const source = new vscode.CancellationTokenSource();
    const counting: Counting = {subject, source, fraction: undefined};
    this.counting = counting;
    try {
      await this.countAndShow(counting, !isAttended);
    } catch (error) {
      if (source.token.isCancellationRequested) return;
      // The engine was ended.
      if (error instanceof vscode.CancellationError) {
        this.isWaiting = !this.isCounted(subject);
        return;
      }
      this.shown = undefined;
      this.item.show(failure(this.host.errors.describe(error)));
    } finally {
      this.counting = undefined;
      source.dispose();
    }
  }

  private async countAndShow(counting: Counting, inPassing: boolean): Promise<void> {
    const {subject, source} = counting;
    const {countSubject, fractionOf} = await import("./countSubject");
    const {countView, modelText} = await import("./countView");
    const onProgress = (progress: Progress): void => {
      counting.fraction = fractionOf(progress) ?? counting.fraction;
      this.drawBusy();
    };
    const counted = await countSubject(this.host, subject, source.token, {onProgress, inPassing});
    if (source.token.isCancellationRequested) return;
    const budget = subject.of === "file" ? this.host.budgets.of(subject.document.uri, counted.model.contextSize) : null;
    const {text, lines, spoken, isOver} = countView(counted, budget);
    this.shown = subject;
    this.item.show({
      text,
      tooltip: [
        ...lines,
        [vscode.l10n.t("Model"), modelText(counted)],
        ...counted.warnings.map((warning) => [vscode.l10n.t("Note"), warning] as const)
      ],
      spoken,
      warns: isOver
    });
  }

  private isKept(subject: Subject): boolean {
    return documentsOf(subject).every((document) => this.host.documents.keeps(document));
  }

  private isCounted(subject: Subject): boolean {
    return documentsOf(subject).every((document) => this.host.documents.isCounted(document));
  }

  private drawBusy(): void {
    // The number of another text says nothing about this one.
    if (this.isSlow && this.shown !== undefined && !this.isInFront(this.shown)) this.showHint();
    this.item.showBusy(this.busy());
  }

  private busy(): Busy | undefined {
    if (!this.isSlow)
      return this.isWaiting
        ? {
            kind: "waiting",
            text: "",
            spoken: vscode.l10n.t("The text has changed, and is counted when you come back to it."),
            stops: false
          }
        : undefined;
    const {counting} = this;
    const subject = counting?.subject ?? subjectInFront();
    if (subject === undefined) return undefined;
    const title = titleOf(subject);
    const percent = counting?.fraction === undefined ? "" : percentText(String(Math.floor(counting.fraction * 100)));
    // Only what the engine does not keep yet takes so long that somebody may want to stop it.
    const stops = counting !== undefined && !this.isKept(subject);
    return {kind: "counting", text: percent && ` ${percent}`, spoken: countingText(title, percent, stops), stops};
  }

  private isInFront(subject: Subject): boolean {
    const front = this.counting?.subject ?? subjectInFront();
    return front === undefined || isSameSubject(subject, front);
  }

  private async showNothing(): Promise<void> {
    const {activeNotebookEditor, visibleTextEditors, visibleNotebookEditors, tabGroups} = vscode.window;
    if (activeNotebookEditor?.notebook.cellCount === 0)
      return this.showNoCount(vscode.l10n.t("This notebook has no cells."));
    // If a webview or the terminal has the focus, the count of the visible text is still right.
    if (visibleTextEditors.length + visibleNotebookEditors.length > 0) return;
    const {isWithheld, withheldMessage} = await import("../../host/documents/targetText");
    if (isWithheld(tabGroups.activeTabGroup.activeTab)) return this.showNoCount(withheldMessage());
    this.showNoCount(vscode.l10n.t("Open a file to see how many tokens it has."));
  }

  /** The number on show is an old one, or none where it would be of another text. */
  private showWaiting(subject: Subject): void {
    if (this.shown === undefined || isSameSubject(this.shown, subject)) return;
    this.showHint();
    this.isWaiting = true;
  }

  private showStopped(): void {
    this.showNoCount(vscode.l10n.t("Counting was stopped. Count Tokens begins again."));
  }

  private showHint(): void {
    this.showNoCount(vscode.l10n.t("Click for everything Tokenscope can do."));
  }

  private showNoCount(why: string): void {
    const tokens = vscode.l10n.t("Tokens");
    const restricted = restriction();
    const reasons = restricted === undefined ? why : `${why} ${restricted}`;
    this.shown = undefined;
    this.isWaiting = false;
    this.item.show({
      text: tokens,
      tooltip: vscode.l10n.t("Tokenscope: {0}", reasons),
      spoken: `${tokens}. ${reasons}`
    });
  }

  private followEngine(): void {
    const stopped = this.host.engine.state.process === "stopped";
    // Count what could not be counted while the engine was stopped.
    if (this.wasStopped && !stopped) this.changed();
    this.wasStopped = stopped;
    this.item.draw();
  }
}

function countingText(title: string, percent: string, stops: boolean): string {
  if (!stops) return vscode.l10n.t("Counting the tokens of {0}", title);
  return percent === ""
    ? vscode.l10n.t("Counting the tokens of {0}. Click to stop.", title)
    : vscode.l10n.t("Counting the tokens of {0}: {1}. Click to stop.", title, percent);
}
