import {jsonText} from "../text/jsonText";
import {constrainedColumns, constrainedFields, type ExportedConstraint} from "./constrainedExport";
import {minKPercent} from "./minK";
import {exportedMetrics, type ScoredWith, scoreHeader} from "./scoreHeader";
import type {Summary} from "./summary";
import {excessSurprisal, frac, surprisalBits} from "./tokenMetrics";

/**
 * Scores as files: JSON and CSV, for the export, Copy as JSON and the headless runner. A document comes in pieces of some ten
 * kilobytes, so that the writer can yield between them.
 */

/** N scored tokens. */
export interface ExportedTokens {
  /** N token ids. */
  readonly ids: ArrayLike<number>;
  /** N UTF-8 byte offsets at which tokens end; null where not known. */
  readonly ends: ArrayLike<number> | null;
  /** The byte at which the first of them begins; without it 0. */
  readonly start?: number;
  /** N natural logprobs; NaN where unscored. */
  readonly logprobs: ArrayLike<number>;
  readonly detail?: ExportedDetail | null;
  readonly constrained?: ExportedConstraint | null;
  /** The text of a token, by its index among the N. */
  readonly textOf: (token: number) => string;
}

/** Rank, entropy and K alternatives of N tokens, as the engine gives them (contract/scoring.ts). */
export interface ExportedDetail {
  readonly top: number;
  readonly ranks: ArrayLike<number>;
  readonly entropies: ArrayLike<number>;
  readonly topIds: ArrayLike<number>;
  readonly topLogprobs: ArrayLike<number>;
  /** The text of an alternative, by its id; without it alternatives are left out. */
  readonly textOfId?: (id: number) => string;
}

/** The releases that made a score; null where not known. */
export interface Versions {
  readonly tokenscope: string;
  readonly nodeLlamaCpp: string | null;
  /** llama.cpp's release, as its build names it. */
  readonly llamaCpp: string | null;
}

/** {@link scoreHeader} with every field: an exported file may be read long after it was made. */
export function exportHeader<Model>(scored: ScoredWith<Model>, summary: Summary, versions: Versions) {
  const {bytes, characters, words} = summary;
  return {
    ...scoreHeader(scored, summary),
    ...exportedMetrics(summary),
    minKPercent,
    characters,
    bytes,
    words,
    contextTokens: scored.contextIds?.length ?? 0,
    partial: scored.finished === false,
    reached: summary.reached,
    versions
  };
}

/** A token as it is exported. Offsets are bytes of UTF-8; null if the tokenizer rewrote the text. */
interface ExportedToken {
  readonly id: number;
  readonly text: string;
  readonly start: number | null;
  readonly end: number | null;
  /** Nats; null where unscored. */
  readonly logprob: number | null;
}

/** The bytes of UTF-8 that a token covers; nulls if the tokenizer rewrote the text. */
export function tokenSpan(
  ends: ArrayLike<number> | null,
  token: number,
  first = 0
): Pick<ExportedToken, "start" | "end"> {
  return ends === null ? {start: null, end: null} : {start: ends[token - 1] ?? first, end: ends[token] ?? 0};
}

function tokenAt({ids, ends, start = 0, logprobs, textOf}: ExportedTokens, token: number): ExportedToken {
  const logprob = logprobs[token] ?? Number.NaN;
  return {
    id: ids[token] ?? 0,
    text: textOf(token),
    ...tokenSpan(ends, token, start),
    logprob: Number.isNaN(logprob) ? null : logprob
  };
}

/** Tokens in a piece. */
const tokensPerPiece = 256;

/**
 * The header and the tokens (if any) as one JSON document: on one line, or indented with a token on each line.
 */
export function* jsonPieces(
  header: object,
  tokens: ExportedTokens | null,
  layout: "line" | "indented"
): Generator<string> {
  const indented = layout === "indented";
  const head = jsonText(header, indented ? 2 : 0);
  const end = indented ? "\n}" : "}";
  if (tokens === null) {
    yield head;
    return;
  }
  const comma = head === "{}" ? "" : ",";
  yield `${head.slice(0, head === "{}" ? -1 : -end.length)}${comma}${indented ? '\n  "tokens": [' : '"tokens":['}`;
  const between = indented ? "\n    " : "";
  for (let from = 0; from < tokens.ids.length; from += tokensPerPiece) {
    let piece = "";
    for (let token = from; token < Math.min(from + tokensPerPiece, tokens.ids.length); token++)
      piece += `${token === 0 ? "" : ","}${between}${jsonText(jsonToken(tokens, token))}`;
    yield piece;
  }
  yield `${indented && tokens.ids.length > 0 ? "\n  ]" : "]"}${end}`;
}

function jsonToken(tokens: ExportedTokens, index: number): object {
  const {detail, constrained} = tokens;
  const token = {...tokenAt(tokens, index), ...(constrained && constrainedFields(constrained, index))};
  if (!detail || token.logprob === null) return token;
  const {textOfId} = detail;
  return {
    ...token,
    rank: detail.ranks[index],
    entropy: detail.entropies[index],
    ...(textOfId && {top: alternatives(detail, textOfId, index)})
  };
}

