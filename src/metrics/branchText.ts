import * as l10n from "@vscode/l10n";
import {bits, inBits, nats, plural, significant, withDecimalSeparator} from "../text/numberText";
import type {Branch, BranchTotals} from "./branchTree";

/** Where a branch comes from, in a few words: "greedy", "temperature 0.8, seed 3". */
export function originText({origin}: Pick<Branch, "origin">): string {
  switch (origin.kind) {
    case "alternative":
      return l10n.t("another word");
    case "greedy":
      return l10n.t("greedy");
    case "sampled":
      return l10n.t("temperature {0}, seed {1}", withDecimalSeparator(String(origin.temperature)), origin.seed);
    default:
      return origin satisfies never;
  }
}

/** "24 tokens · logprob −31.204 · perplexity 3.669". */
export function totalsText({tokens, logprob, perplexity}: BranchTotals): string {
  const parts = [plural(tokens, "token"), l10n.t("logprob {0}", nats(logprob))];
  if (perplexity !== null) parts.push(l10n.t("perplexity {0}", significant(perplexity)));
  return parts.join(" · ");
}

/** A difference in nats, in bits with its sign: "+3.20", "−0.41", "0.00". */
export function signedBits(nats: number): string {
  const number = bits(nats);
  return nats > 0 && /[1-9]/.test(number) ? `+${number}` : number;
}

/** The same with its unit: "+3.20 bits". */
export function differenceText(nats: number): string {
  return inBits(signedBits(nats));
}
