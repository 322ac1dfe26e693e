import * as l10n from "@vscode/l10n";
import {
  count,
  decimalsFor,
  exponentFrom,
  nats,
  percentText,
  significant,
  withDecimalSeparator
} from "../text/numberText";
import {type Measures, minKPercent, type Summary} from "./summary";
import type {Windowing} from "./windowing";

/** One line of a summary, worded: the same in the webview, in notifications and in reports. */
export interface SummaryRow {
  readonly label: string;
  readonly value: string;
  /** What the number means and when it may be compared, for a tooltip. */
  readonly help: string;
}

/** What a summary was measured with. */
export interface SummaryAbout {
  /** The model's name, as the user should read it. */
  readonly model: string;
  readonly windowing: Windowing;
  /** Tokens of what stands before the text that were given to the model as context. */
  readonly contextTokens?: number;
  /** False: scoring was stopped before its end. */
  readonly finished?: boolean;
}

/** Below this many tokens the ± is hidden: an error estimated from so few values would say more than is known. */
const tokensForAnError = 10;

/** A number that has no value. */
const none = "–";

/**
 * A summary's numbers as labelled text, always in the same order. What does not apply has no row: top-10 accuracy where
 * ranks were not asked for, a context where none was given, and that the result is partial where it is not.
 */
export function summaryRows(summary: Summary, about: SummaryAbout): SummaryRow[] {
  const {contextTokens = 0} = about;
  const partial = partialText(summary, about);
  return [
    {
      label: l10n.t("Perplexity"),
      value: perplexityText(summary),
      help: l10n.t(
        "Among how many equally likely tokens the model was choosing, on average; lower is less surprised. Comparable between models with the same vocabulary on the same text, not between different vocabularies."
      )
    },
    ...(partial === null
      ? []
      : [
          {
            label: l10n.t("Partial"),
            value: partial,
            help: l10n.t(
              "Scoring was stopped. These numbers are of the tokens scored until then, not of the whole text."
            )
          }
        ]),
    {
      label: l10n.t("Cross entropy"),
      value: crossEntropyText(summary),
      help: l10n.t(
        "The model's average surprise per token; perplexity is e to the power of its nats. Comparable where perplexity is."
      )
    },
    {
      label: l10n.t("Bits per character"),
      value: numberText(summary.bitsPerCharacter),
      help: l10n.t(
        "Bits the model would need for each Unicode character of the scored text. Comparable between models with different vocabularies."
      )
    },
    {
      label: l10n.t("Bits per byte"),
      value: numberText(summary.bitsPerByte),
      help: l10n.t(
        "Bits the model would need for each UTF-8 byte of the scored text. Comparable between models with different vocabularies."
      )
    },
    {
      label: l10n.t("Word perplexity"),
      value: numberText(summary.wordPerplexity),
      help: l10n.t(
        "Perplexity per whitespace-separated word instead of per token. Comparable between models with different vocabularies, on the same text."
      )
    },
    {
      label: l10n.t("Top-1 accuracy"),
      value: shareText(summary.top1Accuracy),
      help: l10n.t(
        "Share of the scored tokens that were the model's first choice. Comparable between models with the same vocabulary."
      )
    },
    ...(summary.top10Accuracy === null
      ? []
      : [
          {
            label: l10n.t("Top-10 accuracy"),
            value: shareText(summary.top10Accuracy),
            help: l10n.t(
              "Share of the scored tokens that were among the model's first ten choices. Comparable between models with the same vocabulary."
            )
          }
        ]),
    {
      label: l10n.t("Min-{0}% (weak sign of training data)", minKPercent),
      value: summary.minK === null ? none : l10n.t("{0} nats", nats(summary.minK)),
      help: l10n.t(
        "Mean logprob of the {0} % of the scored tokens that the model held least likely. A weak sign of whether the text was in the model's training data: nearer to zero where it was. Comparable between similar texts of one model only.",
        minKPercent
      )
    },
    {
      label: l10n.t("Tokens"),
      value: tokensText(summary, about),
      help: l10n.t(
        "Tokens that entered the numbers, and tokens that did not. A token is left out where the model had no context to predict it from."
      )
    },
    ...(contextTokens === 0
      ? []
      : [
          {
            label: l10n.t("Context"),
            value:
              contextTokens === 1
                ? l10n.t("1 token before the text")
                : l10n.t("{0} tokens before the text", count(contextTokens)),
            help: l10n.t(
              "What stands before the text in its document was given to the model, and not scored. Comparable only with scores that had the same context."
            )
          }
        ]),
    {
      label: l10n.t("Model"),
      value: about.model,
      help: l10n.t("The model that scored the text. Its numbers describe this model and this text together.")
    },
    {
      label: l10n.t("Window"),
      value: windowText(about),
      help: windowHelp(about)
    }
  ];
}

