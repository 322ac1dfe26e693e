import * as l10n from "@vscode/l10n";
import {metrics} from "../../metrics/metrics";
import {addSums, bitsOf, type ScoreSums} from "../../metrics/scoreSums";
import {count, decimal, inBits, listText, percentText, plural} from "../../text/numberText";

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
  /** The changes with both sides, so that the same places are compared. */
  readonly changed: Comparison;
  readonly changedCount: number;
  /** The sides of the changes that have only one. */
  readonly added: ScoreSums | undefined;
  readonly removed: ScoreSums | undefined;
}

export function totalOf(comparisons: readonly Comparison[]): Total {
  const both = comparisons.filter(({before, after}) => before && after);
  const single = comparisons.filter((one) => !(one.before && one.after));
  return {
    changed: {before: sum(both.map(({before}) => before)), after: sum(both.map(({after}) => after))},
    changedCount: both.length,
    added: sum(single.map(({after}) => after)),
    removed: sum(single.map(({before}) => before))
  };
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

/** The changes with both sides, or else what there is. */
export function describeTotal({changed, added, removed}: Total): string {
  if (changed.before || !(added && removed))
    return describe(changed.before ? changed : {before: removed, after: added});
  return l10n.t("added, {0}; removed, {1}", withUnit(bitsPerByteText(added)), withUnit(bitsPerByteText(removed)));
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

export function spokenTotal(total: Total): string {
  return total.changed.before ? spoken(total.changed) : describeTotal(total);
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
