import {type Evaluation, isFinished, type UnscoredFile} from "../../host/evaluation";
import {escapeMarkdown} from "../../host/markdownText";
import {bitsText, byteSize, count, decimal, plural} from "../../metrics/numberText";
import {bitsOf} from "../../metrics/summary";
import {perplexityText} from "../../metrics/summaryRows";
import {visibleText} from "../../metrics/visibleText";

/** Files of one kind that are named; the others are counted. A table of more than these is not read but exported. */
const mostRows = 2000;

/** An evaluation as Markdown. Names of files are hostile: nothing in them is a link, a picture or HTML. */
export function evaluationReport(evaluation: Evaluation): string {
  const {title, corpus, files, failed, leftOut, model, windowing, cut} = evaluation;
  const left = corpus.tokens - corpus.scored;
  const ranked = files.toSorted(
    (a, b) => (b.summary.bitsPerByte ?? -1) - (a.summary.bitsPerByte ?? -1) || (a.path < b.path ? -1 : 1)
  );
  return [
    `# Evaluation of ${literal(title)}`,
    ...(isFinished(evaluation)
      ? []
      : [`**Partial:** ${partial(evaluation)} The numbers are those of what was scored.`]),
    ...(cut ? ["**Not all files:** there were more than are looked at."] : []),
    table(
      ["Corpus", ""],
      ["left", "left"],
      [
        ["Perplexity", `**${perplexityText(corpus)}**`],
        ["Bits per byte", `**${decimal(corpus.bitsPerByte, 3)}**`],
        ["Total", `${bitsText(bitsOf(corpus))}${corpus.bytes === null ? "" : ` in ${byteSize(corpus.bytes)}`}`],
        ["Tokens", `${count(corpus.scored)} scored${left > 0 ? `, ${count(left)} left out` : ""}`],
        [
          "Files",
          [
            count(files.length),
            ...(failed.length > 0 ? [`${count(failed.length)} failed`] : []),
            ...(leftOut.length > 0 ? [`${count(leftOut.length)} left out`] : [])
          ].join(", ")
        ],
        ["Model", literal(`${model.name} ${model.quantization}, ${model.file}, ${model.device}`)],
        ["SHA-256", literal(model.sha256)],
        [
          "Window",
          `${count(windowing.window)} tokens, stride ${count(windowing.stride)}, ${windowing.bos ? "BOS in front" : "no BOS"}; each file by itself`
        ]
      ]
    ),
    "The corpus's perplexity is `exp(ΣΣ v / Σ n)`, over the tokens of all files: every token weighs alike. Perplexity is comparable between models with the same vocabulary only, bits per byte between all.",
    "## Files, by bits per byte",
    table(
      ["File", "Bits per byte", "Perplexity", "Bits", "Tokens"],
      ["left", "right", "right", "right", "right"],
      ranked
        .slice(0, mostRows)
        .map(({path, summary, finished}) => [
          `${literal(path)}${finished ? "" : " (partial)"}`,
          decimal(summary.bitsPerByte, 3),
          perplexityText({...summary, standardError: null}),
          Number.isFinite(bitsOf(summary)) ? count(Math.round(bitsOf(summary))) : "∞",
          count(summary.scored)
        ])
    ),
    ...more(ranked.length),
    ...unscored("Failed", failed),
    ...unscored("Left out", leftOut)
  ].join("\n\n");
}

function partial({notReached}: Evaluation): string {
  return notReached === 0 ? "stopped within a file." : `stopped with ${plural(notReached, "file")} not reached.`;
}

function unscored(heading: string, files: readonly UnscoredFile[]): string[] {
  if (files.length === 0) return [];
  const rows = files.slice(0, mostRows).map(({path, reason}) => [literal(path), literal(reason)]);
  return [`## ${heading}`, table(["File", "Why"], ["left", "left"], rows), ...more(files.length)];
}

function more(files: number): string[] {
  return files > mostRows ? [`… and ${plural(files - mostRows, "more file")}.`] : [];
}

function table(
  head: readonly string[],
  align: readonly ("left" | "right")[],
  rows: readonly (readonly string[])[]
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(align.map((side) => (side === "left" ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** A text that Markdown shows as it is, on one line. */
function literal(text: string): string {
  return escapeMarkdown(visibleText(text));
}
