import * as l10n from "@vscode/l10n";
import {runningBits, type Spans, spansOf} from "../../../src/metrics/alongText";
import {thresholdOf} from "../../../src/metrics/colourScale";
import {count, decimal, inBits, plural} from "../../../src/text/numberText";
import type {Colouring} from "../colouring";
import type {ShownText} from "../shownText";
import type {Axis, ChartOrReason, ChartTable, Series} from "./chart";

/** Rows of a table along the text. */
const tableRows = 50;

/** Two decimals of a token's bits; a text's many bits are whole. */
export const bitsAt = (value: number) =>
  inBits(value >= 1000 && Number.isFinite(value) ? count(Math.round(value)) : decimal(value, 2));

export const nothingScored = () => l10n.t("No token is scored yet.");

/** Surprisal along the text, with the entropy: one value a token, or a span's mean between its least and greatest. */
export function surprisalChart(text: ShownText, colouring: Colouring, width: number): ChartOrReason {
  const spans = spansOf(text.scored, width);
  const totals = runningBits(text.scored, 1);
  const scored = totals.scored.at(-1) ?? 0;
  if (scored === 0) return {reason: nothingScored()};
  const {bounds, min, mean, max, peaks, entropy} = spans;
  const isEach = bounds.length - 1 === text.count;
  const threshold = thresholdBits(colouring);
  const xs = Float64Array.from(mean, (_, span) => middleOf(bounds, span));
  const top = highest(isEach ? [max, entropy] : [max]);
  const series: Series[] = isEach
    ? []
    : [
        {ys: min, look: "range"},
        {ys: max, look: "range"}
      ];
  if (entropy) series.push({ys: entropy, look: "dashed"});
  if (threshold !== null) series.push({ys: mean.map(() => threshold), look: "dotted"});
  series.push({ys: mean, look: "solid"});
  return {
    title: l10n.t("Surprisal along the text"),
    sentence: surprisalSentence(text, totals.bits.at(-1) ?? 0, totals.expected?.at(-1) ?? null, scored, spans),
    x: tokenAxis(text),
    y: bitsAxis(l10n.t("Bits"), top),
    xs,
    series,
    hasRange: !isEach,
    legend: [
      isEach
        ? {look: "solid", label: l10n.t("surprisal")}
        : {
            look: "solid",
            label: l10n.t("surprisal, mean of up to {0} tokens", count(Math.ceil(text.count / xs.length)))
          },
      ...(isEach ? [] : [{look: "range", label: l10n.t("least to greatest")} as const]),
      ...(entropy ? [{look: "dashed", label: l10n.t("entropy")} as const] : []),
      ...(threshold === null ? [] : [{look: "dotted", label: l10n.t("threshold")} as const])
    ],
    describe: (step) => describeSpan(text, spans, step),
    tokenAt: (step) => peaks[step] ?? null,
    placeOf: (token) => token + 0.5,
    table: () => surprisalTable(text)
  };
}

/** Bits so far, beside the model's own expectation and a straight line to the end. */
export function cumulativeChart(text: ShownText, width: number): ChartOrReason {
  const {bounds, scored, bits, expected} = runningBits(text.scored, width);
  const tokens = scored.at(-1) ?? 0;
  if (tokens === 0) return {reason: nothingScored()};
  const total = bits.at(-1) ?? 0;
  const sentence = l10n.t(
    "{0}: {1} in all, {2} per token.",
    plural(tokens, "token"),
    bitsAt(total),
    bitsAt(total / tokens)
  );
  const describe = (step: number) =>
    l10n.t(
      "After {0}: {1}, {2} per token.",
      plural(bounds[step] ?? 0, "token"),
      bitsAt(bits[step] ?? 0),
      perToken(bits[step] ?? 0, scored[step] ?? 0)
    );
  const withExpected = (sentence: string, sum: number | undefined) =>
    sum === undefined ? sentence : `${sentence} ${l10n.t("The model’s entropy expects {0}.", bitsAt(sum))}`;
  return {
    title: l10n.t("Bits so far"),
    sentence: withExpected(sentence, expected?.at(-1)),
    x: tokenAxis(text),
    y: {...bitsAxis(l10n.t("Bits"), highest([bits, expected])), format: (value) => count(value)},
    xs: bounds,
    series: [
      {ys: scored.map((number) => (number / tokens) * total), look: "dotted"},
      ...(expected ? [{ys: expected, look: "dashed"} as const] : []),
      {ys: bits, look: "solid"}
    ],
    hasRange: false,
    legend: [
      {look: "solid", label: l10n.t("surprisal so far")},
      ...(expected ? [{look: "dashed", label: l10n.t("entropy so far")} as const] : []),
      {look: "dotted", label: l10n.t("at the text’s mean")}
    ],
    describe: (step) => withExpected(describe(step), expected?.[step]),
    tokenAt: (step) => Math.min(text.count - 1, bounds[step] ?? 0),
    placeOf: (token) => token,
    table: () => cumulativeTable(text)
  };
}

