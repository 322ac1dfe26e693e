import * as l10n from "@vscode/l10n";
import {type AlignedTexts, alignedTexts} from "../../metrics/alignedTexts";
import {comparisonNotes, differenceText, totalDifference, totalLabel, totalText} from "../../metrics/comparisonText";
import {
  comparability,
  comparedTotals,
  largestDifferences,
  type PieceBits,
  pieceBits
} from "../../metrics/scoreComparison";
import {csvNumber, csvTokenText} from "../../metrics/scoreExport";
import {codeSpan, escapeMarkdown} from "../../text/markdownText";
import {decimal} from "../../text/numberText";
import type {Comparison} from "./protocol";

/** Differences in the Markdown. */
const shownDifferences = 10;

/** A comparison of which the tokens are aligned. */
interface Aligned {
  readonly texts: AlignedTexts;
  readonly bits: PieceBits;
}

function aligned({sides, alignment}: Comparison): Aligned | null {
  const texts = alignedTexts(sides, alignment);
  if (texts === null) return null;
  const [a, b] = sides;
  return {texts, bits: pieceBits(texts.alignment, a.logprobs, b.logprobs)};
}

/** The totals and the largest differences as Markdown. */
export function comparisonMarkdown(comparison: Comparison): string {
  const [a, b] = comparison.sides;
  const pieces = aligned(comparison);
  const comparable = comparability(a, b);
  const sums = pieces?.bits.sums ?? null;
  const better = {a: "A", b: "B", equal: l10n.t("alike"), none: "–"};
  const totals = comparedTotals(a.summary, b.summary, sums, comparable).map((total) => [
    totalLabel(total.key),
    totalText(total.key, total.a),
    totalText(total.key, total.b),
    totalDifference(total),
    better[total.better ?? "none"]
  ]);
  const parts = [
    table(["", `A: ${cell(a.name)}`, `B: ${cell(b.name)}`, l10n.t("B − A"), l10n.t("Better")], totals),
    comparisonNotes(comparable, sums).join("\n"),
    ...(pieces === null ? [] : [differencesTable(pieces)])
  ];
  return `${parts.join("\n\n")}\n`;
}

function differencesTable({texts, bits}: Aligned): string {
  const rows = largestDifferences(bits.differences, shownDifferences).map((piece) => [
    codeSpan(texts.label(piece)),
    decimal(bits.a[piece] ?? 0, 2),
    decimal(bits.b[piece] ?? 0, 2),
    differenceText(bits.differences[piece] ?? 0)
  ]);
  const heads = [l10n.t("Largest differences"), l10n.t("A, bits"), l10n.t("B, bits"), l10n.t("B − A")];
  return table(heads, rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, ["---", ...heads.slice(1).map(() => "---:")], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cell(name: string): string {
  return escapeMarkdown(name).replaceAll("|", "\\|");
}

/** Pieces of the CSV between which the writer may yield. */
const piecesPerChunk = 256;

/** Ends a record (RFC 4180). */
const newline = "\r\n";

/** Excel needs it to read the file as UTF-8. */
const byteOrderMark = "\ufeff";

const kindNames = ["both", "only A", "only B"];

/**
 * The pieces as a table for spreadsheets, in chunks; null if the tokens could not be aligned. A text is a JSON string, as in the
 * export of scores (metrics/scoreExport.ts). A number that is not known is an empty cell.
 */
export function comparisonCsv(comparison: Comparison): Generator<string> | null {
  const pieces = aligned(comparison);
  return pieces === null ? null : csvChunks(pieces);
}

function* csvChunks({texts, bits}: Aligned): Generator<string> {
  const columns = ["piece", "kind", "text", "a_tokens", "b_tokens", "a_bits", "b_bits", "difference_bits"];
  yield `${byteOrderMark}${columns.join(",")}${newline}`;
  for (let from = 0; from < texts.count; from += piecesPerChunk) {
    let chunk = "";
    for (let piece = from; piece < Math.min(from + piecesPerChunk, texts.count); piece++) {
      const [a, b] = [texts.tokens(piece, 0), texts.tokens(piece, 1)];
      chunk += [
        piece,
        kindNames[texts.alignment.kinds[piece] ?? 0],
        csvTokenText(texts.covered(piece)),
        a.to - a.from,
        b.to - b.from,
        csvNumber(bits.a[piece] ?? 0),
        csvNumber(bits.b[piece] ?? 0),
        csvNumber(bits.differences[piece] ?? Number.NaN)
      ].join(",");
      chunk += newline;
    }
    yield chunk;
  }
}
