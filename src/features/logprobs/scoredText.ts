import type {ScoreBeginning, Scores, TokenScores} from "../../contract/scoring";
import {hasSpacedWords} from "../../text/spacedWords";
import type {ScoredText} from "./protocol";

/** The parts of a scored text. `texts` are the tokens' texts, needed if `scores.ends` is null. */
export interface ScoredTextParts {
  readonly id: string;
  readonly text: string;
  /** VS Code's name of the text's language. */
  readonly languageId: string;
  readonly scores: Scores;
  readonly texts: readonly string[] | null;
}

/** A text's scores in the form that is sent to the view. */
export function scoredText({id, text, languageId, scores, texts}: ScoredTextParts): ScoredText {
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
    spacedWords: hasSpacedWords(text, languageId),
    summary,
    warnings
  };
}

/** The parts of a text that is being scored. */
export interface PartialTextParts extends Omit<ScoredTextParts, "scores"> {
  readonly beginning: ScoreBeginning;
}

/** A text whose scores are still to come, but for its beginning. The caller fills in the others. */
export function partialText({id, text, languageId, beginning, texts}: PartialTextParts): ScoredText {
  const {spec, model, ids, ends, contextIds, windowing, summary, scores} = beginning;
  const {name, file, quantization} = model;
  const count = ids.length;
  const scored: ScoredText = {
    id,
    text,
    // Copies, as below.
    ids: ids.slice(),
    byteEnds: ends?.slice() ?? null,
    texts,
    logprobs: new Float64Array(count).fill(Number.NaN),
    ranks: scores.ranks && new Int32Array(count),
    entropies: scores.entropies && new Float64Array(count).fill(Number.NaN),
    contextIds: contextIds.slice(),
    finished: false,
    spec,
    model: {name, file, sha256: "", quantization, device: ""},
    windowing,
    spacedWords: hasSpacedWords(text, languageId),
    summary,
    warnings: []
  };
  fillIn(scored, scores);
  return scored;
}

/** Writes scores into a text that is being scored. */
export function fillIn({logprobs, ranks, entropies}: ScoredText, scores: TokenScores): void {
  logprobs.set(scores.logprobs, scores.from);
  if (scores.ranks) ranks?.set(scores.ranks, scores.from);
  if (scores.entropies) entropies?.set(scores.entropies, scores.from);
}
