import * as l10n from "@vscode/l10n";
import {metrics} from "../../metrics/metrics";
import {addSums, bitsOf, type ScoreSums} from "../../metrics/scoreSums";
import {bitsText, count, decimal, inBits, listText, percentText, plural} from "../../text/numberText";

/** The sums of both sides. A side is undefined where it has no lines, or nothing in them can be scored. */
export interface Comparison {
  readonly before: ScoreSums | undefined;
  readonly after: ScoreSums | undefined;
}

export type Direction = "less" | "more" | "same" | "added" | "removed" | "none";

/** The sums of a side that was scored. */
export function sideTotals(sums: ScoreSums): ScoreSums | undefined {
  return sums.scored === 0 ? undefined : sums;
}

/** Several changes together. */
export interface Total {
  /** All removed and all added lines. They need not be about the same places, so that no difference is told. */
  readonly all: Comparison;
  /** The changes with both sides, so that the same places are compared. */
  readonly changed: Comparison;
  readonly changedCount: number;
  /** The sides of the changes that have only one. */
  readonly added: ScoreSums | undefined;
  readonly addedCount: number;
  readonly removed: ScoreSums | undefined;
  readonly removedCount: number;
}

/** The kinds of changes that are summed by themselves. */
export type TotalPart = "changed" | "added" | "removed";

export function totalOf(comparisons: readonly Comparison[]): Total {
  const both = comparisons.filter(({before, after}) => before && after);
  const single = comparisons.filter((one) => !(one.before && one.after));
  return {
    all: sides(comparisons),
    changed: sides(both),
    changedCount: both.length,
    added: sides(single).after,
    addedCount: single.filter(({after}) => after).length,
    removed: sides(single).before,
    removedCount: single.filter(({before}) => before).length
  };
}

function sides(comparisons: readonly Comparison[]): Comparison {
  return {before: sum(comparisons.map(({before}) => before)), after: sum(comparisons.map(({after}) => after))};
}

/** The kinds that a total has. */
export function partsOf({changed, added, removed}: Total): TotalPart[] {
  return [
    ...(changed.before ? ["changed" as const] : []),
    ...(added ? ["added" as const] : []),
    ...(removed ? ["removed" as const] : [])
  ];
}

/** A kind's sums as one change. */
export function partOf({changed, added, removed}: Total, part: TotalPart): Comparison {
  switch (part) {
    case "changed":
      return changed;
    case "added":
      return {before: undefined, after: added};
    case "removed":
      return {before: removed, after: undefined};
    default:
      return part satisfies never;
  }
}

function sum(sides: readonly (ScoreSums | undefined)[]): ScoreSums | undefined {
  const present = sides.filter((side) => side !== undefined);
  return present.length === 0 ? undefined : addSums(present);
}

/** What bits per byte do. A difference too small to be shown counts as none. */
export function directionOf({before, after}: Comparison): Direction {
  if (before === undefined && after === undefined) return "none";
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  const [from, to] = [bitsPerByte(before), bitsPerByte(after)];
  if (from === null || to === null) return "none";
  if (decimal(from, 2) === decimal(to, 2)) return "same";
  return to < from ? "less" : "more";
}

/** Bits per byte after less before; null unless both are known, and not both infinite. */
export function bitsPerByteDelta({before, after}: Comparison): number | null {
  const from = before ? bitsPerByte(before) : null;
  const to = after ? bitsPerByte(after) : null;
  if (from === null || to === null || Number.isNaN(to - from)) return null;
  return to - from;
}

function bitsPerByte(side: ScoreSums): number | null {
  return metrics.bitsPerByte.of(side);
}

/** "4.21 → 2.90 (−31 %) bits/byte": where the view is narrow, the unit is what is cut off. */
export function describe(comparison: Comparison): string {
  const {before, after} = comparison;
  if (before && after) return withUnit(`${bitsPerByteText(before)} → ${bitsPerByteText(after)}${percent(comparison)}`);
  if (after) return l10n.t("added, {0}", withUnit(bitsPerByteText(after)));
  if (before) return l10n.t("removed, {0}", withUnit(bitsPerByteText(before)));
  return l10n.t("nothing to score");
}

/** Each kind of changes by itself: "4.21 → 2.90 (−31 %) bits/byte · added, 3.10 bits/byte". */
export function describeParts(total: Total): string {
  const parts = partsOf(total).map((part) => describe(partOf(total, part)));
  return parts.length === 0 ? describe(total.all) : parts.join(" · ");
}

