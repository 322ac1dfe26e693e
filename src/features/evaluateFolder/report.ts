import * as l10n from "@vscode/l10n";
import type {MetricKey} from "../../metrics/metrics";
import {valueText} from "../../metrics/metricText";
import {bitsOf} from "../../metrics/scoreSums";
import type {Windowing} from "../../metrics/windowing";
import {markdownTable} from "../../text/markdownTable";
import {escapeMarkdown} from "../../text/markdownText";
import {bitsText, byteSize, count, listText} from "../../text/numberText";
import {type Column, rankedFirst, reportColumns} from "./columns";
import {type Evaluation, isFinished, type ScoredFile, type UnscoredFile} from "./evaluation";

/** Rows of a table; further files are counted. Nobody reads a longer table: it can be exported. */
const maxRows = 2000;

/** An evaluation as Markdown. Names of files are hostile: nothing in them becomes a link, a picture or HTML. */
export function evaluationReport(evaluation: Evaluation): string {
  const {title, files, failed, leftOut, cut, warnings} = evaluation;
  return [
    `# ${l10n.t("Evaluation of {0}", escapeMarkdown(title))}`,
    ...(isFinished(evaluation) ? [] : [partial(evaluation)]),
    ...(cut ? [l10n.t("**Not all files:** there were too many to look at all of them.")] : []),
    ...warnings.map((warning) => `**${l10n.t("Note")}:** ${escapeMarkdown(warning)}`),
    corpusTable(evaluation),
    l10n.t(
      "The corpus's perplexity is `exp(ΣΣ v / Σ n)`, over the tokens of all files: every token weighs alike. Perplexity is comparable between models with the same vocabulary only, bits per byte between all."
    ),
    `## ${l10n.t("Files, by bits per byte")}`,
    filesTable(files),
    ...more(files.length),
    ...unscored(l10n.t("Failed"), failed),
    ...unscored(l10n.t("Left out"), leftOut)
  ].join("\n\n");
}

function corpusTable({corpus, files, failed, leftOut, model, windowing}: Evaluation): string {
  return markdownTable(
    [l10n.t("Corpus"), ""],
    ["left", "left"],
    [
      ...reportColumns.map((column) => {
        const [, {label = "", format}] = column;
        return [label, `**${format ? format(corpus) : columnText(column, corpus)}**`];
      }),
      [
        l10n.t("Total"),
        corpus.bytes === null
          ? bitsText(bitsOf(corpus))
          : l10n.t("{0} in {1}", bitsText(bitsOf(corpus)), byteSize(corpus.bytes))
      ],
      [
        l10n.t("Tokens"),
        corpus.unscored > 0
          ? l10n.t("{0} scored, {1} left out", count(corpus.scored), count(corpus.unscored))
          : l10n.t("{0} scored", count(corpus.scored))
      ],
      [
        l10n.t("Files"),
        listText([
          count(files.length),
          ...(failed.length > 0 ? [l10n.t("{0} failed", count(failed.length))] : []),
          ...(leftOut.length > 0 ? [l10n.t("{0} left out", count(leftOut.length))] : [])
        ])
      ],
      [l10n.t("Model"), escapeMarkdown(`${model.name} ${model.quantization}, ${model.file}, ${model.device}`)],
      ["SHA-256", escapeMarkdown(model.sha256)],
      [l10n.t("Window"), windowText(windowing)]
    ]
  );
}

function windowText({bos, window, stride}: Windowing): string {
  return bos
    ? l10n.t("{0} tokens, stride {1}, BOS in front; each file by itself", count(window), count(stride))
    : l10n.t("{0} tokens, stride {1}, no BOS; each file by itself", count(window), count(stride));
}

function filesTable(files: readonly ScoredFile[]): string {
  const ranked = files.toSorted(
    (a, b) => (b.summary.bitsPerByte ?? -1) - (a.summary.bitsPerByte ?? -1) || (a.path < b.path ? -1 : 1)
  );
  const columns = rankedFirst(reportColumns);
  return markdownTable(
    [l10n.t("File"), ...columns.map(([, {label = ""}]) => label), l10n.t("Bits"), l10n.t("Tokens")],
    ["left", ...columns.map(() => "right" as const), "right", "right"],
    ranked
      .slice(0, maxRows)
      .map(({path, summary, finished}) => [
        finished ? escapeMarkdown(path) : l10n.t("{0} (partial)", escapeMarkdown(path)),
        ...columns.map((column) => columnText(column, summary)),
        Number.isFinite(bitsOf(summary)) ? count(Math.round(bitsOf(summary))) : "∞",
        count(summary.scored)
      ])
  );
}

function columnText([key, {columnText, unit}]: Column, measures: Partial<Record<MetricKey, number | null>>): string {
  const value = measures[key] ?? null;
  return columnText ? columnText(value) : valueText(value, unit);
}

function partial({notReached}: Evaluation): string {
  if (notReached === 0) return l10n.t("**Partial:** stopped within a file. The numbers are those of what was scored.");
  return notReached === 1
    ? l10n.t("**Partial:** stopped with 1 file not reached. The numbers are those of what was scored.")
    : l10n.t(
        "**Partial:** stopped with {0} files not reached. The numbers are those of what was scored.",
        count(notReached)
      );
}

function unscored(heading: string, files: readonly UnscoredFile[]): string[] {
  if (files.length === 0) return [];
  const rows = files.slice(0, maxRows).map(({path, reason}) => [escapeMarkdown(path), escapeMarkdown(reason)]);
  return [
    `## ${heading}`,
    markdownTable([l10n.t("File"), l10n.t("Why")], ["left", "left"], rows),
    ...more(files.length)
  ];
}

function more(files: number): string[] {
  const rest = files - maxRows;
  if (rest <= 0) return [];
  return [rest === 1 ? l10n.t("… and 1 more file.") : l10n.t("… and {0} more files.", count(rest))];
}
