import {type Evaluation, isFinished} from "../../host/evaluation";
import {corpusHeader, scoreHeader} from "../../metrics/scoreHeader";
import {bitsOf} from "../../metrics/summary";

/** An evaluation as JSON: the corpus, then its files by their paths, each with the fields of a score. */
export function evaluationJson(evaluation: Evaluation): string {
  const {title, corpus, files, failed, leftOut, notReached, model, windowing, cut} = evaluation;
  return `${JSON.stringify(
    {
      title,
      model,
      ...windowing,
      finished: isFinished(evaluation),
      corpus: {...corpusHeader(corpus), bits: bitsOf(corpus)},
      files: files.map(({path, summary, finished}) => {
        const {
          model: _model,
          mode: _mode,
          bos: _bos,
          window: _window,
          stride: _stride,
          ...numbers
        } = scoreHeader({model, ...windowing}, summary);
        return {path, finished, tokens: summary.tokens, bytes: summary.bytes, bits: bitsOf(summary), ...numbers};
      }),
      failed: failed.map(({path, reason}) => ({path, reason})),
      leftOut: leftOut.map(({path, reason}) => ({path, reason})),
      notReached,
      cut
    },
    null,
    2
  )}\n`;
}

const columns = [
  "path",
  "status",
  "tokens",
  "scored",
  "bytes",
  "bits",
  "bitsPerByte",
  "perplexity",
  "standardError",
  "crossEntropy"
] as const;

/** The files of an evaluation as CSV (RFC 4180), by their paths; what has no number is empty, and says why in `status`. */
export function evaluationCsv({files, failed, leftOut}: Evaluation): string {
  const rows = [
    columns,
    ...files.map(({path, summary, finished}) => [
      path,
      finished ? "scored" : "partial",
      summary.tokens,
      summary.scored,
      summary.bytes,
      bitsOf(summary),
      summary.bitsPerByte,
      summary.perplexity,
      summary.standardError,
      summary.crossEntropy
    ]),
    ...failed.map(({path, reason}) => [path, `failed: ${reason}`]),
    ...leftOut.map(({path, reason}) => [path, `left out: ${reason}`])
  ];
  return rows.map((row) => `${columns.map((_, index) => cell(row[index])).join(",")}\r\n`).join("");
}

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet takes these for formulas, and runs what a file is called.
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
