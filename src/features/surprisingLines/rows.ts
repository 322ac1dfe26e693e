import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {type Evaluation, isFinished, type ScoredFile, type UnscoredFile} from "../../host/evaluation";
import {perplexityText} from "../../metrics/metricText";
import {bitsOf} from "../../metrics/scoreSums";
import {bitsText, byteSize, count, decimal, inBits, plural} from "../../text/numberText";
import {visibleText} from "../../text/visibleText";
import type {RankedDocument, RankedEntry} from "./rankedDocument";

/** A row of the list. */
export type Row =
  | {
      readonly type: "part";
      readonly document: RankedDocument;
      readonly entry: RankedEntry;
      /** Bits per byte of the whole document. */
      readonly mean: number | null;
    }
  | {readonly type: "corpus"; readonly evaluation: Evaluation}
  | {readonly type: "file"; readonly file: ScoredFile; readonly mean: number | null}
  /** A file that failed, or that was left out on purpose. */
  | {readonly type: "unscored"; readonly file: UnscoredFile; readonly failed: boolean}
  /** Has the files that were left out as children. */
  | {readonly type: "leftOut"; readonly files: readonly UnscoredFile[]};

/** UTF-16 units. The view is narrow, and the numbers need room behind the label. */
const maxLabelLength = 24;

/** UTF-16 units of the text in a tooltip. */
const maxTextLength = 400;

/** Rows for files that were left out. The report lists all of them. */
export const maxShownLeftOut = 100;

export function treeItem(row: Row): vscode.TreeItem {
  const item = describe(row);
  if (row.type !== "leftOut")
    item.command = {command: commandId("openSurprisingLine"), title: vscode.l10n.t("Open"), arguments: [row]};
  return item;
}

function describe(row: Row): vscode.TreeItem {
  switch (row.type) {
    case "part":
      return partItem(row.entry, row.mean);
    case "corpus":
      return corpusItem(row.evaluation);
    case "file":
      return fileItem(row.file, row.mean);
    case "unscored":
      return unscoredItem(row.file, row.failed);
    case "leftOut": {
      const label =
        row.files.length === 1
          ? vscode.l10n.t("1 file left out")
          : vscode.l10n.t("{0} files left out", count(row.files.length));
      const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
      item.id = "leftOut";
      item.iconPath = new vscode.ThemeIcon("circle-slash");
      return item;
    }
    default:
      return row satisfies never;
  }
}

function partItem(entry: RankedEntry, mean: number | null): vscode.TreeItem {
  const {part, numbers, line, edited} = entry;
  const label = cut(part.name ?? entry.text);
  const item = new vscode.TreeItem(label);
  const density = bitsPerByteText(numbers.bitsPerByte, 2);
  item.id = entry.id;
  item.description = [
    density,
    vscode.l10n.t("line {0}", line + 1),
    bitsText(numbers.bits),
    ...(edited ? [vscode.l10n.t("edited")] : [])
  ].join(" · ");
  item.iconPath = heatIcon(numbers.bitsPerByte, mean);
  item.tooltip = [
    cut(part.name ?? entry.text, maxTextLength),
    edited ? vscode.l10n.t("Line {0}, edited since it was scored", line + 1) : vscode.l10n.t("Line {0}", line + 1),
    timesText(numbers.bitsPerByte, mean, (value, times) =>
      vscode.l10n.t("{0} ({1} times the document's)", value, times)
    ),
    vscode.l10n.t("{0} in {1}", inBits(decimal(numbers.bits, 1)), plural(numbers.bytes, "byte")),
    vscode.l10n.t("Perplexity {0}", perplexityText({...numbers, standardError: null})),
    tokensText(numbers.tokens, numbers.scored)
  ].join("\n");
  return item;
}

