import * as l10n from "@vscode/l10n";
import type {ScoredText} from "../../src/features/logprobs/protocol";
import {metrics, metricValues} from "../../src/metrics/metrics";
import {valueText} from "../../src/metrics/metricText";
import {type ScoreSums, TokenSums} from "../../src/metrics/scoreSums";
import {bits, count, inBits, plural} from "../../src/text/numberText";

/** Numbers of some of a text's tokens, of those that are scored. Null where nothing is known. */
export interface RangeNumbers {
  readonly tokens: number;
  readonly scored: number;
  readonly nats: number;
  readonly perplexity: number | null;
  readonly bitsPerByte: number | null;
}

/** Adds up tokens as their scores arrive. */
export function sumsOf({logprobs, byteEnds}: ScoredText): TokenSums {
  return new TokenSums({logprobs, ends: byteEnds});
}

export function numbersOf(sums: ScoreSums): RangeNumbers {
  const {tokens, scored, nats} = sums;
  const {perplexity, bitsPerByte} = metricValues(sums, ["corpus"]);
  return {tokens, scored, nats, perplexity, bitsPerByte};
}

/** The numbers of tokens `[from, to)`. */
export function rangeNumbers(scored: ScoredText, from: number, to: number): RangeNumbers {
  const sums = sumsOf(scored);
  for (let token = from; token < to; token++) sums.add(token);
  return numbersOf(sums.sums);
}

/** What a screen reader says of a selected range. */
export function spokenRange({tokens, nats, perplexity}: RangeNumbers): string {
  return l10n.t("{0}, {1} bits, perplexity {2}", plural(tokens, "token"), bits(nats), valueText(perplexity, "plain"));
}

export function rangeRows({tokens, scored, nats, perplexity, bitsPerByte}: RangeNumbers): {
  readonly label: string;
  readonly value: string;
  readonly help: string;
}[] {
  const left = tokens - scored;
  return [
    {
      label: l10n.t("tokens"),
      value: left === 0 ? count(tokens) : l10n.t("{0} scored, {1} left out", count(scored), count(left)),
      help: l10n.t("The numbers are of the scored tokens of the selection.")
    },
    {
      label: l10n.t("total surprisal"),
      value: scored === 0 ? "–" : inBits(bits(nats)),
      help: l10n.t("The sum of the surprisal of these tokens: what the model would need to write them.")
    },
    {label: metrics.perplexity.label, value: valueText(perplexity, "plain"), help: metrics.perplexity.explanation},
    {label: metrics.bitsPerByte.label, value: valueText(bitsPerByte, "plain"), help: metrics.bitsPerByte.explanation}
  ];
}
