import type uPlot from "uplot";
import type {Look, Palette} from "./palette";

/** A chart's data and words; plot.ts draws it. */
export interface Chart {
  readonly title: string;
  /** The text alternative: a sentence with the main numbers. */
  readonly sentence: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Ascending. The cursor steps from one to the next. */
  readonly xs: ArrayLike<number>;
  readonly series: readonly Series[];
  /** The area between the first two series, which have no lines. */
  readonly hasRange: boolean;
  /** Draws what is no line: bars, points. Canvas pixels; `scale` of them are a CSS pixel. */
  readonly paint?: (plot: uPlot, palette: Palette, scale: number) => void;
  readonly legend: readonly {readonly look: Look; readonly label: string}[];
  /** What is at a step, in words. */
  readonly describe: (step: number) => string;
  /** The token that a step leads to. `after`: the one that it led to last, where it can lead to several. */
  readonly tokenAt: (step: number, after: number) => number | null;
  /** The x axis is the text: a token's place on it. */
  readonly placeOf?: (token: number) => number;
  readonly table: () => ChartTable;
}

export interface Axis {
  readonly label: string;
  readonly range: readonly [number, number];
  readonly format: (value: number) => string;
  /** Where labels are; without it, at round numbers. */
  readonly labelled?: readonly number[];
}

export interface Series {
  readonly ys: ArrayLike<number>;
  /** Null: drawn by `paint`. */
  readonly look: Look | null;
}

export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Why there is no chart, or the chart. */
export type ChartOrReason = Chart | {readonly reason: string};
