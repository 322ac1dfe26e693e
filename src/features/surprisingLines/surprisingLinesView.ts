import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {copyText} from "../../host/copyText";
import {openDocument, requireEditor, type TargetText, wholeDocument} from "../../host/documents/targetText";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {LatestOnly} from "../../host/latestOnly";
import {runCommand, setContext} from "../../host/runCommand";
import {scoreOrStop, scoreWithProgress} from "../../host/scoring";
import {partialText} from "../../metrics/summaryRows";
import {plainText} from "../../text/plainText";
import {rankingText} from "./listText";
import {EditLog, type PartKind, RankedDocument} from "./rankedDocument";
import {type Measure, minBytes} from "./ranking";
import {copiedText, type Row, treeItem} from "./rows";
import {viewId} from "./viewId";
import {nextSurprise, toldPlace} from "./walk";

const modes: readonly PartKind[] = ["lines", "functions"];
const [modeKey, orderKey, followKey, rankedKey] = [
  `${viewId}.mode`,
  `${viewId}.order`,
  `${viewId}.follow`,
  `${viewId}.ranked`
];

/** Milliseconds without a change of editor before another document is ranked. */
const followDelay = 300;

/** UTF-16 units. Following an editor, a longer document is ranked only when it is asked for. */
const maxFollowed = 200_000;

/** Ranked documents that are kept for their editors to come back. */
const maxKept = 4;

/** Why nothing is shown. package.json has a text for each reason. */
type Empty = "document" | "functions" | "changed" | "short" | "shorter" | "long" | "failed" | "";

/** The view's parts that are used: tests have their own. */
export type Tree = Pick<
  vscode.TreeView<Row>,
  "message" | "description" | "visible" | "onDidChangeVisibility" | "reveal"
>;