/** All changes: what there is of one kind, or else the bits of all removed and of all added lines. */
export function describeTotal(total: Total): string {
  const {before, after} = total.all;
  if (partsOf(total).length < 2 || !before || !after) return describeParts(total);
  return l10n.t("{0} removed, {1} added", bitsText(bitsOf(before)), bitsText(bitsOf(after)));
}

/** What stands first in a row: "4.21 → 2.90 (−31 %)", "2.90"; undefined where nothing could be scored. */
export function figures(comparison: Comparison): string | undefined {
  const {before, after} = comparison;
  if (before && after) return `${bitsPerByteText(before)} → ${bitsPerByteText(after)}${percent(comparison)}`;
  const side = after ?? before;
  return side && bitsPerByteText(side);
}

/** What the figures are: "bits/byte", or that they have one side only. */
export function figuresUnit({before, after}: Comparison): string {
  if (before && after) return l10n.t("bits/byte");
  if (after) return l10n.t("bits/byte, added");
  return before ? l10n.t("bits/byte, removed") : l10n.t("nothing to score");
}

/** The same to listen to. */
export function spoken(comparison: Comparison): string {
  const {before, after} = comparison;
  const direction = directionOf(comparison);
  if (!before || !after) return describe(comparison);
  const [from, to] = [bitsPerByteText(before), bitsPerByteText(after)];
  switch (direction) {
    case "less":
      return l10n.t("less surprising, {0} bits per byte before, {1} after", from, to);
    case "more":
      return l10n.t("more surprising, {0} bits per byte before, {1} after", from, to);
    case "same":
      return l10n.t("as surprising as before, {0} bits per byte before, {1} after", from, to);
    default:
      return l10n.t("{0} bits per byte before, {1} after", from, to);
  }
}

export function spokenParts(total: Total): string {
  const parts = partsOf(total).map((part) => spoken(partOf(total, part)));
  return parts.length === 0 ? describe(total.all) : parts.join(" · ");
}

export function spokenTotal(total: Total): string {
  return partsOf(total).length < 2 ? spokenParts(total) : describeTotal(total);
}

/** Every number, a line each. */
export function details(comparison: Comparison): string[] {
  const {before, after} = comparison;
  const lines: string[] = [];
  if (before) lines.push(l10n.t("before: {0}", sideText(before)));
  if (after) lines.push(l10n.t("after: {0}", sideText(after)));
  if (before && after) {
    const bits = signed(bitsOf(after) - bitsOf(before), 1);
    const delta = bitsPerByteDelta(comparison);
    lines.push(
      delta === null
        ? l10n.t("difference: {0}", inBits(bits))
        : l10n.t("difference: {0}, {1}", inBits(bits), `${withUnit(signed(delta, 2))}${percent(comparison)}`)
    );
  }
  return lines;
}

export function totalDetails({changed, changedCount, added, removed}: Total): string[] {
  const lines =
    changedCount === 0 ? [] : [l10n.t("replaced lines ({0})", plural(changedCount, "change")), ...details(changed)];
  if (added) lines.push(l10n.t("lines added without any removed: {0}", sideText(added)));
  if (removed) lines.push(l10n.t("lines removed without any added: {0}", sideText(removed)));
  return lines;
}

function sideText(side: ScoreSums): string {
  const {tokens, scored, bytes} = side;
  const scoredText = plural(scored, "token");
  return listText([
    inBits(decimal(bitsOf(side), 1)),
    tokens === scored ? scoredText : l10n.t("{0} ({1} left out)", scoredText, count(tokens - scored)),
    ...(bytes === null ? [] : [plural(bytes, "byte")]),
    withUnit(bitsPerByteText(side))
  ]);
}

function percent({before, after}: Comparison): string {
  const from = before ? bitsPerByte(before) : null;
  const to = after ? bitsPerByte(after) : null;
  if (from === null || to === null) return "";
  const change = (to / from - 1) * 100;
  return Number.isFinite(change) ? ` (${percentText(signed(change, 0))})` : "";
}

function bitsPerByteText(side: ScoreSums): string {
  const value = bitsPerByte(side);
  return value === null ? "?" : decimal(value, 2);
}

/** "4.21 bits/byte". */
function withUnit(digits: string): string {
  return l10n.t("{0} bits/byte", digits);
}

function signed(value: number, decimals: number): string {
  // Infinity minus infinity.
  if (Number.isNaN(value)) return "–";
  const digits = decimal(Math.abs(value), decimals);
  if (Number(Math.abs(value).toFixed(decimals)) === 0) return `±${digits}`;
  return `${value < 0 ? "−" : "+"}${digits}`;
}
