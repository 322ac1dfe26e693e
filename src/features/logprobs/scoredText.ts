import type {Scores} from "../../engine/api";
import {scoreHeader} from "../../metrics/scoreHeader";
import type {Summary} from "../../metrics/summary";
import {utf16Offsets} from "../../metrics/textOffsets";
import {visibleText} from "../../metrics/visibleText";
import {protocolVersion, type ScoredText, type Source} from "./protocol";

/** Characters of a label: more than any token has that a person reads. */
const longestLabel = 200;

/** What a scored text is made of. `texts` are the tokens' texts, needed where `scores.ends` is null. */
export interface ScoredTextParts {
  readonly id: string;
  readonly source: Source;
  readonly text: string;
  readonly scores: Scores;
  readonly path: string;
  readonly texts: readonly string[] | null;
  readonly summary: Summary;
}

/** The scores of a text in the form the view draws: JSON, tokens as they can be seen. */
export function scoredText({id, source, text, scores, path, texts, summary}: ScoredTextParts): ScoredText {
  const {model, ends, ids, logprobs, mode, bos, window, stride} = scores;
  return {
    version: protocolVersion,
    id,
    source,
    text,
    ids: Array.from(ids),
    ends: ends && Array.from(utf16Offsets(text, ends)),
    byteEnds: ends && Array.from(ends),
    labels: ends ? tokenLabels(text, ends) : (texts ?? []).map((token) => shortened(visibleText(token))),
    logprobs: Array.from(logprobs, (logprob) => (Number.isNaN(logprob) ? null : logprob)),
    model: {
      name: model.name,
      file: model.file,
      path,
      sha256: model.sha256,
      quantization: model.quantization,
      device: model.device
    },
    windowing: {mode, bos, window, stride},
    summary
  };
}

/**
 * The UTF-16 range a click on a token selects, in the scored text: its text, or the character it is a part of. Null where
 * the tokens stand nowhere in the text.
 */
export function tokenRange({text, ends}: ScoredText, token: number): {start: number; end: number} | null {
  const end = ends?.[token];
  if (end === undefined) return null;
  const start = ends?.[token - 1] ?? 0;
  if (start < end) return {start, end};
  const character = text.codePointAt(start) ?? 0;
  // One byte is never a part of a character: this token covers nothing (the space SentencePiece puts in front).
  if (character < 0x80) return {start, end};
  return {start, end: start + (character > 0xffff ? 2 : 1)};
}

/** What "Copy as JSON" copies: what the headless runner's `score` prints, and where the text came from. */
export function exportJson(scored: ScoredText): string {
  const {text, ids, byteEnds, labels, logprobs, windowing, summary} = scored;
  const {name, file, sha256, quantization, device} = scored.model;
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  const tokens = ids.map((id, token) => {
    if (!byteEnds) return {id, text: labels[token], start: null, end: null, logprob: logprobs[token]};
    const start = byteEnds[token - 1] ?? 0;
    const end = byteEnds[token] ?? start;
    return {id, text: decoder.decode(bytes.subarray(start, end)), start, end, logprob: logprobs[token]};
  });
  const {title, start, end} = scored.source;
  return JSON.stringify(
    {
      ...scoreHeader({model: {name, file, sha256, quantization, device}, ...windowing}, summary),
      source: {title, start, end},
      tokens
    },
    null,
    2
  );
}

/** Tokens as text that can be seen; bytes that belong to a character another token shares are written `<0xE2>`. */
function tokenLabels(text: string, ends: Uint32Array): string[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  let start = 0;
  return Array.from(ends, (end) => {
    let label = "";
    let at = start;
    while (at < end) {
      const whole = wholeCharacters(bytes, at, end);
      if (whole > at) label += visibleText(decoder.decode(bytes.subarray(at, whole)));
      else label += `<0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}>`;
      at = Math.max(whole, at + 1);
    }
    start = end;
    // A token without a byte of the text: SentencePiece's own sign for the space it puts in front.
    return shortened(label) || "▁";
  });
}

function shortened(label: string): string {
  return label.length > longestLabel ? `${label.slice(0, longestLabel).toWellFormed()}…` : label;
}

/** Where the run of complete characters ends that starts at `start`; `start` where none does. */
function wholeCharacters(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const next = at + characterLength(bytes[at] ?? 0);
    if (next === at || next > end) break;
    at = next;
  }
  return at;
}

/** Bytes of the UTF-8 character that starts with this byte; 0 for a byte that starts none. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
