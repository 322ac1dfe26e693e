import * as l10n from "@vscode/l10n";
import {count, inBits, percentText, withDecimalSeparator} from "../text/numberText";
import type {ColourChoice, ColourMeasure} from "./colourChoice";

/**
 * Level of a token: 0 is within the threshold and has no colour, 1 to 4 are the steps beyond it, 4 the strongest. It is a part of
 * CSS classes (`level1`) and stands for one of the heatmap's theme colours.
 */
export type Level = 0 | 1 | 2 | 3 | 4;

/** The level of a token of which the measure is not known. */
export const unknownLevel = 5;

export const levels: readonly Level[] = [0, 1, 2, 3, 4];

export interface ColourScale {
  /** The threshold without a choice of the user. */
  readonly preset: number;
  /** Range of the threshold's slider. */
  readonly min: number;
  readonly max: number;
  /** True if low values are the surprising ones: a probability, or a share of the text. */
  readonly isLow: boolean;
  /** The four bounds at which levels 1 to 4 begin, as multiples of the threshold. */
  readonly multiples: readonly [1, number, number, number];
  /** How a bound is written. */
  readonly format: (value: number) => string;
}

/**
 * Probability: steps of ten. Surprisal, entropy, excess: bits. Rank: GLTR's steps (arXiv 1906.04043) below which 1 stands alone.
 * Relative: the share of the text's scored tokens that are at least as surprising. The presets leave most of an ordinary text without
 * colour, also under a small model (docs/decisions/views.md).
 */
export const colourScales: Readonly<Record<ColourMeasure, ColourScale>> = {
  probability: {preset: 0.001, min: 0.0001, max: 0.5, isLow: true, multiples: [1, 0.1, 0.01, 0.001], format: share},
  surprisal: {preset: 10, min: 0.5, max: 20, isLow: false, multiples: [1, 1.3, 1.6, 2], format: bitsOf},
  rank: {preset: 1, min: 1, max: 1000, isLow: false, multiples: [1, 10, 100, 1000], format: count},
  entropy: {preset: 6, min: 0.5, max: 16, isLow: false, multiples: [1, 4 / 3, 5 / 3, 2], format: bitsOf},
  excess: {preset: 3, min: 0.5, max: 16, isLow: false, multiples: [1, 1.5, 2.5, 4], format: bitsOf},
  relative: {preset: 0.2, min: 0.02, max: 0.5, isLow: true, multiples: [1, 0.5, 0.25, 0.05], format: share}
};

/** These have a scale of ratios: their slider goes by steps of a factor. */
const byRatio: ReadonlySet<ColourMeasure> = new Set(["probability", "rank", "relative"]);

/** Where a threshold is on its slider, 0 to 1. */
export function sliderPosition(by: ColourMeasure, threshold: number): number {
  const {min, max} = colourScales[by];
  if (byRatio.has(by)) return Math.log(threshold / min) / Math.log(max / min);
  return (threshold - min) / (max - min);
}

/** The threshold at a position of the slider, rounded to what its label can say. */
export function thresholdAt(by: ColourMeasure, position: number): number {
  const {min, max} = colourScales[by];
  if (by === "rank") return Math.round(min * (max / min) ** position);
  if (byRatio.has(by)) return Number((min * (max / min) ** position).toPrecision(2));
  return Math.round((min + (max - min) * position) * 10) / 10;
}

/** The threshold as its slider says it: "0.1 %", "10 bits". */
export function thresholdLabel(choice: ColourChoice): string {
  return withUnit(choice.by, colourScales[choice.by].format(thresholdOf(choice)));
}

function share(value: number): string {
  return percentText(withDecimalSeparator(String(Number((value * 100).toPrecision(2)))));
}

function bitsOf(value: number): string {
  return withDecimalSeparator(String(Number(value.toPrecision(3))));
}

/** N numbers of a text's tokens, nats; NaN and rank 0 where unscored, null where they were not computed. */
export interface ColouredNumbers {
  readonly logprobs: Float64Array;
  readonly ranks: Int32Array | null;
  readonly entropies: Float64Array | null;
}

