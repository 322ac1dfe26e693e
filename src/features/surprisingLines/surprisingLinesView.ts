import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {openDocument, type TargetText, wholeDocument} from "../../host/documents/targetText";
import {type Evaluation, isFinished} from "../../host/evaluation";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import type {LatestEvaluation} from "../../host/latestEvaluation";
import {runCommand, setContext} from "../../host/runCommand";
import {scoreWithProgress} from "../../host/scoring";
import {partialText} from "../../metrics/summaryRows";
import type {Windowing} from "../../metrics/windowing";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {EditLog, type PartKind, RankedDocument} from "./rankedDocument";
import {type Measure, minBytes, type Ranking} from "./ranking";
import {maxShownLeftOut, type Row, treeItem} from "./rows";
import {filesOrdered, measureOf, type Order, orders, sortedFiles} from "./sorting";
import {viewId} from "./viewId";

export type Mode = PartKind | "files";

const modes: readonly Mode[] = ["lines", "functions", "files"];
const modeKey = `${viewId}.mode`;
const orderKey = `${viewId}.order`;
/** Why nothing is shown. package.json has a text for each reason. */
type Empty = "document" | "functions" | "changed" | "files" | "short" | "";

/** The parts of a document, or the files of a folder, the most surprising first. */
export class SurprisingLinesView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private mode: Mode;
  private order: Order;
  private document: RankedDocument | undefined;
  private latest = 0;
  private shown: readonly Row[] = [];
  /** Every row that was shown: it may be clicked while the list is rebuilt. */
  private readonly shownRows = new WeakSet<object>();
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly rows = this;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly host: Host,
    private readonly state: vscode.Memento,
    private readonly evaluations: LatestEvaluation,
    private readonly tree: vscode.TreeView<Row>
  ) {
    const [mode, order] = [state.get<Mode>(modeKey), state.get<Order>(orderKey)];
    this.mode = modes.find((one) => one === mode) ?? "lines";
    this.order = orders.find((one) => one === order) ?? "bitsPerByte";
    this.subscriptions = [
      this.changed,
      this.tree.onDidChangeVisibility(({visible}) => {
        if (visible) this.update();
      })
    ];
    this.update();
  }

  getTreeItem(row: Row): vscode.TreeItem {
    this.shownRows.add(row);
    return treeItem(row);
  }

  getChildren(row?: Row): Row[] {
    if (!row) return [...this.shown];
    if (row.type !== "leftOut") return [];
    return row.files.slice(0, maxShownLeftOut).map((file) => ({type: "unscored", file, failed: false}));
  }

  async setMode(mode: Mode): Promise<void> {
    this.mode = mode;
    this.update();
    await this.findFunctions();
    await this.state.update(modeKey, mode);
  }

  async setOrder(order: Order): Promise<void> {
    this.order = order;
    this.update();
    await this.state.update(orderKey, order);
  }

  /** Scores a document and shows its surprising lines. If cancelled, it shows the part that was scored. */
  async show(subject: TargetText): Promise<void> {
    await vscode.commands.executeCommand(`${viewId}.focus`);
    const run = ++this.latest;
    const {uri, title, text, toSend} = subject;
    const edits = new EditLog(uri);
    let document: RankedDocument;
    try {
      const scores = await scoreWithProgress(this.host, vscode.l10n.t("Surprising lines of {0}", title), {
        text: toSend,
        top: 0
      });
      const {ends, logprobs} = scores;
      if (ends === null)
        throw new HostError(
          "noSpans",
          vscode.l10n.t(
            "This model's tokenizer rewrites text, so its scores can't be assigned to lines: use another model."
          )
        );
      document = await RankedDocument.create({uri, title, text, scores}, {ends, logprobs}, edits);
    } catch (error) {
      edits.dispose();
      throw error;
    }
    // The user asked for another document meanwhile.
    if (run !== this.latest) return document.dispose();
    this.document?.dispose();
    this.document = document;
    document.onDidUpdate(() => this.update());
    await this.setMode(this.mode === "files" ? "lines" : this.mode);
  }

  /** Scores the shown document or folder again. */
  async refresh(): Promise<void> {
    const {document, evaluations} = this;
    if (this.mode === "files") {
      const {roots} = evaluations.latest ?? {};
      await (roots ? runCommand("evaluateFolder", roots[0], roots) : runCommand("evaluateFolder"));
    } else if (document) {
      const uri = document.source.uri.toString();
      const subject = await wholeDocument(await openDocument({uri, start: 0, end: 0}));
      if (subject.text === "")
        throw new HostError("emptyFile", vscode.l10n.t("This file is empty now: open one that has text in it."));
      await this.show(subject);
    } else {
      await runCommand("showSurprisingLines");
    }
  }

  /** Handles a click on a row. Commands get any argument: everything else is ignored. */
  async open(row: unknown): Promise<void> {
    if (!this.isRow(row)) return;
    switch (row.type) {
      case "part":
        return row.document.reveal(row.entry);
      case "corpus":
        await runCommand("showEvaluationReport");
        return;
      case "file":
      case "unscored":
        await vscode.commands.executeCommand("vscode.open", row.file.uri);
    }
  }

  dispose(): void {
    this.document?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private isRow(value: unknown): value is Row {
    return typeof value === "object" && value !== null && this.shownRows.has(value);
  }

  /** Shows the files of the evaluation that has just ended. */
  async showEvaluation(): Promise<void> {
    await this.setMode("files");
    const [first] = this.shown;
    if (first) await this.tree.reveal(first, {select: false, focus: false});
  }

  /** A language may still be starting, so functions are requested each time they are to be shown and are not known. */
  private async findFunctions(): Promise<void> {
    const {document, mode} = this;
    if (mode !== "functions" || !document) return;
    await document.findFunctions();
    this.update();
  }

  private update(): void {
    const {empty, rows, message, description} = this.mode === "files" ? this.filesShown() : this.partsShown(this.mode);
    this.shown = rows;
    this.tree.message = message ?? "";
    this.tree.description = description ?? "";
    setContext("surprisingLines.mode", this.mode);
    setContext("surprisingLines.order", this.order);
    setContext("surprisingLines.empty", empty);
    this.changed.fire(undefined);
  }

  private partsShown(kind: PartKind): Shown {
    const {document} = this;
    if (!document) return nothing("document");
    const {scores, title} = document.source;
    const description = `${title} · ${modelName(scores)}`;
    const measure = measureOf(this.order);
    const ranked = document.ranked(kind, measure);
    if (!ranked) return {...nothing(document.changed ? "changed" : "functions"), description};
    const partial = partialText(scores.summary, scores);
    const mean = scores.summary.bitsPerByte;
    const rows = ranked.entries.map((entry): Row => ({type: "part", document, entry, mean}));
    const message = [
      vscode.l10n.t("{0} with {1}:", title, modelName(scores)),
      rankingText(kind, ranked.ranking, measure),
      ...(partial === null ? [] : [vscode.l10n.t("Partial: {0}.", partial)]),
      ...(document.changed
        ? [vscode.l10n.t("The document has changed since it was scored: refresh to score it again.")]
        : []),
      windowText(scores.windowing)
    ].join(" ");
    return {empty: rows.length === 0 ? "short" : "", rows, message, description};
  }

  private filesShown(): Shown {
    const {latest} = this.evaluations;
    if (!latest) return nothing("files");
    const {files, failed, leftOut, corpus, model, windowing} = latest;
    const title = plainText(latest.title);
    const mean = corpus.bitsPerByte;
    const rows: Row[] = [
      {type: "corpus", evaluation: latest},
      ...sortedFiles(files, this.order).map((file): Row => ({type: "file", file, mean})),
      ...failed.map((file): Row => ({type: "unscored", file, failed: true})),
      ...(leftOut.length > 0 ? [{type: "leftOut", files: leftOut} as const] : [])
    ];
    const scoredBy = vscode.l10n.t("{0} with {1}: {2}.", title, modelName({model}), filesOrdered(this.order));
    const message = [scoredBy, ...stoppedText(latest), windowText(windowing)].join(" ");
    return {empty: "", rows, message, description: `${title} · ${modelName({model})}`};
  }
}

