import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {bitsPerByteText, heatIcon, maxTooltipText, timesText, tokensText} from "../../host/surprisalRows";
import {perplexityText} from "../../metrics/metricText";
import {bitsOf} from "../../metrics/scoreSums";
import {shortText} from "../../text/lineLabel";
import {bitsText, byteSize, count, decimal, inBits, plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {type Evaluation, isFinished, type ScoredFile, type UnscoredFile} from "./evaluation";
import type {Order} from "./sorting";

/** A row of the view. */
export type Row =
  | {readonly type: "corpus"; readonly evaluation: Evaluation}
  | {readonly type: "warning"; readonly warning: string; readonly index: number}
  | {readonly type: "file"; readonly file: ScoredFile; readonly mean: number | null; readonly order: Order}
  /** A file that failed, or that was left out on purpose. */
  | {readonly type: "unscored"; readonly file: UnscoredFile; readonly failed: boolean}
  /** Has the files that were left out as children. */
  | {readonly type: "leftOut"; readonly files: readonly UnscoredFile[]};

/** UTF-16 units of a path in a label. */
const maxLabelLength = 120;

/** Rows for files that were left out. The report lists all of them. */
export const maxShownLeftOut = 100;

export function treeItem(row: Row): vscode.TreeItem {
  const item = describe(row);
  if (row.type !== "leftOut" && row.type !== "warning")
    item.command = {command: commandId("openEvaluatedFile"), title: vscode.l10n.t("Open"), arguments: [row]};
  return item;
}

function describe(row: Row): vscode.TreeItem {
  switch (row.type) {
    case "corpus":
      return corpusItem(row.evaluation);
    case "warning":
      return warningItem(row.warning, row.index);
    case "file":
      return fileItem(row.file, row.mean, row.order);
    case "unscored":
      return unscoredItem(row.file, row.failed);
    case "leftOut":
      return leftOutItem(row.files.length);
    default:
      return row satisfies never;
  }
}

function corpusItem(evaluation: Evaluation): vscode.TreeItem {
  const {corpus, files, failed} = evaluation;
  const all = files.length === 1 ? vscode.l10n.t("All 1 file") : vscode.l10n.t("All {0} files", count(files.length));
  const item = new vscode.TreeItem(`${decimal(corpus.bitsPerByte, 2)} · ${all}`);
  const finished = isFinished(evaluation);
  const partial = finished ? [] : [vscode.l10n.t("partial")];
  item.id = "corpus";
  item.contextValue = "evaluation";
  item.description = [vscode.l10n.t("perplexity {0}", perplexityText(corpus)), ...partial].join(" · ");
  item.iconPath = new vscode.ThemeIcon("files");
  const title = shortText(evaluation.title, maxTooltipText);
  item.tooltip = [
    finished
      ? vscode.l10n.t("{0}, taken as one corpus", title)
      : vscode.l10n.t("{0}, taken as one corpus (partial)", title),
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

function warningItem(warning: string, index: number): vscode.TreeItem {
  const item = new vscode.TreeItem(plainText(warning));
  item.id = `warning:${index}`;
  item.tooltip = plainText(warning);
  item.iconPath = new vscode.ThemeIcon("info");
  return item;
}

function fileItem({path, summary, finished}: ScoredFile, mean: number | null, order: Order): vscode.TreeItem {
  const bits = bitsOf(summary);
  const texts = {
    bitsPerByte: bitsPerByteText(summary.bitsPerByte, 2),
    perplexity: vscode.l10n.t("perplexity {0}", perplexityText({...summary, standardError: null})),
    bits: bitsText(bits),
    tokens: plural(summary.scored, "token")
  };
  // The number that the files are sorted by stands first, where it is read at any width of the view.
  const first = order === "path" ? "bitsPerByte" : order;
  const figure = {
    bitsPerByte: decimal(summary.bitsPerByte, 2),
    perplexity: perplexityText({...summary, standardError: null}),
    bits: Number.isFinite(bits) ? count(Math.round(bits)) : decimal(bits, 0),
    tokens: count(summary.scored)
  }[first];
  const item = new vscode.TreeItem(`${figure} · ${shortText(path, maxLabelLength)}`);
  const {[first]: _first, ...others} = texts;
  item.id = `file:${path}`;
  item.contextValue = "evaluatedFile";
  item.description = [...Object.values(others), ...(finished ? [] : [vscode.l10n.t("partial")])].join(" · ");
  item.iconPath = heatIcon(summary.bitsPerByte, mean);
  item.tooltip = [
    finished
      ? shortText(path, maxTooltipText)
      : vscode.l10n.t("{0} (partial: its beginning)", shortText(path, maxTooltipText)),
    timesText(summary.bitsPerByte, mean, (value, times) => vscode.l10n.t("{0} ({1} times the corpus's)", value, times)),
    vscode.l10n.t("Perplexity {0}", perplexityText(summary)),
    summary.bytes === null
      ? inBits(decimal(bits, 1))
      : vscode.l10n.t("{0} in {1}", inBits(decimal(bits, 1)), byteSize(summary.bytes)),
    tokensText(summary.tokens, summary.scored)
  ].join("\n");
  return item;
}

/** "src/a.ts: 2.31 bits/byte, perplexity 12.3, 1,234 tokens". */
export function copiedText({path, summary}: ScoredFile): string {
  return vscode.l10n.t(
    "{0}: {1}, perplexity {2}, {3}",
    path,
    bitsPerByteText(summary.bitsPerByte, 3),
    perplexityText(summary),
    plural(summary.scored, "token")
  );
}

function unscoredItem({path, reason}: UnscoredFile, failed: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(shortText(path, maxLabelLength));
  item.id = `unscored:${path}`;
  item.description = reason;
  item.tooltip = `${shortText(path, maxTooltipText)}\n${reason}`;
  item.iconPath = failed
    ? new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"))
    : new vscode.ThemeIcon("circle-slash");
  return item;
}

function leftOutItem(files: number): vscode.TreeItem {
  const label = files === 1 ? vscode.l10n.t("1 file left out") : vscode.l10n.t("{0} files left out", count(files));
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = "leftOut";
  item.iconPath = new vscode.ThemeIcon("circle-slash");
  return item;
}

function failedText(files: number): string {
  return files === 1
    ? vscode.l10n.t("1 file could not be scored")
    : vscode.l10n.t("{0} files could not be scored", count(files));
}
