import * as vscode from "vscode";
import {type Evaluation, isFinished, type ScoredFile, type UnscoredFile} from "../../host/evaluation";
import {bitsText, byteSize, count, decimal, plural} from "../../metrics/numberText";
import {bitsOf} from "../../metrics/summary";
import {perplexityText} from "../../metrics/summaryRows";
import {visibleText} from "../../metrics/visibleText";
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
  /** A file that could not be scored, or was not meant to be. */
  | {readonly type: "unscored"; readonly file: UnscoredFile; readonly failed: boolean}
  /** The files that were left out stand below it. */
  | {readonly type: "leftOut"; readonly files: readonly UnscoredFile[]};

/** What a click on a row does; the row itself is its argument. */
export const openRowCommand = "tokenscope.openSurprisingLine";

/** UTF-16 units of a label: the list is narrow, and its numbers stand behind the label. */
const longestLabel = 24;

/** UTF-16 units of the same in the tooltip. */
const longestText = 400;

/** Rows of files that were left out; the report has them all. */
export const shownLeftOut = 100;

export function treeItem(row: Row): vscode.TreeItem {
  const item = describe(row);
  if (row.type !== "leftOut") item.command = {command: openRowCommand, title: "Open", arguments: [row]};
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
      const label = `${plural(row.files.length, "file")} left out`;
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
  const density = `${decimal(numbers.bitsPerByte, 2)} bits/byte`;
  item.id = entry.id;
  item.description = [density, `line ${line + 1}`, bitsText(numbers.bits), ...(edited ? ["edited"] : [])].join(" · ");
  item.iconPath = heatIcon(numbers.bitsPerByte, mean);
  item.tooltip = [
    cut(part.name ?? entry.text, longestText),
    `Line ${line + 1}${edited ? ", edited since it was scored" : ""}`,
    `${density}${times(numbers.bitsPerByte, mean, "the document's")}`,
    `${decimal(numbers.bits, 1)} bits in ${plural(numbers.bytes, "byte")}`,
    `Perplexity ${perplexityText({...numbers, standardError: null})}`,
    tokensText(numbers.tokens, numbers.scored)
  ].join("\n");
  return item;
}

function corpusItem(evaluation: Evaluation): vscode.TreeItem {
  const {corpus, files, failed} = evaluation;
  const item = new vscode.TreeItem(`All ${plural(files.length, "file")}`);
  const partial = isFinished(evaluation) ? [] : ["partial"];
  const perplexity = `perplexity ${perplexityText(corpus)}`;
  item.id = "corpus";
  item.description = [perplexity, `${decimal(corpus.bitsPerByte, 2)} bits/byte`, ...partial].join(" · ");
  item.iconPath = new vscode.ThemeIcon("files");
  item.tooltip = [
    `${evaluation.title}, taken as one corpus${partial.length > 0 ? " (partial)" : ""}`,
    `Perplexity ${perplexityText(corpus)}: every token weighs alike`,
    `${decimal(corpus.bitsPerByte, 3)} bits/byte`,
    `${decimal(bitsOf(corpus), 1)} bits${corpus.bytes === null ? "" : ` in ${plural(corpus.bytes, "byte")}`}`,
    tokensText(corpus.tokens, corpus.scored),
    ...(failed.length > 0 ? [`${plural(failed.length, "file")} could not be scored`] : []),
    "A click opens the report."
  ].join("\n");
  return item;
}

function fileItem({path, summary, finished}: ScoredFile, mean: number | null): vscode.TreeItem {
  const label = cut(path);
  const item = new vscode.TreeItem(label);
  const bits = bitsOf(summary);
  const partial = finished ? [] : ["partial"];
  item.id = `file:${path}`;
  item.description = [
    `${decimal(summary.bitsPerByte, 2)} bits/byte`,
    `perplexity ${perplexityText({...summary, standardError: null})}`,
    bitsText(bits),
    plural(summary.scored, "token"),
    ...partial
  ].join(" · ");
  item.iconPath = heatIcon(summary.bitsPerByte, mean);
  item.tooltip = [
    `${cut(path, longestText)}${finished ? "" : " (partial: its beginning)"}`,
    `${decimal(summary.bitsPerByte, 2)} bits/byte${times(summary.bitsPerByte, mean, "the corpus's")}`,
    `Perplexity ${perplexityText(summary)}`,
    `${decimal(bits, 1)} bits${summary.bytes === null ? "" : ` in ${byteSize(summary.bytes)}`}`,
    tokensText(summary.tokens, summary.scored)
  ].join("\n");
  return item;
}

function unscoredItem({path, reason}: UnscoredFile, failed: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(cut(path));
  item.id = `unscored:${path}`;
  item.description = reason;
  item.tooltip = `${cut(path, longestText)}\n${reason}`;
  item.iconPath = failed
    ? new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"))
    : new vscode.ThemeIcon("circle-slash");
  return item;
}

function cut(text: string, longest = longestLabel): string {
  return visibleText(text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`);
}

function tokensText(tokens: number, scored: number): string {
  return tokens === scored ? plural(tokens, "token") : `${plural(tokens, "token")}, ${count(scored)} scored`;
}

function times(value: number | null, mean: number | null, whose: string): string {
  return value === null || mean === null || mean === 0 ? "" : ` (${decimal(value / mean, 1)} times ${whose})`;
}

/** How many times as dense as the whole: the numbers beside it say it too, for whom the colours do not. */
const heat = [
  {atLeast: 2, colour: "charts.red"},
  {atLeast: 1.5, colour: "charts.orange"},
  {atLeast: 1, colour: "charts.yellow"}
] as const;

function heatIcon(value: number | null, mean: number | null): vscode.ThemeIcon {
  const ratio = value === null || mean === null || mean === 0 ? 0 : value / mean;
  const step = heat.find(({atLeast}) => ratio >= atLeast);
  return step
    ? new vscode.ThemeIcon("circle-filled", new vscode.ThemeColor(step.colour))
    : new vscode.ThemeIcon("circle-outline");
}
