import * as l10n from "@vscode/l10n";
import {type Evaluation, isFinished, type UnscoredFile} from "../../host/evaluation";
import {bitsOf} from "../../metrics/summary";
import {perplexityText} from "../../metrics/summaryRows";
import {escapeMarkdown} from "../../text/markdownText";
import {bitsText, byteSize, count, decimal, listText} from "../../text/numberText";

/** Files of one kind that are named; the others are counted. A table of more than these is not read but exported. */
const maxRows = 2000;

/** An evaluation as Markdown. Names of files are hostile: nothing in them is a link, a picture or HTML. */
export function evaluationReport(evaluation: Evaluation): string {
  const {title, corpus, files, failed, leftOut, model, windowing, cut, warnings} = evaluation;
  const left = corpus.tokens - corpus.scored;
  const ranked = files.toSorted(
    (a, b) => (b.summary.bitsPerByte ?? -1) - (a.summary.bitsPerByte ?? -1) || (a.path < b.path ? -1 : 1)
  );
  return [
    `# ${l10n.t("Evaluation of {0}", escapeMarkdown(title))}`,
    ...(isFinished(evaluation) ? [] : [partial(evaluation)]),
    ...(cut ? [l10n.t("**Not all files:** there were more than are looked at.")] : []),
    ...warnings.map((warning) => `**${l10n.t("Note")}:** ${escapeMarkdown(warning)}`),
    table(
      [l10n.t("Corpus"), ""],
      ["left", "left"],
      [
        [l10n.t("Perplexity"), `**${perplexityText(corpus)}**`],
        [l10n.t("Bits per byte"), `**${decimal(corpus.bitsPerByte, 3)}**`],
        [
          l10n.t("Total"),
          corpus.bytes === null
            ? bitsText(bitsOf(corpus))
            : l10n.t("{0} in {1}", bitsText(bitsOf(corpus)), byteSize(corpus.bytes))
        ],
        [
          l10n.t("Tokens"),
          left > 0
            ? l10n.t("{0} scored, {1} left out", count(corpus.scored), count(left))
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
        [
          l10n.t("Window"),
          windowing.bos
            ? l10n.t(
                "{0} tokens, stride {1}, BOS in front; each file by itself",
                count(windowing.window),
                count(windowing.stride)
              )
            : l10n.t(
                "{0} tokens, stride {1}, no BOS; each file by itself",
                count(windowing.window),
                count(windowing.stride)
              )
        ]
      ]
    ),
    l10n.t(
      "The corpus's perplexity is `exp(ΣΣ v / Σ n)`, over the tokens of all files: every token weighs alike. Perplexity is comparable between models with the same vocabulary only, bits per byte between all."
    ),
    `## ${l10n.t("Files, by bits per byte")}`,
    table(
      [l10n.t("File"), l10n.t("Bits per byte"), l10n.t("Perplexity"), l10n.t("Bits"), l10n.t("Tokens")],
      ["left", "right", "right", "right", "right"],
      ranked
        .slice(0, maxRows)
        .map(({path, summary, finished}) => [
          finished ? escapeMarkdown(path) : l10n.t("{0} (partial)", escapeMarkdown(path)),
          decimal(summary.bitsPerByte, 3),
          perplexityText({...summary, standardError: null}),
          Number.isFinite(bitsOf(summary)) ? count(Math.round(bitsOf(summary))) : "∞",
          count(summary.scored)
        ])
    ),
    ...more(ranked.length),
    ...unscored(l10n.t("Failed"), failed),
    ...unscored(l10n.t("Left out"), leftOut)
  ].join("\n\n");
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
  return [`## ${heading}`, table([l10n.t("File"), l10n.t("Why")], ["left", "left"], rows), ...more(files.length)];
}

function more(files: number): string[] {
  const rest = files - maxRows;
  if (rest <= 0) return [];
  return [rest === 1 ? l10n.t("… and 1 more file.") : l10n.t("… and {0} more files.", count(rest))];
}

function table(
  head: readonly string[],
  align: readonly ("left" | "right")[],
  rows: readonly (readonly string[])[]
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(align.map((side) => (side === "left" ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
