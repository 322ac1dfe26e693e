import * as l10n from "@vscode/l10n";
import {count} from "../text/numberText";
import {type Metric, type MetricKey, metricEntries} from "./metrics";
import {valueText} from "./metricText";
import type {Summary} from "./summary";
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
  /** Tokens in front of the text that were given to the model as context. */
  readonly contextTokens?: number;
  /** False: scoring was stopped before its end. */
  readonly finished?: boolean;
  /** False: white space does not part the text's words (text/spacedWords.ts). */
  readonly spacedWords?: boolean;
}

/**
 * A summary's metrics as labelled text, always in the same order, and what they were measured with. What does not apply has
 * no row: a metric that is unknown or means nothing here, a context where none was given, and "partial" where the score is whole.
 */
export function summaryRows(summary: Summary, about: SummaryAbout): SummaryRow[] {
  const [main = [], ...others] = metricEntries.map(([key, metric]) => metricRow(key, metric, summary, about));
  return [
    ...main,
    ...partialRow(summary, about),
    ...others.flat(),
    {
      label: l10n.t("Tokens"),
      value: tokensText(summary, about),
      help: l10n.t(
        "Tokens that entered the numbers, and tokens that did not. A token is left out where the model had no context to predict it from."
      )
    },
    ...contextRow(about),
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

function metricRow(
  key: MetricKey,
  {label, explanation = "", unit, format, hiddenIfUnknown, isShown}: Metric,
  summary: Summary,
  {spacedWords = true}: SummaryAbout
): SummaryRow[] {
  const value = summary[key];
  if (label === undefined || (hiddenIfUnknown && value === null)) return [];
  if (isShown?.(value, {spacedWords}) === false) return [];
  return [{label, value: format ? format(summary) : valueText(value, unit), help: explanation}];
}

function partialRow(summary: Summary, about: SummaryAbout): SummaryRow[] {
  const partial = partialText(summary, about);
  if (partial === null) return [];
  return [
    {
      label: l10n.t("Partial"),
      value: partial,
      help: l10n.t("Scoring was stopped. These numbers are of the tokens scored until then, not of the whole text.")
    }
  ];
}

/** "the first 1,234 of 5,000 tokens"; null where the score is whole. */
export function partialText(
  {reached, tokens}: Pick<Summary, "reached" | "tokens">,
  {finished = true}: Pick<SummaryAbout, "finished">
): string | null {
  return finished ? null : l10n.t("the first {0} of {1} tokens", count(reached), count(tokens));
}

function contextRow({contextTokens = 0}: SummaryAbout): SummaryRow[] {
  if (contextTokens === 0) return [];
  return [
    {
      label: l10n.t("Context"),
      value:
        contextTokens === 1
          ? l10n.t("1 token before the text")
          : l10n.t("{0} tokens before the text", count(contextTokens)),
      help: l10n.t(
        "The text before this one in its document was given to the model as context, and not scored. Comparable only with scores that had the same context."
      )
    }
  ];
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
