import {bits, count, nats, percent} from "./numberText";

/** What is known of a scored token; what costs more than its logprob may be missing (null). */
export interface TokenNumbers {
  /** `ln p(x_i|c_i)`. */
  readonly logprob: number;
  /** 1 is the model's first choice. */
  readonly rank: number | null;
  /** Of the prediction, nats. */
  readonly entropy: number | null;
  /** Natural logprob of the model's first choice. */
  readonly best: number | null;
}

/** One number of a token, worded: the same in the webview, in hovers and in reports. */
export interface TokenRow {
  readonly label: string;
  /** Null where it is not known (yet). */
  readonly value: string | null;
  /** What the number means, for a tooltip. */
  readonly help: string;
}

/** `v = -ln p`, in bits. */
export function surprisalBits(logprob: number): number {
  // Not -0 for a token that was certain.
  return (0 - logprob) / Math.LN2;
}

/** `exp(H)`: among how many equally likely tokens a choice would be as open. `entropy` in nats. */
export function effectiveChoices(entropy: number): number {
  return Math.exp(entropy);
}

/** `v - H`, nats: how much more surprising the token is than the position was open; negative where it is less. */
export function excessSurprisal(logprob: number, entropy: number): number {
  return 0 - logprob - entropy;
}

/**
 * `p / max p`, 0 to 1. Both from the same evaluation; where they are of two, the token can come out above the first choice
 * by a rounding error (docs/decisions.md), which is cut off.
 */
export function frac(logprob: number, best: number): number {
  return Math.exp(Math.min(0, logprob - best));
}

/** A step of GLTR's scale of ranks. */
export interface RankBucket {
  /** The last rank in it. */
  readonly most: number;
  readonly label: string;
}

/** GLTR (arXiv 1906.04043): 1–10, 11–100, 101–1000, beyond. */
export const rankBuckets = [
  {most: 10, label: "top 10"},
  {most: 100, label: "top 100"},
  {most: 1000, label: "top 1,000"},
  {most: Number.POSITIVE_INFINITY, label: "beyond 1,000"}
] as const satisfies readonly RankBucket[];

export function rankBucketOf(rank: number): RankBucket {
  return rankBuckets.find(({most}) => rank <= most) ?? rankBuckets[3];
}

/** A token's numbers as labelled text, always the same rows in the same order (docs/metrics.md, "One token"). */
export function tokenRows({logprob, rank, entropy, best}: TokenNumbers): TokenRow[] {
  return [
    {
      label: "probability",
      value: percent(logprob),
      help: "How likely the model held this token, given what stands before it."
    },
    {label: "logprob", value: `${nats(logprob)} nats`, help: "The natural logarithm of that probability."},
    {
      label: "surprisal",
      value: `${bits(0 - logprob)} bits`,
      help: "The same in bits: each bit halves the probability."
    },
    {
      label: "rank",
      value: rank === null ? null : `${count(rank)} (${rankBucketOf(rank).label})`,
      help: "1 is the token the model held most likely."
    },
    {
      label: "p / max p",
      value: best === null ? null : percent(Math.log(frac(logprob, best))),
      help: "The token's probability as a share of that of the model's first choice."
    },
    {
      label: "entropy",
      value: entropy === null ? null : `${bits(entropy)} bits`,
      help: "How open the model held this place: the surprisal to be expected here."
    },
    {
      label: "effective choices",
      value: entropy === null ? null : choicesText(entropy),
      help: "The entropy as a number of tokens: the model was as uncertain as in an even choice between so many."
    },
    {
      label: "excess surprisal",
      value: entropy === null ? null : `${bits(excessSurprisal(logprob, entropy))} bits`,
      help: "Surprisal less entropy. Above zero, the token is more surprising than the place was open: an odd token."
    }
  ];
}

/** "4.9", "23". `entropy` in nats. */
export function choicesText(entropy: number): string {
  const choices = effectiveChoices(entropy);
  return choices < 10 ? choices.toFixed(1) : count(Math.round(choices));
}
