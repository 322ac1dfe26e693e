import {percentText, withDecimalSeparator} from "../../text/numberText";

/** A share of a whole, to be read at a glance: "34 %", "3.4 %", "< 0.1 %". */
export function shareText(part: number, whole: number): string {
  const share = percentOf(part, whole);
  if (share === 0 || share >= 9.95) return percentText(share.toFixed(0));
  return percentText(share < 0.05 ? `< ${withDecimalSeparator("0.1")}` : withDecimalSeparator(share.toFixed(1)));
}

export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