function corpusItem(evaluation: Evaluation): vscode.TreeItem {
  const {corpus, files, failed} = evaluation;
  const item = new vscode.TreeItem(
    files.length === 1 ? vscode.l10n.t("All 1 file") : vscode.l10n.t("All {0} files", count(files.length))
  );
  const finished = isFinished(evaluation);
  const partial = finished ? [] : [vscode.l10n.t("partial")];
  const perplexity = vscode.l10n.t("perplexity {0}", perplexityText(corpus));
  item.id = "corpus";
  item.description = [perplexity, bitsPerByteText(corpus.bitsPerByte, 2), ...partial].join(" · ");
  item.iconPath = new vscode.ThemeIcon("files");
  item.tooltip = [
    finished
      ? vscode.l10n.t("{0}, taken as one corpus", cut(evaluation.title, maxTextLength))
      : vscode.l10n.t("{0}, taken as one corpus (partial)", cut(evaluation.title, maxTextLength)),
    vscode.l10n.t("Perplexity {0}: every token weighs alike", perplexityText(corpus)),
    bitsPerByteText(corpus.bitsPerByte, 3),
    corpus.bytes === null
      ? inBits(decimal(bitsOf(corpus), 1))
      : vscode.l10n.t("{0} in {1}", inBits(decimal(bitsOf(corpus), 1)), plural(corpus.bytes, "byte")),
    tokensText(corpus.tokens, corpus.scored),
    ...(failed.length > 0 ? [failedText(failed.length)] : []),
    vscode.l10n.t("A click opens the report.")
  ].join("\n");
  return item;
}

function fileItem({path, summary, finished}: ScoredFile, mean: number | null): vscode.TreeItem {
  const label = cut(path);
  const item = new vscode.TreeItem(label);
  const bits = bitsOf(summary);
  const partial = finished ? [] : [vscode.l10n.t("partial")];
  item.id = `file:${path}`;
  item.description = [
    bitsPerByteText(summary.bitsPerByte, 2),
    vscode.l10n.t("perplexity {0}", perplexityText({...summary, standardError: null})),
    bitsText(bits),
    plural(summary.scored, "token"),
    ...partial
  ].join(" · ");
  item.iconPath = heatIcon(summary.bitsPerByte, mean);
  item.tooltip = [
    finished ? cut(path, maxTextLength) : vscode.l10n.t("{0} (partial: its beginning)", cut(path, maxTextLength)),
    timesText(summary.bitsPerByte, mean, (value, times) => vscode.l10n.t("{0} ({1} times the corpus's)", value, times)),
    vscode.l10n.t("Perplexity {0}", perplexityText(summary)),
    summary.bytes === null
      ? inBits(decimal(bits, 1))
      : vscode.l10n.t("{0} in {1}", inBits(decimal(bits, 1)), byteSize(summary.bytes)),
    tokensText(summary.tokens, summary.scored)
  ].join("\n");
  return item;
}

function unscoredItem({path, reason}: UnscoredFile, failed: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(cut(path));
  item.id = `unscored:${path}`;
  item.description = reason;
  item.tooltip = `${cut(path, maxTextLength)}\n${reason}`;
  item.iconPath = failed
    ? new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"))
    : new vscode.ThemeIcon("circle-slash");
  return item;
}

function cut(text: string, maxLength = maxLabelLength): string {
  return visibleText(text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`);
}

function tokensText(tokens: number, scored: number): string {
  return tokens === scored
    ? plural(tokens, "token")
    : vscode.l10n.t("{0}, {1} scored", plural(tokens, "token"), count(scored));
}

function failedText(files: number): string {
  return files === 1
    ? vscode.l10n.t("1 file could not be scored")
    : vscode.l10n.t("{0} files could not be scored", count(files));
}

/** "4.21 bits/byte". */
function bitsPerByteText(bitsPerByte: number | null, decimals: number): string {
  return vscode.l10n.t("{0} bits/byte", decimal(bitsPerByte, decimals));
}

/** Bits per byte. If both are known, `compared` words the value and its ratio to the mean. */
function timesText(
  value: number | null,
  mean: number | null,
  compared: (value: string, times: string) => string
): string {
  const text = bitsPerByteText(value, 2);
  // Two infinite values have no ratio.
  return value === null || mean === null || mean === 0 || mean === Number.POSITIVE_INFINITY
    ? text
    : compared(text, decimal(value / mean, 1));
}

/** Colours by the ratio to the whole text's bits per byte. The numbers beside them say the same without colour. */
const heat = [
  {atLeast: 2, colour: "charts.red"},
  {atLeast: 1.5, colour: "charts.orange"},
  {atLeast: 1, colour: "charts.yellow"}
] as const;

function heatIcon(value: number | null, mean: number | null): vscode.ThemeIcon {
  const ratio =
    value === Number.POSITIVE_INFINITY ? value : value === null || mean === null || mean === 0 ? 0 : value / mean;
  const step = heat.find(({atLeast}) => ratio >= atLeast);
  return step
    ? new vscode.ThemeIcon("circle-filled", new vscode.ThemeColor(step.colour))
    : new vscode.ThemeIcon("circle-outline");
}