/** "the first 1,234 of 5,000 tokens"; null where scoring came to its end. */
export function partialText(
  {reached, tokens}: Pick<Summary, "reached" | "tokens">,
  {finished = true}: Pick<SummaryAbout, "finished">
): string | null {
  return finished ? null : l10n.t("the first {0} of {1} tokens", count(reached), count(tokens));
}

/** "45.12 ± 2.03". */
export function perplexityText({
  perplexity,
  standardError,
  scored
}: Pick<Measures, "perplexity" | "standardError" | "scored">): string {
  if (perplexity === null) return none;
  if (standardError === null || scored < tokensForAnError || !Number.isFinite(standardError)) {
    return numberText(perplexity);
  }
  if (perplexity >= exponentFrom)
    return `${numberText(perplexity)} ± ${withDecimalSeparator(standardError.toPrecision(2))}`;
  // As many decimals as four digits of the value need, or two of its error where that is finer; the same for both.
  const decimals = Math.max(decimalsFor(perplexity, 4), decimalsFor(standardError, 2));
  return `${withDecimalSeparator(perplexity.toFixed(decimals))} ± ${withDecimalSeparator(standardError.toFixed(decimals))}`;
}

function crossEntropyText({crossEntropy, crossEntropyBits}: Summary): string {
  if (crossEntropy === null) return none;
  return l10n.t("{0} nats ({1} bits) per token", numberText(crossEntropy), numberText(crossEntropyBits));
}

function shareText(share: number | null): string {
  return share === null ? none : percentText(withDecimalSeparator((share * 100).toFixed(1)));
}

function tokensText(
  {scored, unscored}: Summary,
  {windowing, finished = true, contextTokens = 0}: SummaryAbout
): string {
  const counts = l10n.t("{0} scored, {1} left out", count(scored), count(unscored));
  if (unscored === 0) return counts;
  if (!finished) return l10n.t("{0} scored, {1} left out (scoring was stopped)", count(scored), count(unscored));
  if (windowing.mode === "llama-perplexity") {
    return l10n.t(
      "{0} scored, {1} left out (the first half of each chunk is context, and what doesn't fill a chunk is dropped)",
      count(scored),
      count(unscored)
    );
  }
  return windowing.bos || contextTokens > 0
    ? counts
    : l10n.t(
        "{0} scored, {1} left out (the first token has no context: this model puts no BOS in front)",
        count(scored),
        count(unscored)
      );
}

/** "1024 tokens, stride 512, BOS in front". */
export function windowText({windowing}: Pick<SummaryAbout, "windowing">): string {
  const {mode, bos, window, stride} = windowing;
  if (mode === "llama-perplexity") {
    return bos
      ? l10n.t("chunks of {0} tokens, as llama-perplexity, BOS in front", window)
      : l10n.t("chunks of {0} tokens, as llama-perplexity, no BOS", window);
  }
  return bos
    ? l10n.t("{0} tokens, stride {1}, BOS in front", window, stride)
    : l10n.t("{0} tokens, stride {1}, no BOS", window, stride);
}

function windowHelp({windowing}: SummaryAbout): string {
  return windowing.mode === "llama-perplexity"
    ? l10n.t(
        "The text is cut into separate chunks and the second half of each is scored, as published numbers are made. Comparable only with the same chunk size."
      )
    : l10n.t(
        "How many tokens the model sees together. A longer text is scored in windows that move on by the stride, each with the tokens before it as context."
      );
}

function numberText(value: number | null): string {
  return value === null ? none : significant(value);
}
