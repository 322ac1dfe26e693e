import * as l10n from "@vscode/l10n";
import {bitsOf} from "../../metrics/scoreSums";
import type {ScoredFile} from "./evaluation";

/** How files can be sorted. */
export const orders = ["bitsPerByte", "bits", "perplexity", "tokens", "path"] as const;

export type Order = (typeof orders)[number];

/** What the view lists, and how. */
export function filesOrdered(order: Order): string {
  switch (order) {
    case "bitsPerByte":
      return l10n.t("Files by bits per byte.");
    case "bits":
      return l10n.t("Files by total bits.");
    case "perplexity":
      return l10n.t("Files by perplexity.");
    case "tokens":
      return l10n.t("Files by tokens.");
    case "path":
      return l10n.t("Files by name.");
    default:
      return order satisfies never;
  }
}

/** Files with the highest value first, or in the order of their paths. Files without a value come last. */
export function sortedFiles(files: readonly ScoredFile[], order: Order): ScoredFile[] {
  const value = ({summary}: ScoredFile): number => {
    switch (order) {
      case "bits":
        return bitsOf(summary);
      case "tokens":
        return summary.scored;
      case "path":
        return 0;
      default:
        return summary[order] ?? -1;
    }
  };
  return files.toSorted((a, b) => compare(value(b), value(a)) || compare(a.path, b.path));
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
