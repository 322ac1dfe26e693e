import {csvNumber} from "../../metrics/scoreExport";
import {corpusHeader, scoreHeader} from "../../metrics/scoreHeader";
import {bitsOf} from "../../metrics/scoreSums";
import {csvCell, inOneCell} from "../../text/csvCell";
import {jsonText} from "../../text/jsonText";
import {csvColumns, rankedFirst} from "./columns";
import {type Evaluation, isFinished} from "./evaluation";

/** An evaluation as JSON: the corpus, then its files in the order of their paths, each with the fields of a score. */
export function evaluationJson(evaluation: Evaluation): string {
  const {title, corpus, files, failed, leftOut, notReached, model, windowing, cut, warnings} = evaluation;
  return `${jsonText(
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
        } = scoreHeader({model, windowing}, summary);
        return {path, finished, tokens: summary.tokens, bytes: summary.bytes, bits: bitsOf(summary), ...numbers};
      }),
      failed: failed.map(({path, reason}) => ({path, reason})),
      leftOut: leftOut.map(({path, reason}) => ({path, reason})),
      notReached,
      cut,
      ...(warnings.length === 0 ? {} : {warnings})
    },
    2
  )}\n`;
}

const columns = rankedFirst(csvColumns).map(([key]) => key);
const header = ["path", "status", "tokens", "scored", "bytes", "bits", ...columns];

/** The files of an evaluation as CSV (RFC 4180), in the order of their paths. A file without numbers has the reason in `status`. */
export function evaluationCsv({files, failed, leftOut}: Evaluation): string {
  const rows = [
    header,
    ...files.map(({path, summary, finished}) => [
      path,
      finished ? "scored" : "partial",
      summary.tokens,
      summary.scored,
      summary.bytes,
      bitsOf(summary),
      ...columns.map((key) => summary[key])
    ]),
    ...failed.map(({path, reason}) => [path, `failed: ${inOneCell(reason)}`]),
    ...leftOut.map(({path, reason}) => [path, `left out: ${inOneCell(reason)}`])
  ];
  return rows.map((row) => `${header.map((_, index) => cell(row[index])).join(",")}\r\n`).join("");
}

function cell(value: string | number | null | undefined): string {
  return typeof value === "string" ? csvCell(value) : csvNumber(value ?? null);
}
