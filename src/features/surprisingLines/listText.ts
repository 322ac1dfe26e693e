import * as vscode from "vscode";
import {count} from "../../text/numberText";
import type {PartKind} from "./rankedDocument";
import type {Measure, Ranking} from "./ranking";

/** "The first 100 of 1,234 lines by bits per byte. 12 short ones left out." */
export function rankingText(kind: PartKind, {parts, ranked, short}: Ranking, measure: Measure): string {
  const words = [rankingWords[kind][measure](parts.length, ranked)];
  if (short > 0)
    words.push(
      short === 1 ? vscode.l10n.t("1 short one left out.") : vscode.l10n.t("{0} short ones left out.", count(short))
    );
  return words.join(" ");
}

const rankingWords = {
  lines: {
    bitsPerByte: (shown: number, all: number): string => {
      if (shown < all) return vscode.l10n.t("The first {0} of {1} lines by bits per byte.", count(shown), count(all));
      return all === 1
        ? vscode.l10n.t("1 line by bits per byte.")
        : vscode.l10n.t("{0} lines by bits per byte.", count(all));
    },
    bits: (shown: number, all: number): string => {
      if (shown < all) return vscode.l10n.t("The first {0} of {1} lines by total bits.", count(shown), count(all));
      return all === 1 ? vscode.l10n.t("1 line by total bits.") : vscode.l10n.t("{0} lines by total bits.", count(all));
    }
  },
  functions: {
    bitsPerByte: (shown: number, all: number): string => {
      if (shown < all)
        return vscode.l10n.t("The first {0} of {1} functions and methods by bits per byte.", count(shown), count(all));
      return all === 1
        ? vscode.l10n.t("1 function or method by bits per byte.")
        : vscode.l10n.t("{0} functions and methods by bits per byte.", count(all));
    },
    bits: (shown: number, all: number): string => {
      if (shown < all)
        return vscode.l10n.t("The first {0} of {1} functions and methods by total bits.", count(shown), count(all));
      return all === 1
        ? vscode.l10n.t("1 function or method by total bits.")
        : vscode.l10n.t("{0} functions and methods by total bits.", count(all));
    }
  }
};
