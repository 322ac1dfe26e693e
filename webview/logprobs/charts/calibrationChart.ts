import * as l10n from "@vscode/l10n";
import type uPlot from "uplot";
import {type Calibration, type CalibrationBin, calibration} from "../../../src/metrics/calibration";
import {count, decimal, inBits, plural} from "../../../src/text/numberText";
import type {ShownText} from "../shownText";
import {bitsAt} from "./alongCharts";
import type {ChartOrReason} from "./chart";
import {nextIn} from "./histogramCharts";
import {type Palette, paintDot} from "./palette";

/** Half of a 95 % interval, in standard errors. */
const standardErrors = 1.96;

/** Surprisal against entropy (docs/metrics.md, "Calibration"). */
export function calibrationChart(text: ShownText): ChartOrReason {
  const found = calibration(text.scored);
  if (!found) return {reason: l10n.t("Entropies are not known: this text was scored without them.")};
  const {bins} = found;
  const finite = bins.flatMap(({entropy, surprisal}) => [entropy, surprisal].filter(Number.isFinite));
  const top = Math.max(1, ...finite) * 1.1;
  const axis = {range: [0, top] as const, format: (value: number) => decimal(value, Number.isInteger(value) ? 0 : 1)};
  return {
    title: l10n.t("Calibration"),
    sentence: sentenceOf(found),
    x: {...axis, label: l10n.t("Expected: entropy, bits")},
    y: {...axis, label: l10n.t("Surprisal, bits")},
    xs: bins.map(({entropy}) => entropy),
    series: [{ys: bins.map(({surprisal}) => surprisal), look: null}],
    hasRange: false,
    legend: [
      {look: "dot", label: l10n.t("mean of a bin, with its 95 % interval")},
      {look: "dotted", label: l10n.t("calibrated")},
      {look: "range", label: l10n.t("share of tokens")}
    ],
    paint: (plot, palette, scale) => paint(plot, palette, scale, found, top),
    describe: (step) => (bins[step] ? describe(bins[step]) : ""),
    tokenAt: (step, after) => nextIn(text.count, found.binOf, step, after),
    table: () => ({
      head: [
        l10n.t("Entropy, bits"),
        l10n.t("Tokens"),
        l10n.t("Mean entropy"),
        l10n.t("Mean surprisal"),
        l10n.t("Difference"),
        l10n.t("Standard error")
      ],
      rows: bins.map((bin) => [
        `${count(bin.from)}–${count(bin.to)}`,
        count(bin.tokens),
        decimal(bin.entropy, 2),
        decimal(bin.surprisal, 2),
        signed(bin.excess),
        errorOf(bin)
      ])
    })
  };
}

function sentenceOf({all, gap}: Calibration): string {
  const sentence =
    all.excess < 0
      ? l10n.t(
          "Surprisal is {0} on average and entropy {1}: the model is less surprised than it expects, by {2} (± {3}).",
          bitsAt(all.surprisal),
          bitsAt(all.entropy),
          bitsAt(-all.excess),
          errorOf(all)
        )
      : l10n.t(
          "Surprisal is {0} on average and entropy {1}: the model is more surprised than it expects, by {2} (± {3}).",
          bitsAt(all.surprisal),
          bitsAt(all.entropy),
          bitsAt(all.excess),
          errorOf(all)
        );
  return `${sentence} ${l10n.t("Mean distance of the bins: {0}.", bitsAt(gap))}`;
}

function describe(bin: CalibrationBin): string {
  return l10n.t(
    "Entropy {0}, {1}: {2} expected, {3} found, difference {4} (± {5}).",
    inBits(`${count(bin.from)}–${count(bin.to)}`),
    plural(bin.tokens, "token"),
    bitsAt(bin.entropy),
    bitsAt(bin.surprisal),
    signed(bin.excess),
    errorOf(bin)
  );
}

function errorOf({error}: {readonly error: number}): string {
  return Number.isNaN(error) ? "–" : decimal(error, 2);
}

function signed(value: number): string {
  const size = decimal(Math.abs(value), 2);
  return value < 0 ? `−${size}` : `+${size}`;
}

/** Tokens of each bin as columns at the bottom, the diagonal of a calibrated model, and the means with their intervals. */
function paint(plot: uPlot, palette: Palette, scale: number, {bins, all}: Calibration, top: number): void {
  const {ctx} = plot;
  const x = (value: number) => plot.valToPos(value, "x", true);
  const y = (value: number) => plot.valToPos(value, "y", true);
  ctx.save();
  ctx.fillStyle = palette.range;
  const most = Math.max(...bins.map(({tokens}) => tokens));
  for (const {from, to, tokens} of bins) {
    const height = (y(0) - y(top)) * 0.3 * (tokens / most);
    ctx.fillRect(x(from) + scale, y(0) - height, x(Math.min(top, to)) - x(from) - 2 * scale, height);
  }
  ctx.strokeStyle = palette.muted;
  ctx.lineWidth = 1.5 * scale;
  ctx.setLineDash([2 * scale, 3 * scale]);
  line(ctx, x(0), y(0), x(top), y(top));
  ctx.setLineDash([]);
  ctx.strokeStyle = palette.first;
  ctx.fillStyle = palette.first;
  for (const bin of all.tokens > 0 ? bins : []) {
    if (!Number.isFinite(bin.surprisal)) continue;
    const reach = Number.isFinite(bin.error) ? standardErrors * bin.error : 0;
    const ends = [bin.surprisal - reach, bin.surprisal + reach].map((end) => y(Math.min(top, Math.max(0, end))));
    line(ctx, x(bin.entropy), ends[0] ?? 0, x(bin.entropy), ends[1] ?? 0);
    paintDot(ctx, x(bin.entropy), y(bin.surprisal), scale);
  }
  ctx.restore();
}

function line(context: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
