import * as vscode from "vscode";
import {copyText} from "../../host/copyText";
import {titleOfFolders} from "../../host/documents/chooseFolders";
import {openDocument} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {runCommand, setContext} from "../../host/runCommand";
import {windowText} from "../../metrics/summaryRows";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {evaluate} from "./evaluate";
import {chooseEvaluated, exportEvaluation, required} from "./evaluateFolder";
import {type Evaluation, isFinished} from "./evaluation";
import type {EvaluationFile} from "./evaluationFile";
import {evaluationReport} from "./report";
import {copiedText, maxShownLeftOut, type Row, treeItem} from "./rows";
import {filesOrdered, type Order, orders, sortedFiles} from "./sorting";
import {viewId} from "./viewId";

const orderKey = `${viewId}.order`;

/** While files are scored, the rows are redrawn once in this time (ms), and later the more there are: VS Code asks for all. */
const refreshInterval = 500;

/** The files of an evaluated folder, all of them as one corpus, and what was left out. */
export class EvaluationView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly rows = this;
  private order: Order;
  private shown: readonly Row[] = [];
  /** What a run has until now. */
  private partial: Evaluation | undefined;
  /** Every row that was shown: it may be clicked while the list is rebuilt. */
  private readonly shownRows = new WeakSet<object>();
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly running = new LatestOnly();

  /** `last` is what was kept of an earlier session. */
  constructor(
    private readonly host: Host,
    private readonly state: vscode.Memento,
    private readonly file: EvaluationFile,
    private readonly tree: Pick<vscode.TreeView<Row>, "message" | "description">,
    private last: Evaluation | undefined
  ) {
    const order = state.get<unknown>(orderKey);
    this.order = orders.find((one) => one === order) ?? "bitsPerByte";
    this.update();
  }

  /** The last evaluation that ended. A HumanError says what to do if there is none. */
  get required(): Evaluation {
    return required(this.last);
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

  /** Scores the files of the chosen folders. What was shown before stays if the user gives up. */
  async evaluate(resource: unknown, selected: unknown): Promise<void> {
    const roots = await chooseEvaluated(resource, selected);
    if (roots.length > 0) await this.run(roots);
  }

  async evaluateAgain(): Promise<void> {
    const roots = this.last?.roots ?? [];
    await (roots.length > 0 ? this.run(roots) : this.evaluate(undefined, undefined));
  }

  async setOrder(order: Order): Promise<void> {
    this.order = order;
    this.update();
    await this.state.update(orderKey, order);
  }

  /** Handles a click on a row. Commands get any argument: everything else is ignored. */
  async open(row: unknown): Promise<void> {
    if (!this.isRow(row)) return;
    if (row.type === "corpus") await runCommand("showEvaluationReport");
    else if (row.type === "file" || row.type === "unscored")
      await vscode.commands.executeCommand("vscode.open", row.file.uri);
  }

  async showLogprobs(row: unknown): Promise<void> {
    if (!this.isRow(row) || row.type !== "file") return;
    const document = await openDocument({uri: row.file.uri.toString(), start: 0, end: 0});
    await runCommand("showLogprobs", {uri: document.uri.toString(), start: 0, end: document.getText().length});
  }

  async showSurprisingLines(row: unknown): Promise<void> {
    if (!this.isRow(row) || row.type !== "file") return;
    await vscode.window.showTextDocument(await openDocument({uri: row.file.uri.toString(), start: 0, end: 0}));
    await runCommand("showSurprisingLines");
  }

  async copyFile(row: unknown): Promise<void> {
    if (!this.isRow(row) || row.type !== "file") return;
    await copyText(copiedText(row.file), vscode.l10n.t("Copied the numbers of {0}", plainText(row.file.path)));
  }

  async copyMarkdown(): Promise<void> {
    await copyText(evaluationReport(this.required), vscode.l10n.t("Copied the evaluation as Markdown"));
  }

  async export(format: "JSON" | "CSV"): Promise<void> {
    await exportEvaluation(this.required, format);
  }

  dispose(): void {
    this.running.dispose();
    this.changed.dispose();
  }

  private async run(roots: readonly vscode.Uri[]): Promise<void> {
    void vscode.commands.executeCommand(`${viewId}.focus`);
    const title = titleOfFolders(roots);
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Evaluating {0}", plainText(title)),
      cancellable: true
    };
    await vscode.window.withProgress(options, (progress, cancelled) =>
      this.running.run(cancelled, async (token, isLatest) => {
        let due = 0;
        try {
          const evaluation = await evaluate(this.host, {title, roots}, progress, token, (soFar) => {
            if (!isLatest() || performance.now() < due) return;
            this.partial = soFar();
            this.update();
            due = performance.now() + refreshInterval + this.shown.length;
          });
          if (!isLatest()) return;
          this.last = evaluation;
          await this.file.write(evaluation);
        } finally {
          if (isLatest()) {
            this.partial = undefined;
            this.update();
          }
        }
      })
    );
  }

  private isRow(value: unknown): value is Row {
    return typeof value === "object" && value !== null && this.shownRows.has(value);
  }

  private update(): void {
    const evaluation = this.partial ?? this.last;
    this.shown = evaluation ? rowsOf(evaluation, this.order) : [];
    this.tree.description = evaluation ? descriptionOf(evaluation) : "";
    this.tree.message = evaluation ? this.messageOf(evaluation) : "";
    setContext("evaluation.order", this.order);
    setContext("evaluation.shown", this.last !== undefined);
    this.changed.fire(undefined);
  }

  private messageOf(evaluation: Evaluation): string {
    const {windowing, cut} = evaluation;
    return [
      filesOrdered(this.order),
      ...(this.partial ? [runningText(evaluation)] : stoppedText(evaluation)),
      ...(cut ? [vscode.l10n.t("Not all files: there were too many to look at all of them.")] : []),
      vscode.l10n.t("Window: {0}.", windowText({windowing}))
    ].join(" ");
  }
}

function rowsOf(evaluation: Evaluation, order: Order): Row[] {
  const {files, failed, leftOut, corpus, warnings} = evaluation;
  const mean = corpus.bitsPerByte;
  return [
    {type: "corpus", evaluation},
    ...warnings.map((warning, index): Row => ({type: "warning", warning, index})),
    ...sortedFiles(files, order).map((file): Row => ({type: "file", file, mean, order})),
    ...failed.map((file): Row => ({type: "unscored", file, failed: true})),
    ...(leftOut.length > 0 ? [{type: "leftOut", files: leftOut} as const] : [])
  ];
}

function descriptionOf({title, model}: Evaluation): string {
  return `${plainText(title)} · ${plainText(`${model.name} ${model.quantization}`)}`;
}

function runningText({notReached}: Evaluation): string {
  return notReached === 1
    ? vscode.l10n.t("Scoring: 1 file to go.")
    : vscode.l10n.t("Scoring: {0} files to go.", count(notReached));
}

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
