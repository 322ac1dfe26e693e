import * as l10n from "@vscode/l10n";
import type {ScoredFile} from "../../host/evaluation";
import {bitsOf} from "../../metrics/scoreSums";
import type {Measure} from "./ranking";

/** How files can be sorted. Lines and functions have the first two orders only. */
export type Order = Measure | "perplexity" | "tokens" | "path";

export const orders = ["bitsPerByte", "bits", "perplexity", "tokens", "path"] as const satisfies readonly Order[];

/** "files by …": the kind of rows and their order. */
export function filesOrdered(order: Order): string {
  switch (order) {
    case "bitsPerByte":
      return l10n.t("files by bits per byte");
    case "bits":
      return l10n.t("files by total bits");
    case "perplexity":
      return l10n.t("files by perplexity");
    case "tokens":
      return l10n.t("files by tokens");
    case "path":
      return l10n.t("files by name");
    default:
      return order satisfies never;
  }
}

/** The nearest measure for lines and functions. */
export function measureOf(order: Order): Measure {
  return order === "bits" ? "bits" : "bitsPerByte";
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
