import type {Scores} from "../../contract/scoring";
import {coveredTexts, jsonPieces} from "../../metrics/scoreExport";
import {scoreHeader} from "../../metrics/scoreHeader";
import {utf16Offsets} from "../../text/textOffsets";
import type {ScoredText, Source} from "./protocol";

/** What a scored text is made of. `texts` are the tokens' texts, needed where `scores.ends` is null. */
export interface ScoredTextParts {
  readonly id: string;
  readonly text: string;
  readonly scores: Scores;
  readonly texts: readonly string[] | null;
}

/** The scores of a text in the form the view gets. */
export function scoredText({id, text, scores, texts}: ScoredTextParts): ScoredText {
  const {spec, model, ends, windowing, summary, warnings} = scores;
  const {name, file, sha256, quantization, device} = model;
  return {
    id,
    text,
    // Copies: what came from the engine is a window into its whole message, all of which would travel on.
    ids: scores.ids.slice(),
    byteEnds: ends?.slice() ?? null,
    texts,
    logprobs: scores.logprobs.slice(),
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
 * The UTF-16 range a click on a token selects, in the scored text: its text, or the character it is a part of. Null where
 * the tokens stand nowhere in the text.
 */
export function tokenRange({text, byteEnds}: ScoredText, token: number): {start: number; end: number} | null {
  const endByte = byteEnds?.[token];
  if (endByte === undefined) return null;
  const startByte = byteEnds?.[token - 1] ?? 0;
  const [start = 0, end = start] = utf16Offsets(text, Uint32Array.of(startByte, endByte));
  if (start < end) return {start, end};
  const character = text.codePointAt(start) ?? 0;
  // One byte is never a part of a character: this token covers nothing (the space SentencePiece puts in front).
  if (character < 0x80) return {start, end};
  return {start, end: start + (character > 0xffff ? 2 : 1)};
}

/** What "Copy as JSON" copies, in pieces: what the headless runner's `score` prints, and where the text came from. */
export function exportJson(scored: ScoredText, {title, start, end}: Source): Generator<string> {
  const {text, ids, byteEnds, texts, logprobs, contextIds, finished, model, windowing, summary, warnings} = scored;
  const header = {
    ...scoreHeader({model, windowing, contextIds, finished, warnings}, summary),
    source: {title, start, end}
  };
  const textOf = byteEnds ? coveredTexts(text, byteEnds) : (token: number) => texts?.[token] ?? "";
  return jsonPieces(header, {ids, ends: byteEnds, logprobs, textOf}, "indented");
}
