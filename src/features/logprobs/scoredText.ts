import type {ScoreDetail, Scores} from "../../contract/scoring";
import {coveredTexts, jsonPieces} from "../../metrics/scoreExport";
import {scoreHeader} from "../../metrics/scoreHeader";
import {utf16Offsets} from "../../text/textOffsets";
import type {ScoredText, Source} from "./protocol";

/** The parts of a scored text. `texts` are the tokens' texts, needed if `scores.ends` is null. */
export interface ScoredTextParts {
  readonly id: string;
  readonly text: string;
  readonly scores: Scores;
  readonly texts: readonly string[] | null;
}

/** A text's scores in the form that is sent to the view. */
export function scoredText({id, text, scores, texts}: ScoredTextParts): ScoredText {
  const {spec, model, ends, windowing, summary, warnings, detail} = scores;
  const {name, file, sha256, quantization, device} = model;
  return {
    id,
    text,
    // Copies: the engine's arrays are views of its whole message, and all of that would be sent on.
    ids: scores.ids.slice(),
    byteEnds: ends?.slice() ?? null,
    texts,
    logprobs: scores.logprobs.slice(),
    ranks: detail?.ranks.slice() ?? null,
    entropies: detail?.entropies.slice() ?? null,
    contextIds: scores.contextIds.slice(),
    finished: scores.finished,
    spec,
    model: {name, file, sha256, quantization, device},
    windowing,
    summary,
    warnings
  };
}

/**
 * The UTF-16 range in the scored text that a click on a token selects: the token, or the character that it is a part of. Null
 * if tokens have no place in the text.
 */
export function tokenRange({text, byteEnds}: ScoredText, token: number): {start: number; end: number} | null {
  const endByte = byteEnds?.[token];
  if (endByte === undefined) return null;
  const startByte = byteEnds?.[token - 1] ?? 0;
  const [start = 0, end = start] = utf16Offsets(text, Uint32Array.of(startByte, endByte));
  if (start < end) return {start, end};
  const character = text.codePointAt(start) ?? 0;
  // An ASCII character has no parts: this token covers nothing (the space that SentencePiece puts in front).
  if (character < 0x80) return {start, end};
  return {start, end: start + (character > 0xffff ? 2 : 1)};
}

/** What "Copy as JSON" copies. */
export interface CopiedText {
  readonly scored: ScoredText;
  readonly source: Source;
  readonly detail: ScoreDetail | null;
}

/**
 * The text that "Copy as JSON" copies, in chunks: the output of the headless runner's `score`, with the text's place, and with
 * ranks and entropies where they are known.
 */
export function exportJson({scored, source: {title, start, end}, detail}: CopiedText): Generator<string> {
  const {text, ids, byteEnds, texts, logprobs, contextIds, finished, model, windowing, summary, warnings} = scored;
  const header = {
    ...scoreHeader({model, windowing, contextIds, finished, warnings}, summary),
    source: {title, start, end}
  };
  const textOf = byteEnds ? coveredTexts(text, byteEnds) : (token: number) => texts?.[token] ?? "";
  return jsonPieces(header, {ids, ends: byteEnds, logprobs, detail, textOf}, "indented");
}
