import * as l10n from "@vscode/l10n";
import type {Summary} from "../../metrics/summary";
import {count, decimal, inBits, listText, percentText, plural} from "../../text/numberText";

/** What one side of a change, or of several together, costs the model. */
export interface Side {
  /** `Σ_S v_i / ln 2` over the side's scored tokens. */
  readonly bits: number;
  readonly scored: number;
  readonly unscored: number;
  /** UTF-8 bytes that the scored tokens cover; null where that is not known. */
  readonly bytes: number | null;
}

/** A side is undefined where there are no lines on it, or nothing in them that can be scored. */
export interface Comparison {
  readonly before: Side | undefined;
  readonly after: Side | undefined;
}

export type Direction = "less" | "more" | "same" | "added" | "removed" | "none";

export function sideOf({crossEntropyBits, scored, unscored, bytes}: Summary): Side | undefined {
  return crossEntropyBits === null ? undefined : {bits: crossEntropyBits * scored, scored, unscored, bytes};
}

/** Bits per byte; null where the bytes are not known. */
export function rateOf({bits, bytes}: Side): number | null {
  return bytes === null || bytes === 0 ? null : bits / bytes;
}

/** Several changes together. */
export interface Total {
  /** Those with both sides, so that the same places are compared; how many. */
  readonly changed: Comparison;
  readonly changedCount: number;
  /** The sides of those that have one only. */
  readonly added: Side | undefined;
  readonly removed: Side | undefined;
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

function sum(sides: readonly (Side | undefined)[]): Side | undefined {
  const present = sides.filter((side) => side !== undefined);
  if (present.length === 0) return undefined;
  const total = (count: (side: Side) => number): number => present.reduce((all, side) => all + count(side), 0);
  return {
    bits: total(({bits}) => bits),
    scored: total(({scored}) => scored),
    unscored: total(({unscored}) => unscored),
    bytes: present.some(({bytes}) => bytes === null) ? null : total(({bytes}) => bytes ?? 0)
  };
}

/** What bits per byte do; by as little as is not shown, they do nothing. */
export function directionOf({before, after}: Comparison): Direction {
  if (before === undefined && after === undefined) return "none";
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  const [from, to] = [rateOf(before), rateOf(after)];
  if (from === null || to === null) return "none";
  if (decimal(from, 2) === decimal(to, 2)) return "same";
  return to < from ? "less" : "more";
}

/** Bits per byte after less before; null unless both are known, and not both infinite. */
export function difference({before, after}: Comparison): number | null {
  const from = before && rateOf(before);
  const to = after && rateOf(after);
  if (typeof from !== "number" || typeof to !== "number") return null;
  return Number.isNaN(to - from) ? null : to - from;
}

/** "4.21 → 2.90 (−31 %) bits/byte": where the view is narrow, the unit is what is cut off. */
export function describe(comparison: Comparison): string {
  const {before, after} = comparison;
  if (before && after) return rateText(`${rate(before)} → ${rate(after)}${percent(comparison)}`);
  if (after) return l10n.t("added, {0}", rateText(rate(after)));
  if (before) return l10n.t("removed, {0}", rateText(rate(before)));
  return l10n.t("nothing to score");
}

/** The changes with both sides, or else what there is. */
export function describeTotal({changed, added, removed}: Total): string {
  if (changed.before || !(added && removed))
    return describe(changed.before ? changed : {before: removed, after: added});
  return l10n.t("added, {0}; removed, {1}", rateText(rate(added)), rateText(rate(removed)));
}

/** The same to listen to. */
export function spoken(comparison: Comparison): string {
  const {before, after} = comparison;
  const direction = directionOf(comparison);
  if (!before || !after) return describe(comparison);
  const [from, to] = [rate(before), rate(after)];
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
    const bits = signed(after.bits - before.bits, 1);
    const byte = difference(comparison);
    lines.push(
      byte === null
        ? l10n.t("difference: {0}", inBits(bits))
        : l10n.t("difference: {0}, {1}", inBits(bits), `${rateText(signed(byte, 2))}${percent(comparison)}`)
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

function sideText({bits, scored, unscored, bytes}: Side): string {
  const tokens = plural(scored, "token");
  return listText([
    inBits(decimal(bits, 1)),
    unscored === 0 ? tokens : l10n.t("{0} ({1} left out)", tokens, count(unscored)),
    ...(bytes === null ? [] : [plural(bytes, "byte")]),
    rateText(rate({bits, scored, unscored, bytes}))
  ]);
}

function percent({before, after}: Comparison): string {
  const from = before && rateOf(before);
  const to = after && rateOf(after);
  if (typeof from !== "number" || typeof to !== "number") return "";
  const change = (to / from - 1) * 100;
  return Number.isFinite(change) ? ` (${percentText(signed(change, 0))})` : "";
}

function rate(side: Side): string {
  const value = rateOf(side);
  return value === null ? "?" : decimal(value, 2);
}

/** "4.21 bits/byte". */
function rateText(digits: string): string {
  return l10n.t("{0} bits/byte", digits);
}

function signed(value: number, decimals: number): string {
  // Infinity less infinity.
  if (Number.isNaN(value)) return "–";
  const digits = decimal(Math.abs(value), decimals);
  if (Number(Math.abs(value).toFixed(decimals)) === 0) return `±${digits}`;
  return `${value < 0 ? "−" : "+"}${digits}`;
}
