import * as vscode from "vscode";
import {bitsPerByteText, heatOf} from "../../host/surprisalRows";
import {count} from "../../text/numberText";
import type {RankedDocument, RankedEntry} from "./rankedDocument";

/** A line counts as surprising from this many times the document's bits per byte on: it is orange or red in the list. */
const minHeat = 1.5;

/**
 * The next or previous surprising line behind or before the cursor, as "next problem" goes: in the order of the document, and
 * on from its other end. Without any line that stands out, all ranked ones count. `entries` are in the order of the list.
 */
export async function nextSurprise(
  document: RankedDocument,
  entries: readonly RankedEntry[],
  cursor: vscode.Position,
  direction: "next" | "previous"
): Promise<RankedEntry | undefined> {
  const hot = entries.filter(({numbers}) => heatOf(numbers.bitsPerByte, document.mean) >= minHeat);
  const places = await document.places(hot.length > 0 ? hot : entries);
  if (direction === "next") {
    return (places.find(({range}) => range.start.isAfter(cursor)) ?? places[0])?.entry;
  }
  return (places.findLast(({range}) => range.start.isBefore(cursor)) ?? places.at(-1))?.entry;
}

/** "Line 22: 2.26 bits/byte, number 3 of the list". */
export function toldPlace({numbers, line}: RankedEntry, index: number): string {
  const bitsPerByte = bitsPerByteText(numbers.bitsPerByte, 2);
  return vscode.l10n.t("Line {0}: {1}, number {2} of the list", line + 1, bitsPerByte, count(index + 1));
}