interface Shown {
  readonly empty: Empty;
  readonly rows: readonly Row[];
  readonly message: string | undefined;
  readonly description: string | undefined;
}

function nothing(empty: Empty): Shown {
  return {empty, rows: [], message: undefined, description: undefined};
}

/** "The first 100 of 1,234 lines by bits per byte. 12 of fewer than 8 bytes left out." */
function rankingText(kind: PartKind, {parts, ranked, short}: Ranking, measure: Measure): string {
  const words = [rankingWords[kind][measure](parts.length, ranked)];
  if (kind === "functions") words.push(vscode.l10n.t("Each without those inside it."));
  if (short > 0) words.push(vscode.l10n.t("{0} of fewer than {1} bytes left out.", count(short), minBytes[measure]));
  return words.join(" ");
}

const rankingWords = {
  lines: {
    bitsPerByte: (shown: number, all: number): string => {
      if (shown < all) return vscode.l10n.t("The first {0} of {1} lines by bits per byte.", count(shown), count(all));
      return all === 1
        ? vscode.l10n.t("1 line by bits per byte.")
        : vscode.l10n.t("{0} lines by bits per byte.", count(all));
    },
    bits: (shown: number, all: number): string => {
      if (shown < all) return vscode.l10n.t("The first {0} of {1} lines by total bits.", count(shown), count(all));
      return all === 1 ? vscode.l10n.t("1 line by total bits.") : vscode.l10n.t("{0} lines by total bits.", count(all));
    }
  },
  functions: {
    bitsPerByte: (shown: number, all: number): string => {
      if (shown < all)
        return vscode.l10n.t("The first {0} of {1} functions and methods by bits per byte.", count(shown), count(all));
      return all === 1
        ? vscode.l10n.t("1 function or method by bits per byte.")
        : vscode.l10n.t("{0} functions and methods by bits per byte.", count(all));
    },
    bits: (shown: number, all: number): string => {
      if (shown < all)
        return vscode.l10n.t("The first {0} of {1} functions and methods by total bits.", count(shown), count(all));
      return all === 1
        ? vscode.l10n.t("1 function or method by total bits.")
        : vscode.l10n.t("{0} functions and methods by total bits.", count(all));
    }
  }
};

function stoppedText(evaluation: Evaluation): string[] {
  if (isFinished(evaluation)) return [];
  const {notReached} = evaluation;
  if (notReached === 0) return [vscode.l10n.t("Partial: stopped within a file.")];
  return [
    notReached === 1
      ? vscode.l10n.t("Partial: stopped with 1 file not reached.")
      : vscode.l10n.t("Partial: stopped with {0} files not reached.", count(notReached))
  ];
}

function modelName({model}: Pick<Scores, "model">): string {
  return plainText(`${model.name} ${model.quantization}`);
}

function windowText({window, stride, bos}: Windowing): string {
  return bos
    ? vscode.l10n.t("Window {0} tokens, stride {1}, BOS in front.", count(window), count(stride))
    : vscode.l10n.t("Window {0} tokens, stride {1}, no BOS.", count(window), count(stride));
}
