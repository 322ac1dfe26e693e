import * as l10n from "@vscode/l10n";
import {decimal, exponentFrom} from "../text/numberText";
import {crossEntropyText, perplexityText, type Unit, type WordedNumbers} from "./metricText";
import {minKPercent} from "./minK";
import {bitsOf, type ScoreSums} from "./scoreSums";

/** What a metric follows from: sums, and of one text what does not add up over texts. */
export interface MetricSource extends ScoreSums {
  readonly minK?: number | null;
}

/** One number of scored tokens: what it is, what it is called, and where it is shown. */
export interface Metric {
  /** Null where it has no value, because nothing was scored or a sum it needs is not known. */
  readonly of: (sums: MetricSource) => number | null;
  /** "corpus": also a number of several texts together. "text": a number of one text only. */
  readonly scope: "corpus" | "text";
  readonly unit: Unit;
  /** Its name in a row or column. Without one it has no row, and is worded beside another metric. */
  readonly label?: string;
  /** What it means and when it may be compared, for a tooltip. */
  readonly explanation?: string;
  /** Its wording in a row, if that tells more than the value. */
  readonly format?: (numbers: WordedNumbers) => string;
  /** Its wording in a column of numbers, if that is not the value's in a row. */
  readonly columnText?: (value: number | null) => string;
  /** True: it has no row and no JSON field where it has no value. */
  readonly hiddenIfUnknown?: true;
  /** Whether it has a row: a value may exist and mean nothing. JSON has it all the same. */
  readonly isShown?: (value: number | null, text: {readonly spacedWords: boolean}) => boolean;
  /** In JSON and the "# name: value" lines of a CSV: everywhere, or in exported files only. */
  readonly json: "always" | "exported" | "never";
  /** In the CSV of an evaluated folder. */
  readonly csvColumn?: true;
  /** In the report on an evaluated folder. */
  readonly reportColumn?: true;
  /** The runner's option for a limit, and the verb of "perplexity is above X". */
  readonly limit?: {readonly option: `max-${string}`; readonly verb: "is" | "are"};
}

/**
 * Every metric, in the order of rows (docs/metrics.md, "A text"). Rows, JSON, CSV, the runner's limits, the evaluation's
 * report and the views are made of this table.
 */
