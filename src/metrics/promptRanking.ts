import * as l10n from "@vscode/l10n";
import {markdownTable} from "../text/markdownTable";
import {escapeMarkdown} from "../text/markdownText";
import {count, nats} from "../text/numberText";

/** The expected answer, scored behind one of several prompts. */
export interface AnsweredPrompt {
  readonly name: string;
  /** N ids of the answer's tokens. */
  readonly ids: ArrayLike<number>;
  /** N natural logprobs. */
  readonly logprobs: ArrayLike<number>;
}

/** A mean, or a sum, of the answer's tokens with its standard error; null for fewer than two tokens, or an infinite logprob. */
interface Estimate {
  readonly value: number;
  readonly standardError: number | null;
}

export interface RankedPrompt {
  readonly name: string;
  /** 1 is the best; equal logprobs have the same rank. */
  readonly rank: number;
  readonly tokens: number;
  /** Sum over the answer's tokens, nats. */
  readonly logprob: number;
  /** Mean logprob of a token: `SE = √(Σ (l - mean)² / (n - 1) / n)`. */
  readonly perToken: Estimate;
  /**
   * The best prompt's logprob less this one's, token by token: `SE = √(n Σ (d - mean d)² / (n - 1))`. Null where the answer has other
   * tokens behind the best prompt.
   */
  readonly behindBest: Estimate | null;
}

/**
 * Ranks prompts by the logprob of the answer behind each, the best first (docs/metrics.md, "Prompts beside each other").
 *
 * @throws RangeError where an answer has no tokens, or not one logprob for each.
 */
export function rankPrompts(prompts: readonly AnsweredPrompt[]): readonly RankedPrompt[] {
  const summed = prompts.map((prompt) => {
    const {length} = prompt.logprobs;
    if (length === 0 || length !== prompt.ids.length)
      throw new RangeError(`${length} logprobs for ${prompt.ids.length} tokens`);
    return {prompt, logprob: sumOf(Array.from(prompt.logprobs))};
  });
  const sorted = summed.toSorted((a, b) => (a.logprob === b.logprob ? 0 : b.logprob - a.logprob));
  const best = sorted[0]?.prompt;
  return sorted.map(({prompt: {name, ids, logprobs}, logprob}) => {
    const values = Array.from(logprobs);
    const isComparable =
      best !== undefined && Array.from(ids).every((id, i) => id === best.ids[i]) && ids.length === best.ids.length;
    return {
      name,
      rank: 1 + sorted.findIndex((one) => one.logprob === logprob),
      tokens: values.length,
      logprob,
      perToken: {value: logprob / values.length, standardError: errorOfMean(values)},
      behindBest: isComparable ? difference(Array.from(best.logprobs), values) : null
    };
  });
}

/** The ranking as a table of Markdown. */
export function promptTable(ranked: readonly RankedPrompt[]): string {
  return markdownTable(
    [
      l10n.t("Rank"),
      l10n.t("Prompt"),
      l10n.t("Logprob of the answer"),
      l10n.t("Behind the best"),
      l10n.t("Per token"),
      l10n.t("Tokens")
    ],
    ["right", "left", "right", "right", "right", "right"],
    ranked.map(({name, rank, tokens, logprob, perToken, behindBest}) => [
      count(rank),
      escapeMarkdown(name),
      nats(logprob),
      behindBest === null ? "–" : estimateText(behindBest),
      estimateText(perToken),
      count(tokens)
    ])
  );
}

function estimateText({value, standardError}: Estimate): string {
  return standardError === null ? nats(value) : `${nats(value)} ± ${nats(standardError)}`;
}

/** Two impossible answers are equal. */
function difference(best: readonly number[], values: readonly number[]): Estimate {
  const differences = values.map((value, i) => (value === best[i] ? 0 : (best[i] ?? Number.NaN) - value));
  const error = errorOfMean(differences);
  return {value: sumOf(differences), standardError: error === null ? null : error * values.length};
}

function errorOfMean(values: readonly number[]): number | null {
  const n = values.length;
  const mean = sumOf(values) / n;
  const squares = sumOf(values.map((value) => (value - mean) ** 2));
  return n > 1 && Number.isFinite(squares) ? Math.sqrt(squares / (n - 1) / n) : null;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