function surprisalSentence(
  text: ShownText,
  total: number,
  expected: number | null,
  scored: number,
  {max, peaks}: Spans
): string {
  const worst = max.reduce(
    (best, bits, span) => (bits > (max[best] ?? Number.NaN) || Number.isNaN(max[best]) ? span : best),
    0
  );
  const token = peaks[worst] ?? 0;
  const most = l10n.t(
    "The most surprising is token {0}, “{1}”, with {2}.",
    count(token + 1),
    text.label(token),
    bitsAt(max[worst] ?? 0)
  );
  const mean =
    expected === null
      ? l10n.t("{0} with {1} on average.", plural(scored, "token"), bitsAt(total / scored))
      : l10n.t(
          "{0} with {1} on average (entropy {2}).",
          plural(scored, "token"),
          bitsAt(total / scored),
          bitsAt(expected / scored)
        );
  return `${mean} ${most}`;
}

function describeSpan(text: ShownText, {bounds, min, mean, max, peaks, entropy}: Spans, step: number): string {
  const [from, to, token] = [bounds[step] ?? 0, bounds[step + 1] ?? 0, peaks[step] ?? 0];
  const known = mean[step] ?? Number.NaN;
  const expected = entropy?.[step] ?? Number.NaN;
  const place = to - from === 1 ? count(from + 1) : `${count(from + 1)}–${count(to)}`;
  if (Number.isNaN(known)) return l10n.t("Token {0}, “{1}”: not scored.", place, text.label(from));
  const sentences =
    to - from === 1
      ? [l10n.t("Token {0}, “{1}”: {2}.", place, text.label(token), bitsAt(known))]
      : [
          l10n.t(
            "Tokens {0}: {1} on average, {2} to {3}.",
            place,
            bitsAt(known),
            decimal(min[step] ?? 0, 2),
            bitsAt(max[step] ?? 0)
          ),
          l10n.t("The greatest is token {0}, “{1}”.", count(token + 1), text.label(token))
        ];
  return [...sentences, ...(Number.isNaN(expected) ? [] : [l10n.t("Entropy {0}.", bitsAt(expected))])].join(" ");
}

function surprisalTable(text: ShownText): ChartTable {
  const {bounds, min, mean, max, entropy} = spansOf(text.scored, tableRows);
  const cell = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? "–" : decimal(value, 2));
  const rows = Array.from(mean, (_, span) => [
    tokensText(bounds, span),
    ...[mean, min, max].map((numbers) => cell(numbers[span])),
    cell(entropy?.[span])
  ]);
  const head = [l10n.t("Tokens"), l10n.t("Mean, bits"), l10n.t("Least"), l10n.t("Greatest"), l10n.t("Entropy, bits")];
  return {head, rows};
}

function cumulativeTable(text: ShownText): ChartTable {
  const {bounds, scored, bits, expected} = runningBits(text.scored, tableRows);
  const rows = Array.from(bounds.subarray(1), (tokens, index) => [
    count(tokens),
    decimal(bits[index + 1] ?? 0, 2),
    expected ? decimal(expected[index + 1] ?? 0, 2) : "–",
    scored[index + 1] ? decimal((bits[index + 1] ?? 0) / (scored[index + 1] ?? 1), 2) : "–"
  ]);
  return {head: [l10n.t("Tokens"), l10n.t("Bits"), l10n.t("Entropy, bits"), l10n.t("Bits per token")], rows};
}

function perToken(bits: number, tokens: number): string {
  return tokens === 0 ? "–" : bitsAt(bits / tokens);
}

function tokensText(bounds: Uint32Array, span: number): string {
  const [from, to] = [bounds[span] ?? 0, bounds[span + 1] ?? 0];
  return to - from === 1 ? count(to) : `${count(from + 1)}–${count(to)}`;
}

function middleOf(bounds: Uint32Array, span: number): number {
  return ((bounds[span] ?? 0) + (bounds[span + 1] ?? 0)) / 2;
}

/** The threshold of the colours, where it is about surprisal. */
function thresholdBits({choice}: Colouring): number | null {
  if (choice.by === "surprisal") return thresholdOf(choice);
  return choice.by === "probability" ? -Math.log2(thresholdOf(choice)) : null;
}

function highest(all: readonly (Float64Array | null)[]): number {
  let most = 1;
  for (const numbers of all)
    for (const value of numbers ?? []) if (value > most && value < Number.POSITIVE_INFINITY) most = value;
  return most;
}

function bitsAxis(label: string, top: number): Axis {
  return {label, range: [0, top * 1.05], format: (value) => decimal(value, Number.isInteger(value) ? 0 : 1)};
}

function tokenAxis(text: ShownText): Axis {
  return {label: l10n.t("Token"), range: [0, text.count], format: (value) => count(value)};
}