export const metrics = {
  perplexity: {
    of: perplexity,
    scope: "corpus",
    unit: "plain",
    get label() {
      return l10n.t("Perplexity");
    },
    get explanation() {
      return l10n.t(
        "Among how many equally likely tokens the model was choosing, on average; lower is less surprised. Comparable between models with the same vocabulary on the same text, not between different vocabularies."
      );
    },
    format: perplexityText,
    json: "always",
    csvColumn: true,
    reportColumn: true,
    limit: {option: "max-perplexity", verb: "is"}
  },
  /** Of the perplexity, the ± of llama.cpp's tools/perplexity. */
  standardError: {of: standardError, scope: "corpus", unit: "plain", json: "always", csvColumn: true},
  crossEntropy: {
    of: crossEntropy,
    scope: "corpus",
    unit: "nats",
    get label() {
      return l10n.t("Cross entropy");
    },
    get explanation() {
      return l10n.t(
        "The model's average surprise per token; perplexity is e to the power of its nats. Comparable where perplexity is."
      );
    },
    format: crossEntropyText,
    json: "always",
    csvColumn: true
  },
  /** Worded beside the cross entropy in nats. */
  crossEntropyBits: {
    of: (sums) => ratio(bitsOf(sums), sums.scored),
    scope: "corpus",
    unit: "plain",
    json: "never"
  },
  bitsPerCharacter: {
    of: (sums) => ratio(bitsOf(sums), sums.characters),
    scope: "corpus",
    unit: "plain",
    get label() {
      return l10n.t("Bits per character");
    },
    get explanation() {
      return l10n.t(
        "Bits the model would need for each Unicode character of the scored text. Comparable between models with different vocabularies."
      );
    },
    json: "always"
  },
  bitsPerByte: {
    of: (sums) => ratio(bitsOf(sums), sums.bytes),
    scope: "corpus",
    unit: "plain",
    get label() {
      return l10n.t("Bits per byte");
    },
    get explanation() {
      return l10n.t(
        "Bits the model would need for each UTF-8 byte of the scored text. Comparable between models with different vocabularies."
      );
    },
    columnText: (value) => decimal(value, 3),
    json: "always",
    csvColumn: true,
    reportColumn: true,
    limit: {option: "max-bits-per-byte", verb: "are"}
  },
  /** As in lm-evaluation-harness, metrics.py. */
  wordPerplexity: {
    of: ({nats, words}) => exp(ratio(nats, words)),
    scope: "corpus",
    unit: "plain",
    get label() {
      return l10n.t("Word perplexity");
    },
    get explanation() {
      return l10n.t(
        "Perplexity per whitespace-separated word instead of per token. Comparable between models with different vocabularies, on the same text."
      );
    },
    isShown: (value, {spacedWords}) => spacedWords && (value === null || value < exponentFrom),
    json: "always"
  },
  top1Accuracy: {
    of: ({top1Hits, scored}) => ratio(top1Hits, scored),
    scope: "corpus",
    unit: "share",
    get label() {
      return l10n.t("Top-1 accuracy");
    },
    get explanation() {
      return l10n.t(
        "Share of the scored tokens that were the model's first choice. Comparable between models with the same vocabulary."
      );
    },
    json: "always"
  },
  top10Accuracy: {
    of: ({top10Hits, scored}) => ratio(top10Hits, scored),
    scope: "corpus",
    unit: "share",
    get label() {
      return l10n.t("Top-10 accuracy");
    },
    get explanation() {
      return l10n.t(
        "Share of the scored tokens that were among the model's first ten choices. Comparable between models with the same vocabulary."
      );
    },
    hiddenIfUnknown: true,
    json: "always"
  },
  minK: {
    of: ({minK = null}) => minK,
    scope: "text",
    unit: "nats",
    get label() {
      return l10n.t("Min-{0}% (weak sign of training data)", minKPercent);
    },
    get explanation() {
      return l10n.t(
        "Mean logprob of the {0} % of the scored tokens that the model found least likely. A weak sign of whether the text was in the model's training data: nearer to zero if it was. Comparable only between similar texts of one model.",
        minKPercent
      );
    },
    json: "exported"
  }
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricKey = keyof typeof metrics;

/** The keys of the metrics that are like this. */
export type KeysOf<Like> = {[Key in MetricKey]: (typeof metrics)[Key] extends Like ? Key : never}[MetricKey];

/** Every metric with its key, in the table's order. */
export const metricEntries = Object.entries(metrics) as readonly (readonly [MetricKey, Metric])[];

/** The values of the metrics of these scopes. */
export function metricValues<Scope extends Metric["scope"]>(
  sums: MetricSource,
  scopes: readonly Scope[]
): Record<KeysOf<{scope: Scope}>, number | null> {
  const wanted = metricEntries.filter(([, {scope}]) => scopes.some((one) => one === scope));
  return Object.fromEntries(wanted.map(([key, metric]) => [key, metric.of(sums)])) as ReturnType<
    typeof metricValues<Scope>
  >;
}

function crossEntropy({nats, scored}: ScoreSums): number | null {
  return ratio(nats, scored);
}

function perplexity(sums: ScoreSums): number | null {
  return exp(crossEntropy(sums));
}

/**
 * `exp(H)·sqrt((mean(v²) - H²)/(n - 1))`; null for fewer than two tokens. What the model holds impossible (v = ∞) makes the
 * perplexity and its error infinite.
 */
function standardError(sums: ScoreSums): number | null {
  const {scored, squaredDeviations} = sums;
  const value = perplexity(sums);
  if (value === null || scored < 2) return null;
  if (value === Number.POSITIVE_INFINITY) return value;
  return squaredDeviations === null ? null : value * Math.sqrt(squaredDeviations / scored / (scored - 1));
}

/** Null where one of them is not known, or there is nothing to divide by. */
function ratio(numerator: number | null, denominator: number | null): number | null {
  if (numerator === null || Number.isNaN(numerator) || denominator === null || denominator === 0) return null;
  return numerator / denominator;
}

function exp(value: number | null): number | null {
  return value === null ? null : Math.exp(value);
}
