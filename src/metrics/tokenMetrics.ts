import * as l10n from "@vscode/l10n";
import {bits, count, inBits, nats, percent, withDecimalSeparator} from "../text/numberText";

/** The numbers of a scored token. All but the logprob cost more, and are null if they were not requested. */
export interface TokenNumbers {
  /** `ln p(x_i|c_i)`. */
  readonly logprob: number;
  /** 1 is the model's first choice. */
  readonly rank: number | null;
  /** Entropy of the prediction, nats. */
  readonly entropy: number | null;
  /** Natural logprob of the model's first choice. */
  readonly best: number | null;
}

/** One number of a token, worded: the same in the webview, in hovers and in reports. */
export interface TokenRow {
  readonly label: string;
  /** Null if it is not known (yet). */
  readonly value: string | null;
  /** What the number means, for a tooltip. */
  readonly help: string;
}

/** `v = -ln p`, in bits. */
export function surprisalBits(logprob: number): number {
  // Not -0 for a token that was certain.
  return (0 - logprob) / Math.LN2;
}

/** `exp(H)`: the number of equally likely tokens with the same entropy, which is in nats. */
export function effectiveChoices(entropy: number): number {
  return Math.exp(entropy);
}

/** `v - H`, nats: how much more surprising the token is than expected; negative if it is less. */
export function excessSurprisal(logprob: number, entropy: number): number {
  return 0 - logprob - entropy;
}

/**
 * `p / max p`, 0 to 1. If the two come from different evaluations, a rounding error can put the token above the first
 * choice (docs/decisions/scoring.md); that is cut off.
 */
export function frac(logprob: number, best: number): number {
  return Math.exp(Math.min(0, logprob - best));
}

/** A step of GLTR's scale of ranks. */
export interface RankBucket {
  /** The last rank in it. */
  readonly max: number;
  /** In the user's language. */
  readonly label: string;
}

/** GLTR (arXiv 1906.04043): 1–10, 11–100, 101–1000, beyond. */
export const rankBuckets = [
  topRanks(10),
  topRanks(100),
  topRanks(1000),
  {
    max: Number.POSITIVE_INFINITY,
    get label() {
      return l10n.t("beyond {0}", count(1000));
    }
  }
] as const satisfies readonly RankBucket[];

function topRanks(max: number): RankBucket {
  return {
    max,
    get label() {
      return l10n.t("top {0}", count(max));
    }
  };
}

export function rankBucketOf(rank: number): RankBucket {
  return rankBuckets.find(({max}) => rank <= max) ?? rankBuckets[3];
}

/** A token's numbers as labelled text: always the same rows in the same order (docs/metrics.md, "One token"). */
export function tokenRows({logprob, rank, entropy, best}: TokenNumbers): TokenRow[] {
  return [
    {
      label: l10n.t("probability"),
      value: percent(logprob),
      help: l10n.t("How likely the model found this token, given the text before it.")
    },
    {
      label: l10n.t("logprob"),
      value: l10n.t("{0} nats", nats(logprob)),
      help: l10n.t("The natural logarithm of that probability.")
    },
    {
      label: l10n.t("surprisal"),
      value: inBits(bits(0 - logprob)),
      help: l10n.t("The same in bits: each bit halves the probability.")
    },
    {
      label: l10n.t("rank"),
      value: rank === null ? null : `${count(rank)} (${rankBucketOf(rank).label})`,
      help: l10n.t("1 is the token that the model found most likely.")
    },
    {
      label: l10n.t("p / max p"),
      value: best === null ? null : percent(Math.log(frac(logprob, best))),
      help: l10n.t("The token's probability as a share of that of the model's first choice.")
    },
    {
      label: l10n.t("entropy"),
      value: entropy === null ? null : inBits(bits(entropy)),
      help: l10n.t("How uncertain the model was here: the surprisal that it expected.")
    },
    {
      label: l10n.t("effective choices"),
      value: entropy === null ? null : choicesText(entropy),
      help: l10n.t(
        "The entropy as a number of tokens: the model was as uncertain as in a choice between this many equally likely tokens."
      )
    },
    {
      label: l10n.t("excess surprisal"),
      value: entropy === null ? null : inBits(bits(excessSurprisal(logprob, entropy))),
      help: l10n.t(
        "Surprisal minus entropy. Above zero, the token is more surprising than the model expected here: an odd token."
      )
    }
  ];
}

/** "4.9", "23". `entropy` in nats. */
export function choicesText(entropy: number): string {
  const choices = effectiveChoices(entropy);
  return choices < 10 ? withDecimalSeparator(choices.toFixed(1)) : count(Math.round(choices));
}
