import uPlot from "uplot";
import type {Axis, Chart} from "./chart";
import {colourOf, dashOf, type Palette} from "./palette";

export interface PlotOptions {
  readonly chart: Chart;
  /** Read at each drawing: the theme may have changed. */
  readonly palette: () => Palette;
  readonly width: number;
  readonly height: number;
  /** 1 on screen. In a picture: by how much lines and letters are larger than on screen. */
  readonly scale: number;
  readonly onCursor?: (step: number | null) => void;
  readonly onDrawn?: () => void;
}

/** Makes a plot. What is as wide as the letters, and the lines, grow with `scale`. */
export function makePlot(options: PlotOptions): uPlot {
  const {chart, palette, width, height, scale, onCursor, onDrawn} = options;
  const isSmall = height < 130 * scale;
  // Half of the last number under the x axis stands to the right of the plot.
  const lastLabel = chart.x.labelled ? 0 : chart.x.format(chart.x.range[1]).length * palette().fontSize * 0.31;
  return new uPlot(
    {
      width,
      height,
      legend: {show: false},
      padding: [6 * scale, Math.max(10, lastLabel) * scale, isSmall ? 2 * scale : 0, 0],
      cursor: {
        y: false,
        drag: {x: false, y: false, setScale: false},
        points: {show: false}
      },
      scales: {
        x: {time: false, range: [...chart.x.range]},
        y: {range: [...chart.y.range]}
      },
      axes: [xAxis(options, isSmall), yAxis(options, isSmall)],
      series: [
        {},
        ...chart.series.map(({look}) => ({
          width: look === null || look === "range" ? 0 : 1.5 * scale,
          stroke: () => colourOf(look ?? "solid", palette()),
          dash: dashOf(look ?? "solid").map((part) => part * scale),
          points: {show: look === "solid" && chart.xs.length === 1},
          ...(look === null ? {paths: () => null} : {})
        }))
      ],
      bands: chart.hasRange ? [{series: [2, 1], fill: () => palette().range}] : [],
      hooks: {
        draw: [(plot) => chart.paint?.(plot, palette(), uPlot.pxRatio * scale)],
        setCursor: [({cursor}) => onCursor?.(cursor.idx ?? null)],
        ready: [() => onDrawn?.()]
      }
    },
    plotData(chart)
  );
}

/** What has no place on the scale becomes a gap, or the plot's upper edge if it is infinite. */
function plotData(chart: Chart): uPlot.AlignedData {
  const top = chart.y.range[1];
  const drawable = (ys: ArrayLike<number>) => Array.from(ys, (y) => (Number.isNaN(y) ? null : Math.min(y, top)));
  return [Array.from(chart.xs), ...chart.series.map(({ys}) => drawable(ys))];
}

function xAxis({chart, palette, scale}: PlotOptions, isSmall: boolean): uPlot.Axis {
  const {fontSize} = palette();
  const labels = chart.x.labelled?.map(chart.x.format) ?? [];
  const widest = labels.reduce((most, label) => Math.max(most, label.length), 6) * fontSize * 0.6 * scale;
  return {
    ...axis(chart.x, palette, scale),
    ...(isSmall ? {} : {label: chart.x.label, labelSize: 15 * scale, labelGap: 0}),
    size: 20 * scale,
    space: widest + 14 * scale,
    grid: {show: false},
    ...(chart.x.labelled
      ? {
          splits: ({bbox}) => {
            const all = chart.x.labelled ?? [];
            const fitting = Math.max(1, bbox.width / uPlot.pxRatio / (widest + 8 * scale));
            const step = Math.ceil(all.length / fitting);
            return all.filter((_, index) => index % step === 0);
          }
        }
      : {})
  };
}

function yAxis({chart, palette, scale}: PlotOptions, isSmall: boolean): uPlot.Axis {
  const {fontSize} = palette();
  return {
    ...axis(chart.y, palette, scale),
    ...(isSmall ? {} : {label: chart.y.label, labelSize: 16 * scale, labelGap: 0}),
    space: 26 * scale,
    size: (_, labels) =>
      Math.max(...(labels ?? [""]).map((label) => label.length)) * fontSize * 0.62 * scale + 14 * scale,
    grid: {stroke: () => palette().grid, width: scale}
  };
}

function axis({format}: Axis, palette: () => Palette, scale: number): uPlot.Axis {
  const {font, fontSize} = palette();
  return {
    font: `${fontSize * scale}px ${font}`,
    labelFont: `${fontSize * scale}px ${font}`,
    stroke: () => palette().text,
    gap: 3 * scale,
    ticks: {stroke: () => palette().grid, width: scale, size: 4 * scale},
    values: (_, splits) => splits.map((split) => format(split))
  };
}
