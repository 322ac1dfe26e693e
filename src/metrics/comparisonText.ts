import * as l10n from "@vscode/l10n";
import {count, decimal, plural, significant} from "../text/numberText";
import type {Comparability, ComparedSums, ComparedTotal} from "./scoreComparison";

/** The name of a total in the user's language. */
export function totalLabel(key: ComparedTotal["key"]): string {
  return {
    bitsPerByte: () => l10n.t("Bits per byte"),
    bitsPerCharacter: () => l10n.t("Bits per character"),
    comparedBits: () => l10n.t("Bits, where both are scored"),
    perplexity: () => l10n.t("Perplexity per token"),
    tokens: () => l10n.t("Tokens")
  }[key]();
}

export function totalText(key: ComparedTotal["key"], value: number | null): string {
  if (value === null) return "–";
  switch (key) {
    case "bitsPerByte":
    case "bitsPerCharacter":
      return decimal(value, 3);
    case "comparedBits":
      return decimal(value, 1);
    case "perplexity":
      return significant(value);
    case "tokens":
      return count(value);
    default:
      return key satisfies never;
  }
}

/** `B - A` with its sign. */
export function totalDifference({key, a, b}: ComparedTotal): string {
  if (a === null || b === null) return "–";
  const difference = a === b ? 0 : b - a;
  return `${sign(difference)}${totalText(key, Math.abs(difference))}`;
}

/** A difference in bits with its sign: "+1.25", "−0.03". */
export function differenceText(bits: number): string {
  return `${sign(bits)}${decimal(Math.abs(bits), 2)}`;
}

function sign(value: number): string {
  return value > 0 ? "+" : value < 0 ? "−" : "±";
}

/** Which of the totals can be compared, and what they leave out. */
export function comparisonNotes({isSameText, isSameTokens}: Comparability, sums: ComparedSums | null): string[] {
  const notes = [
    !isSameText
      ? l10n.t(
          "The texts differ, so each bit counts for its own text: bits per byte and per character say which text is less surprising on average."
        )
      : isSameTokens
        ? l10n.t("Both sides cut the text into the same tokens, so all numbers can be compared.")
        : l10n.t(
            "The two models cut the text into different tokens: bits, bits per byte and per character can be compared, perplexity per token can't."
          )
  ];
  if (sums !== null) notes.push(...leftOutNotes(sums));
  return notes;
}

function leftOutNotes({leftOut, only}: ComparedSums): string[] {
  const notes: string[] = [];
  const unscored = leftOut.aUnscored + leftOut.bUnscored;
  if (unscored > 0)
    notes.push(
      l10n.t(
        "Not scored: {0} in A, {1} in B. What they stand for is left out of the comparison on both sides ({2} bits in A, {3} in B).",
        plural(leftOut.aUnscored, "token"),
        plural(leftOut.bUnscored, "token"),
        decimal(leftOut.aBits, 1),
        decimal(leftOut.bBits, 1)
      )
    );
  if (only.pieces > 0)
    notes.push(
      l10n.t(
        "Only in A: {0} ({1} bits). Only in B: {2} ({3} bits).",
        plural(only.aTokens, "token"),
        decimal(only.aBits, 1),
        plural(only.bTokens, "token"),
        decimal(only.bBits, 1)
      )
    );
  return notes;
}

/** Why two texts are not shown token by token. */
export function notAlignedText(): string {
  return l10n.t(
    "A tokenizer rewrites the text before it cuts it, so its tokens have no place in it: the totals can be compared, but not the tokens."
  );
}