/** The lines or functions of a document, the most surprising first. */
export class SurprisingLinesView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly rows = this;
  private mode: PartKind;
  private order: Measure;
  private filter = "";
  private follows: boolean;
  private document: RankedDocument | undefined;
  /** Why there is no document, of the editor that is followed. */
  private missing: {readonly why: Empty; readonly title: string} = {why: "document", title: ""};
  /** The document shown and those before it, the latest last. */
  private readonly kept = new Map<string, RankedDocument>();
  private readonly scoring = new LatestOnly();
  /** Lists that the user has asked for and waits for: until then no editor is followed. */
  private asked = 0;
  private following: ReturnType<typeof setTimeout> | undefined;
  private shown: readonly Row[] = [];
  /** Every row that was shown: it may be clicked while the list is rebuilt. */
  private readonly shownRows = new WeakSet<object>();
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly host: Host,
    private readonly state: vscode.Memento,
    private readonly tree: Tree
  ) {
    const [mode, order] = [state.get<unknown>(modeKey), state.get<unknown>(orderKey)];
    this.mode = modes.find((one) => one === mode) ?? "lines";
    this.order = order === "bits" ? order : "bitsPerByte";
    this.follows = state.get<unknown>(followKey) !== false;
    this.subscriptions = [
      this.changed,
      this.scoring,
      this.tree.onDidChangeVisibility(({visible}) => {
        if (!visible) return;
        this.update();
        this.followSoon();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.followSoon())
    ];
    this.update();
    this.followSoon();
  }

  getTreeItem(row: Row): vscode.TreeItem {
    this.shownRows.add(row);
    return treeItem(row);
  }

  getChildren(row?: Row): Row[] {
    return row ? [] : [...this.shown];
  }

  async setMode(mode: PartKind): Promise<void> {
    this.mode = mode;
    this.update();
    await this.findFunctions();
    await this.state.update(modeKey, mode);
  }

  async setOrder(order: Measure): Promise<void> {
    this.order = order;
    this.update();
    await this.state.update(orderKey, order);
  }

  /** Whether the view goes to the document of the active editor by itself. */
  async setFollowing(follows: boolean): Promise<void> {
    this.follows = follows;
    this.update();
    this.followSoon();
    await this.state.update(followKey, follows);
  }

  /** Asks for a text that the listed lines contain. Of all lines, not only of those that are in the list now. */
  async askForFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: vscode.l10n.t("Filter Surprising Lines"),
      prompt: vscode.l10n.t("Lists only what contains this text. Empty for all."),
      value: this.filter
    });
    if (filter !== undefined) await this.setFilter(filter);
  }

  async setFilter(filter: string): Promise<void> {
    this.filter = filter;
    await this.document?.setFilter(filter);
    this.update();
  }

  /** Scores a document and shows its surprising lines. If cancelled, it shows the part that was scored. */
  async show(target: TargetText, {focuses = true} = {}): Promise<void> {
    if (focuses) await vscode.commands.executeCommand(`${viewId}.focus`);
    this.asked++;
    try {
      await this.rank(target, (params) =>
        scoreWithProgress(this.host, vscode.l10n.t("Surprising lines of {0}", target.title), params)
      );
    } finally {
      this.asked--;
    }
  }

  /** Scores the shown document again. */
  async refresh(): Promise<void> {
    if (!this.document) {
      await runCommand("showSurprisingLines");
      return;
    }
    const uri = this.document.source.uri.toString();
    const target = await wholeDocument(await openDocument({uri, start: 0, end: 0}));
    if (target.text === "")
      throw new HostError("emptyFile", vscode.l10n.t("This file is empty now: open one that has text in it."));
    await this.show(target);
  }

  /** Handles a click on a row. Commands get any argument: everything else is ignored. */
  async open(row: unknown): Promise<void> {
    if (this.isRow(row)) await row.document.reveal(row.entry);
  }

  async showLogprobs(row: unknown): Promise<void> {
    if (this.isRow(row)) await runCommand("showLogprobs", await row.document.rangeOf(row.entry));
  }

  async copy(row: unknown): Promise<void> {
    if (this.isRow(row)) await copyText(copiedText(row), vscode.l10n.t("Copied line {0}", row.entry.line + 1));
  }

  /** Goes to the next or previous surprising line of the active editor, which is scored first where it has no list. */
  async walk(direction: "next" | "previous"): Promise<void> {
    const {document: text, selection} = requireEditor();
    const uri = text.uri.toString();
    if (this.document?.source.uri.toString() !== uri && !this.bringBack(uri)) {
      const target = await wholeDocument(text);
      if (target.text === "")
        throw new HostError("emptyFile", vscode.l10n.t("This file is empty: open one that has text in it."));
      await this.show(target, {focuses: false});
    }
    const {document, shown} = this;
    if (!document) return;
    const entries = shown.map(({entry}) => entry);
    const entry = await nextSurprise(document, entries, selection.start, direction);
    if (!entry) {
      vscode.window.setStatusBarMessage(vscode.l10n.t("No surprising line is listed for this file."), 3000);
      return;
    }
    await document.reveal(entry);
    const index = entries.indexOf(entry);
    vscode.window.setStatusBarMessage(toldPlace(entry, index), 5000);
    const row = shown[index];
    if (row && this.tree.visible) await this.tree.reveal(row, {select: true, focus: false});
  }

  dispose(): void {
    clearTimeout(this.following);
    for (const document of this.kept.values()) document.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private isRow(value: unknown): value is Row {
    return typeof value === "object" && value !== null && this.shownRows.has(value);
  }

  /** Ranks a document that `score` scores. The latest call wins. */
  private async rank(
    {uri, title, text, toSend}: TargetText,
    score: (params: {text: TargetText["toSend"]; top: number}, token: vscode.CancellationToken) => Promise<Scores>
  ): Promise<void> {
    await this.scoring.run(undefined, async (token, isLatest) => {
      const edits = new EditLog(uri);
      let document: RankedDocument;
      try {
        const scores = await score({text: toSend, top: 0}, token);
        const {ends, logprobs} = scores;
        if (ends === null)
          throw new HostError(
            "noSpans",
            vscode.l10n.t(
              "This model's tokenizer rewrites text, so its scores can't be assigned to lines: use another model."
            )
          );
        document = await RankedDocument.create({uri, title, text, scores}, {ends, logprobs}, edits);
        await document.setFilter(this.filter);
      } catch (error) {
        edits.dispose();
        throw error;
      }
      // The user asked for another document meanwhile.
      if (!isLatest()) return document.dispose();
      document.onDidUpdate(() => {
        if (this.document === document) this.update();
      });
      this.keep(document);
      await this.state.update(rankedKey, uri.toString());
      await this.setMode(this.mode);
    });
  }

  /** Shows a ranked document, and forgets the one that was shown longest ago. */
  private keep(document: RankedDocument): void {
    const uri = document.source.uri.toString();
    const before = this.kept.get(uri);
    if (before !== document) before?.dispose();
    this.kept.delete(uri);
    this.kept.set(uri, document);
    const [oldest] = this.kept;
    if (oldest && this.kept.size > maxKept) {
      this.kept.delete(oldest[0]);
      oldest[1].dispose();
    }
    this.document = document;
  }

  /** Shows a document that was ranked before. False if there is none. */
  private bringBack(uri: string): boolean {
    const document = this.kept.get(uri);
    if (!document) return false;
    this.scoring.cancel();
    this.keep(document);
    this.update();
    void document.setFilter(this.filter).then(() => this.update());
    void this.findFunctions();
    void this.state.update(rankedKey, uri);
    return true;
  }

  private followSoon(): void {
    clearTimeout(this.following);
    if (this.tree.visible) this.following = setTimeout(() => void this.follow(), followDelay);
  }

  /**
   * Goes to the active editor's document, or after a reload to the one that was shown. Nothing is scored before the user has
   * asked for a list once in this workspace.
   */
  private async follow(): Promise<void> {
    const ranked = this.state.get<unknown>(rankedKey);
    if (!this.tree.visible || this.asked > 0 || typeof ranked !== "string") return;
    const active = this.follows ? vscode.window.activeTextEditor?.document : undefined;
    const followed = active?.uri.scheme === "output" ? undefined : active;
    if (this.document && (!followed || this.document.source.uri.toString() === followed.uri.toString())) return;
    if (followed && this.bringBack(followed.uri.toString())) return;
    try {
      await this.rankQuietly(followed ?? (await openDocument({uri: ranked, start: 0, end: 0})));
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      // The document of an earlier session may be gone. Any other failure is told when the user asks for the list.
      if (followed) this.miss("failed", plainText(uriName(followed.uri)));
      else this.miss("document", "");
    }
  }

  /** Under a bar in the view instead of a notification: the user asked for no list of this document. */
  private async rankQuietly(document: vscode.TextDocument): Promise<void> {
    const target = await wholeDocument(document);
    if (target.text === "") return this.miss("document", target.title);
    if (target.text.length > maxFollowed) return this.miss("long", target.title);
    this.tree.message = vscode.l10n.t("Scoring {0}…", target.title);
    await vscode.window.withProgress({location: {viewId}}, () =>
      this.rank(target, (params, token) => scoreOrStop(this.host, params, token, () => undefined, token))
    );
  }

  private miss(why: Empty, title: string): void {
    this.document = undefined;
    this.missing = {why, title};
    this.update();
  }

  /** A language may still be starting, so functions are requested each time they are to be shown and are not known. */
  private async findFunctions(): Promise<void> {
    const {document, mode} = this;
    if (mode !== "functions" || !document) return;
    await document.findFunctions();
    this.update();
  }

  private update(): void {
    const {empty, rows, message, description} = this.contents();
    this.shown = rows;
    this.tree.message = message;
    this.tree.description = description;
    setContext("surprisingLines.mode", this.mode);
    setContext("surprisingLines.order", this.order);
    setContext("surprisingLines.filtered", this.filter !== "");
    setContext("surprisingLines.follows", this.follows);
    setContext("surprisingLines.empty", empty);
    this.changed.fire(undefined);
  }

  /** What is shown. Without rows there is no message: VS Code hides the text for an empty view beside one. */
  private contents(): Shown {
    const {document, mode, order, filter} = this;
    if (!document) return {empty: this.missing.why, rows: [], message: "", description: this.missing.title};
    const {scores, title} = document.source;
    const description = `${title} · ${plainText(`${scores.model.name} ${scores.model.quantization}`)}`;
    const ranked = document.ranked(mode, order);
    if (!ranked) return {empty: document.changed ? "changed" : "functions", rows: [], message: "", description};
    const rows = ranked.entries.map((entry): Row => ({document, entry, measure: order}));
    if (rows.length === 0 && filter === "") {
      const isShortest = minBytes[order] === Math.min(...Object.values(minBytes));
      return {empty: isShortest ? "shorter" : "short", rows, message: "", description};
    }
    const partial = partialText(scores.summary, scores);
    const ranking = rankingText(mode, ranked.ranking, order);
    const filtered =
      rows.length === 0
        ? [vscode.l10n.t('Nothing here contains "{0}".', plainText(filter))]
        : [vscode.l10n.t('Only what contains "{0}".', plainText(filter)), ranking];
    const message = [
      ...(filter === "" ? [ranking] : filtered),
      ...(partial === null ? [] : [vscode.l10n.t("Partial: {0}.", partial)]),
      ...(document.changed ? [vscode.l10n.t("The document has changed since: refresh to score it again.")] : [])
    ].join(" ");
    return {empty: "", rows, message, description};
  }
}

interface Shown {
  readonly empty: Empty;
  readonly rows: readonly Row[];
  readonly message: string;
  readonly description: string;
}