function alternatives(detail: ExportedDetail, textOfId: (id: number) => string, index: number): object[] {
  const found = [];
  for (let k = index * detail.top; k < (index + 1) * detail.top; k++) {
    const id = detail.topIds[k] ?? -1;
    if (id >= 0) found.push({id, text: textOfId(id), logprob: detail.topLogprobs[k]});
  }
  return found;
}

/** Ends a record (RFC 4180). */
const newline = "\r\n";

/** Excel needs it to read the file as UTF-8; pandas skips it. */
const byteOrderMark = "\ufeff";

/**
 * The header as lines `# name: value`, values as JSON, then the tokens as a table (RFC 4180) for spreadsheets and
 * `pandas.read_csv(file, comment="#")`.
 *
 * A token's text is a JSON string with its quotes. Spreadsheets then make no formula, number or date of it (`=1+1`, `1e5`,
 * `3-4`), pandas no missing value (`null`, `NA`), every token is one line, and spaces can be seen. `json.loads` gives the
 * text back. Header values hold no separator of any locale (`,`, `;`, tab), so that no part of a value becomes a cell of its
 * own. Alternatives are left out, because they don't fit into columns. A number without a value is an empty cell.
 */
export function* csvPieces(header: object, tokens: ExportedTokens | null): Generator<string> {
  yield byteOrderMark +
    flattened("", header)
      .map(([name, value]) => `# ${name}: ${value}${newline}`)
      .join("");
  if (tokens === null) return;
  const {detail, constrained} = tokens;
  const columns = ["index", "id", "text", "start", "end", "logprob", "probability", "surprisal_bits"];
  const more = ["rank", "entropy", "excess_surprisal", "frac"];
  yield [...columns, ...(constrained ? constrainedColumns : []), ...(detail ? more : [])].join(",") + newline;
  for (let from = 0; from < tokens.ids.length; from += tokensPerPiece) {
    let piece = "";
    for (let token = from; token < Math.min(from + tokensPerPiece, tokens.ids.length); token++)
      piece += csvRecord(tokens, token) + newline;
    yield piece;
  }
}

function csvRecord(tokens: ExportedTokens, index: number): string {
  const {id, text, start, end, logprob} = tokenAt(tokens, index);
  const cells = [String(index), String(id), csvTokenText(text), csvNumber(start), csvNumber(end)];
  const scored = logprob === null ? [null, null, null] : [logprob, Math.exp(logprob), surprisalBits(logprob)];
  cells.push(...scored.map(csvNumber));
  const {detail, constrained} = tokens;
  if (constrained) cells.push(...Object.values(constrainedFields(constrained, index)).map(csvValue));
  if (detail) cells.push(...(logprob === null ? ["", "", "", ""] : detailed(detail, index, logprob).map(csvNumber)));
  return cells.join(",");
}

/** A cell with a text as JSON. A semicolon in front of a formula is escaped: in some locales it begins a new cell. */
export function csvTokenText(text: string): string {
  return csvText(jsonText(text).replace(/;(?=\s*[=+\-@＝＋－＠])/g, "\\u003b"));
}

/** Rank, entropy, excess surprisal (nats) and frac. */
function detailed(detail: ExportedDetail, index: number, logprob: number): (number | null)[] {
  const entropy = detail.entropies[index] ?? Number.NaN;
  const best = detail.topLogprobs[index * detail.top];
  return [
    detail.ranks[index] ?? null,
    entropy,
    excessSurprisal(logprob, entropy),
    best === undefined ? null : frac(logprob, best)
  ];
}

/** A field between quotes; quotes inside it are doubled. */
function csvText(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A cell: empty without a value, "inf" and "-inf" as pandas and most spreadsheets read them. */
export function csvNumber(value: number | null): string {
  if (value === null || Number.isNaN(value)) return "";
  if (Number.isFinite(value)) return String(value);
  return value < 0 ? "-inf" : "inf";
}

/** A cell with a number, or with true or false. */
function csvValue(value: number | boolean | null): string {
  return typeof value === "boolean" ? String(value) : csvNumber(value);
}

/** The leaves of an object with their paths: `model.name`. */
function flattened(prefix: string, object: object): [string, string][] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (typeof value === "object" && value !== null) return flattened(path, value);
    return [[path, commentValue(value)]];
  });
}

/** JSON that stays on one line and in one cell. */
function commentValue(value: unknown): string {
  return jsonText(value ?? null).replace(/[,;]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The text that each token covers: `textOf` for tokens that tile a text. Half a character is U+FFFD. */
export function coveredTexts(text: string, ends: ArrayLike<number>): (token: number) => string {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  return (token) => decoder.decode(bytes.subarray(token === 0 ? 0 : ends[token - 1], ends[token]));
}
