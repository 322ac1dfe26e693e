import type {ColourChoice} from "../metrics/colourChoice";
import {csvPieces, type ExportedDetail, type ExportedTokens, jsonPieces} from "../metrics/scoreExport";
import type {SummaryRow} from "../metrics/summaryRows";
import {htmlPage} from "./scoreHtml";

export const scoreFormats = ["json", "csv", "html"] as const;
export type ScoreFormat = (typeof scoreFormats)[number];

/** The scores of a text with all that a file of them says. */
export interface ScoreDocument {
  readonly title: string;
  /** Of JSON and CSV. */
  readonly header: object;
  /** The numbers, worded. */
  readonly rows: readonly SummaryRow[];
  readonly warnings: readonly string[];
  readonly text: string;
  readonly tokens: ScoredTokens;
  readonly colours: ColourChoice;
}

interface ScoredTokens extends ExportedTokens {
  readonly ends: Uint32Array | null;
  readonly logprobs: Float64Array;
  readonly detail: (ExportedDetail & {readonly ranks: Int32Array; readonly entropies: Float64Array}) | null;
}

/** The document in a format, in pieces that take about a millisecond each. `locale`: the language of its words. */
export function scorePieces(scores: ScoreDocument, format: ScoreFormat, locale: string): Generator<string> {
  const {header, tokens} = scores;
  switch (format) {
    case "json":
      return jsonPieces(header, tokens, "indented");
    case "csv":
      return csvPieces(header, tokens);
    case "html":
      return htmlPage({...scores, ...htmlTokens(scores), locale});
  }
}

/** What HTML shows of the tokens. */
export function htmlTokens({tokens, text, colours}: Pick<ScoreDocument, "tokens" | "text" | "colours">) {
  const {ends, logprobs, detail, textOf} = tokens;
  const numbers = {logprobs, ranks: detail?.ranks ?? null, entropies: detail?.entropies ?? null};
  return {numbers, ends, text, textOf, choice: colours};
}
