import {plural} from "../../metrics/numberText";
import type {Summary} from "../../metrics/summary";

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
  if (fixed(from) === fixed(to)) return "same";
  return to < from ? "less" : "more";
}

/** Bits per byte after less before; null unless both are known. */
export function difference({before, after}: Comparison): number | null {
  const from = before && rateOf(before);
  const to = after && rateOf(after);
  return typeof from === "number" && typeof to === "number" ? to - from : null;
}

/** "4.21 → 2.90 (−31 %) bits/byte": where the view is narrow, the unit is what is cut off. */
export function describe(comparison: Comparison): string {
  const {before, after} = comparison;
  if (before && after) return `${rate(before)} → ${rate(after)}${percent(comparison)} bits/byte`;
  if (after) return `added, ${rate(after)} bits/byte`;
  if (before) return `removed, ${rate(before)} bits/byte`;
  return "nothing to score";
}

/** The changes with both sides, or else what there is. */
export function describeTotal({changed, added, removed}: Total): string {
  if (changed.before || !(added && removed))
    return describe(changed.before ? changed : {before: removed, after: added});
  return `added, ${rate(added)} bits/byte; removed, ${rate(removed)} bits/byte`;
}

/** The same to listen to. */
export function spoken(comparison: Comparison): string {
  const {before, after} = comparison;
  const direction = directionOf(comparison);
  if (!before || !after) return describe(comparison);
  const words = {less: "less surprising", more: "more surprising", same: "as surprising as before"} as const;
  const word = direction in words ? `${words[direction as keyof typeof words]}, ` : "";
  return `${word}${rate(before)} bits per byte before, ${rate(after)} after`;
}

export function spokenTotal(total: Total): string {
  return total.changed.before ? spoken(total.changed) : describeTotal(total);
}

/** Every number, a line each. */
export function details(comparison: Comparison): string[] {
  const {before, after} = comparison;
  const lines: string[] = [];
  if (before) lines.push(`before: ${sideText(before)}`);
  if (after) lines.push(`after: ${sideText(after)}`);
  if (before && after) {
    const bits = signed(after.bits - before.bits, 1);
    const byte = difference(comparison);
    lines.push(
      `difference: ${bits} bits${byte === null ? "" : `, ${signed(byte, 2)} bits/byte${percent(comparison)}`}`
    );
  }
  return lines;
}

export function totalDetails({changed, changedCount, added, removed}: Total): string[] {
  const lines = changedCount === 0 ? [] : [`replaced lines (${plural(changedCount, "change")})`, ...details(changed)];
  if (added) lines.push(`lines added without any removed: ${sideText(added)}`);
  if (removed) lines.push(`lines removed without any added: ${sideText(removed)}`);
  return lines;
}

function sideText({bits, scored, unscored, bytes}: Side): string {
  const left = unscored === 0 ? "" : ` (${unscored} left out)`;
  const of = bytes === null ? "" : `, ${plural(bytes, "byte")}`;
  return `${fixed(bits, 1)} bits, ${plural(scored, "token")}${left}${of}, ${rate({bits, scored, unscored, bytes})} bits/byte`;
}

function percent({before, after}: Comparison): string {
  const from = before && rateOf(before);
  const to = after && rateOf(after);
  if (typeof from !== "number" || typeof to !== "number") return "";
  const change = (to / from - 1) * 100;
  return Number.isFinite(change) ? ` (${signed(change, 0)} %)` : "";
}

function rate(side: Side): string {
  const value = rateOf(side);
  return value === null ? "?" : fixed(value);
}

function signed(value: number, decimals: number): string {
  const digits = fixed(Math.abs(value), decimals);
  if (Number(digits) === 0) return `±${digits}`;
  return `${value < 0 ? "−" : "+"}${digits}`;
}

function fixed(value: number, decimals = 2): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : "∞";
}