/** The value of one token under a measure, in the measure's unit; NaN if it is unknown. Relative values need the whole text. */
export function measureOf(
  by: Exclude<ColourMeasure, "relative">,
  {logprobs, ranks, entropies}: ColouredNumbers,
  token: number
): number {
  const logprob = logprobs[token] ?? Number.NaN;
  switch (by) {
    case "probability":
      return Math.exp(logprob);
    case "surprisal":
      return (0 - logprob) / Math.LN2;
    case "rank":
      return ranks?.[token] || Number.NaN;
    case "entropy":
      return Number.isNaN(logprob) ? Number.NaN : (entropies?.[token] ?? Number.NaN) / Math.LN2;
    case "excess":
      return (0 - logprob - (entropies?.[token] ?? Number.NaN)) / Math.LN2;
  }
}

/** The threshold in use. A choice beyond the slider's range is cut to it. */
export function thresholdOf({by, threshold}: ColourChoice): number {
  const {preset, min, max} = colourScales[by];
  return threshold === null ? preset : Math.min(max, Math.max(min, threshold));
}

/** The four bounds at which levels 1 to 4 begin, in the measure's unit. */
export function levelBounds(choice: ColourChoice): readonly number[] {
  const threshold = thresholdOf(choice);
  return colourScales[choice.by].multiples.map((multiple) => threshold * multiple);
}

/** The level of a value: beyond how many of the bounds it is. A value on a bound is not beyond it. */
export function levelOf(by: ColourMeasure, bounds: readonly number[], value: number): number {
  if (Number.isNaN(value)) return unknownLevel;
  const {isLow} = colourScales[by];
  let level = 0;
  while (level < bounds.length && (isLow ? value < (bounds[level] ?? 0) : value > (bounds[level] ?? 0))) level++;
  return level;
}

/**
 * N levels of a text's tokens, 0 to 4, or {@link unknownLevel}. Relative: the most surprising 20 % of the scored tokens are beyond
 * a threshold of 0.2 (as many as fit in, so equal tokens at the bound are all within).
 */
export function levelsOf(choice: ColourChoice, numbers: ColouredNumbers): Uint8Array {
  const steps = levelsInSteps(choice, numbers);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link levelsOf}. Yields after some milliseconds' work. */
export function* levelsInSteps(choice: ColourChoice, numbers: ColouredNumbers): Generator<void, Uint8Array> {
  const find = yield* levelFinderInSteps(choice, numbers);
  const levels = new Uint8Array(numbers.logprobs.length);
  // Not Uint8Array.from(), which takes several times as long: a text can have millions of tokens.
  for (let token = 0; token < levels.length; token++) {
    levels[token] = find(token);
    if (token % stepSize === stepSize - 1) yield;
  }
  return levels;
}

/** Gives the level of one token. */
export type LevelFinder = (token: number) => number;

/**
 * Finds levels one by one, where only some are needed. Yields after some milliseconds' work: the bounds of `relative` need the
 * whole text. `whole` are the logprobs to which the numbers are relative, by default their own.
 */
export function* levelFinderInSteps(
  choice: ColourChoice,
  numbers: ColouredNumbers,
  whole = numbers.logprobs
): Generator<void, LevelFinder> {
  const {by} = choice;
  const bounds = levelBounds(choice);
  if (by !== "relative") return (token) => levelOf(by, bounds, measureOf(by, numbers, token));
  const cuts = yield* quantileCuts(whole, bounds);
  return (token) => levelOf(by, cuts, numbers.logprobs[token] ?? Number.NaN);
}

/** For each share, which descend: the logprob such that at most this share of the scored tokens is below it. */
function* quantileCuts(logprobs: Float64Array, shares: readonly number[]): Generator<void, number[]> {
  const values = yield* knownOf(logprobs);
  const cuts: number[] = [];
  let behind = values.length;
  for (const part of shares) {
    yield;
    const index = Math.floor(part * values.length);
    if (index < behind) yield* select(values, behind - 1, index);
    behind = Math.min(behind, index + 1);
    cuts.push(values[index] ?? Number.POSITIVE_INFINITY);
  }
  return cuts;
}

