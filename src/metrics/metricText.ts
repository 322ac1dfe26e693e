import * as l10n from "@vscode/l10n";
import {
  decimalsFor,
  exponentFrom,
  grouped,
  nats,
  percentText,
  significant,
  withDecimalSeparator
} from "../text/numberText";

/** How a metric's value is worded where it has no wording of its own. */
export type Unit = "plain" | "nats" | "share";

/** The metrics that have a wording of their own, and what it tells beside them. */
export interface WordedNumbers {
  readonly scored: number;
  readonly crossEntropy: number | null;
  readonly crossEntropyBits: number | null;
  readonly perplexity: number | null;
  readonly standardError: number | null;
}

/** A number that has no value. */
const none = "–";

/** Below this many tokens the ± is hidden: an error estimated from so few values would claim more than is known. */
const minTokensForError = 10;

export function valueText(value: number | null, unit: Unit): string {
  if (value === null) return none;
  switch (unit) {
    case "plain":
      return significant(value);
    case "nats":
      return l10n.t("{0} nats", nats(value));
    case "share":
      return percentText(withDecimalSeparator((value * 100).toFixed(1)));
    default:
      return unit satisfies never;
  }
}

/** "45.12 ± 2.03". */
export function perplexityText({
  perplexity,
  standardError,
  scored
}: Pick<WordedNumbers, "perplexity" | "standardError" | "scored">): string {
  if (perplexity === null) return none;
  if (standardError === null || scored < minTokensForError || !Number.isFinite(standardError)) {
    return significant(perplexity);
  }
  if (perplexity >= exponentFrom)
    return `${significant(perplexity)} ± ${withDecimalSeparator(standardError.toPrecision(2))}`;
  // As many decimals as four digits of the value need, or two of its error where that is finer; the same for both.
  const decimals = Math.max(decimalsFor(perplexity, 4), decimalsFor(standardError, 2));
  return `${grouped(perplexity, decimals)} ± ${grouped(standardError, decimals)}`;
}

export function crossEntropyText({crossEntropy, crossEntropyBits}: WordedNumbers): string {
  if (crossEntropy === null) return none;
  return l10n.t(
    "{0} nats ({1} bits) per token",
    valueText(crossEntropy, "plain"),
    valueText(crossEntropyBits, "plain")
  );
}
