import type {Scores} from "../../contract/scoring";
import type {TargetText} from "../../host/documents/targetText";
import type {ScoredModel} from "../../host/savedScores";
import {metrics} from "../../metrics/metrics";
import {perplexityText, valueText} from "../../metrics/metricText";
import {scoreHeader} from "../../metrics/scoreHeader";
import type {Summary} from "../../metrics/summary";
import {type SummaryRow, summaryRows} from "../../metrics/summaryRows";
import type {Windowing} from "../../metrics/windowing";
import {jsonText} from "../../text/jsonText";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {shortChecksum} from "../../text/shortChecksum";
import {hasSpacedWords} from "../../text/spacedWords";

/** The numbers of a text, without the text. */
export interface Result {
  /** "sample.py, lines 3–9". */
  readonly title: string;
  /** When it was made: milliseconds since 1970. */
  readonly time: number;
  readonly model: ScoredModel;
  readonly windowing: Windowing;
  readonly contextTokens: number;
  readonly finished: boolean;
  /** See text/spacedWords.ts. */
  readonly spacedWords: boolean;
  readonly summary: Summary;
  readonly warnings: readonly string[];
  readonly ropeFactors?: string;
}

export function resultOf({title, text, languageId}: TargetText, scores: Scores, time: number): Result {
  const {model, windowing, contextIds, finished, summary, warnings, ropeFactors} = scores;
  return {
    title,
    time,
    model,
    windowing,
    contextTokens: contextIds.length,
    finished,
    spacedWords: hasSpacedWords(text, languageId),
    summary,
    warnings,
    ...(ropeFactors === undefined ? {} : {ropeFactors})
  };
}

/** The numbers as labelled text. */
export function resultRows({model, windowing, contextTokens, finished, spacedWords, summary}: Result): SummaryRow[] {
  return summaryRows(summary, {
    // Short enough to leave room for the label beside it.
    model: `${shortChecksum(model.file)}, ${model.device}, SHA-256 ${model.sha256.slice(0, 12)}…`,
    windowing,
    contextTokens,
    finished,
    spacedWords
  });
}

export function resultJson({contextTokens, ...result}: Result): string {
  return jsonText(scoreHeader({...result, contextIds: {length: contextTokens}}, result.summary), 2);
}

/** The numbers by which results are compared. */
export function comparedNumbers({summary}: Result): {perplexity: string; bitsPerByte: string; tokens: string} {
  const {bitsPerByte, scored} = summary;
  return {
    perplexity: perplexityText(summary),
    bitsPerByte: valueText(bitsPerByte, metrics.bitsPerByte.unit),
    tokens: count(scored)
  };
}

export function modelText({model}: Result): string {
  return plainText(`${model.name} ${model.quantization}`);
}