/** Tokens between two yields: below a millisecond's work. */
const stepSize = 1 << 14;

/** A copy without NaN. In steps, as `filter` takes half a second for a million. */
function* knownOf(logprobs: Float64Array): Generator<void, Float64Array> {
  const known = new Float64Array(logprobs.length);
  let count = 0;
  for (let token = 0; token < logprobs.length; token++) {
    const logprob = logprobs[token] ?? Number.NaN;
    if (!Number.isNaN(logprob)) known[count++] = logprob;
    if (token % stepSize === stepSize - 1) yield;
  }
  return known.subarray(0, count);
}

/** Puts the value that sorting up to `last` would put at `index` there, lower ones before it (Hoare's quickselect). */
function* select(values: Float64Array, last: number, index: number): Generator<void, void> {
  let [low, high] = [0, last];
  while (low < high) {
    const pivot = values[(low + high) >>> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const value = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = value;
    }
    if (index <= j) high = j;
    else if (index >= i) low = i;
    else return;
    yield;
  }
}

/** Whether the measure needs more of a token than its logprob. */
export function needsDetail(by: ColourMeasure): boolean {
  return by === "rank" || by === "entropy" || by === "excess";
}

/** The measure's name in the user's language. */
export function measureLabel(by: ColourMeasure): string {
  return {
    probability: () => l10n.t("Probability"),
    surprisal: () => l10n.t("Surprisal"),
    rank: () => l10n.t("Rank"),
    entropy: () => l10n.t("Entropy"),
    excess: () => l10n.t("Excess surprisal"),
    relative: () => l10n.t("Relative to this text")
  }[by]();
}

/** "< 1 %", "> 6 bits", "top 20 %": what is beyond the threshold. */
export function beyondLabel(choice: ColourChoice): string {
  const {isLow, format} = colourScales[choice.by];
  const bound = format(thresholdOf(choice));
  return choice.by === "relative" ? l10n.t("top {0}", bound) : withUnit(choice.by, `${isLow ? "<" : ">"} ${bound}`);
}

/** "≥ 1 %", "0.1–1 %", "< 0.001 %": the values of a level, or "not known". */
export function levelLabel(choice: ColourChoice, level: number): string {
  const {by} = choice;
  if (level === unknownLevel) return l10n.t("not known");
  const {isLow, format} = colourScales[by];
  const bounds = levelBounds(choice).map(format);
  const unit = (text: string) => withUnit(by, text);
  const first = bounds[level - 1];
  const next = bounds[level];
  if (by === "relative" && first === undefined) return l10n.t("the rest");
  if (by === "relative") return l10n.t("top {0}", first ?? "");
  if (first === undefined) return unit(`${isLow ? "≥" : "≤"} ${next}`);
  if (next === undefined) return unit(`${isLow ? "<" : ">"} ${first}`);
  return unit(isLow ? `${next}–${first}` : `${first}–${next}`);
}

/** "≥ 0.1 %", "< 0.01 %", "> 13": a level by its nearest bound, where there is no room for {@link levelLabel}. */
export function shortLevelLabel(choice: ColourChoice, level: number): string {
  const {by} = choice;
  if (level === unknownLevel) return "?";
  const {isLow, format} = colourScales[by];
  const bound = levelBounds(choice)[Math.max(0, level - 1)];
  if (by === "relative" || bound === undefined) return levelLabel(choice, level);
  if (level === 0) return `${isLow ? "≥" : "≤"} ${format(bound)}`;
  return `${isLow ? "<" : ">"} ${format(bound)}`;
}

function withUnit(by: ColourMeasure, text: string): string {
  return by === "surprisal" || by === "entropy" || by === "excess" ? inBits(text) : text;
}
