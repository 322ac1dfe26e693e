import * as l10n from "@vscode/l10n";
import {withDecimalSeparator} from "../text/numberText";
import {type Alignment, pieceKinds} from "./tokenAlignment";

/** How pieces are coloured: from "A is better by much" over "alike" to "B is better by much", and what has no difference. */
export const differenceLevels = ["a3", "a2", "a1", "alike", "b1", "b2", "b3", "unknown", "onlyA", "onlyB"] as const;

export type DifferenceLevel = (typeof differenceLevels)[number];

/** Differences in bits from which on pieces have a colour, in steps that people count in. */
export const differenceThresholds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] as const;

/** The levels 1 to 3 begin at these multiples of the threshold. */
const multiples = [1, 2, 4];

/** About this share of the pieces stays without a colour, if the user chooses no threshold. */
const shareAlike = 0.8;

/** The threshold for a comparison: two files of one model differ by hundredths of a bit, two models by several bits. */
export function presetThreshold(differences: Float64Array): number {
  const sizes = differences
    .filter((value) => !Number.isNaN(value))
    .map(Math.abs)
    .sort();
  const size = sizes[Math.floor(shareAlike * sizes.length)] ?? 0;
  return differenceThresholds.findLast((step) => step <= size) ?? differenceThresholds[0];
}

/** P indices into {@link differenceLevels}. */
export function differenceLevelsOf({kinds}: Alignment, differences: Float64Array, threshold: number): Uint8Array {
  return Uint8Array.from(differences, (value, piece) => {
    if (kinds[piece] === pieceKinds.onlyA) return differenceLevels.indexOf("onlyA");
    if (kinds[piece] === pieceKinds.onlyB) return differenceLevels.indexOf("onlyB");
    if (Number.isNaN(value)) return differenceLevels.indexOf("unknown");
    const steps = multiples.filter((multiple) => Math.abs(value) >= multiple * threshold).length;
    return differenceLevels.indexOf("alike") + (value > 0 ? -steps : steps);
  });
}

/** "20", "<5", "?": a level by its lower bound, where there is no room for {@link differenceLabel}. */
export function shortDifferenceLabel(level: DifferenceLevel, threshold: number): string {
  switch (level) {
    case "alike":
    case "a3":
    case "b3":
      return differenceLabel(level, threshold).replace(" ", "");
    case "unknown":
      return "?";
    case "onlyA":
      return "A";
    case "onlyB":
      return "B";
    default:
      return differenceLabel(level, threshold).replace(/–.*/, "");
  }
}

/** "> 2", "1–2": the bits by which a side is better, without the side's name. */
export function differenceLabel(level: DifferenceLevel, threshold: number): string {
  const [first, second, third] = multiples.map((multiple) =>
    withDecimalSeparator(String(Number((multiple * threshold).toPrecision(2))))
  );
  switch (level) {
    case "a1":
    case "b1":
      return `${first}–${second}`;
    case "a2":
    case "b2":
      return `${second}–${third}`;
    case "a3":
    case "b3":
      return `≥ ${third}`;
    case "alike":
      return `< ${first}`;
    case "unknown":
      return l10n.t("not known");
    case "onlyA":
      return l10n.t("only in A");
    case "onlyB":
      return l10n.t("only in B");
    default:
      return level satisfies never;
  }
}
