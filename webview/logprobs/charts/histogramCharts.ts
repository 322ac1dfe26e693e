import * as l10n from "@vscode/l10n";
import {
  type Bin,
  gltrBounds,
  gltrBucket,
  type Histogram,
  probabilityHistogram,
  rankHistogram,
  surprisalHistogram
} from "../../../src/metrics/histogram";
import {count, decimal, inBits, percent, percentText, plural} from "../../../src/text/numberText";
import type {ShownText} from "../shownText";
import {nothingScored} from "./alongCharts";
import type {Chart, ChartOrReason} from "./chart";
import {type Look, paintBox} from "./palette";

const shareText = (share: number) => percent(Math.log(share));

export function rankChart(text: ShownText): ChartOrReason {
  const histogram = rankHistogram(text.scored);
  if (!histogram) return {reason: l10n.t("Ranks are not known: this text was scored without them.")};
  const upTo = (rank: number) => shareOf(histogram, ({to}) => to <= rank);
  const label = ({from, to}: Bin) => (from === to ? count(from) : `${count(from)}–${count(to)}`);
  return histogramChart(text, histogram, {
    title: l10n.t("Ranks"),
    axis: l10n.t("Rank"),
    tickAxis: l10n.t("Rank, up to"),
    tick: ({to}) => count(to),
    label,
    sentence: l10n.t(
      "Of {0}, {1} have rank 1, {2} rank 10 or better, {3} rank 100 or better, {4} a rank beyond 1,000.",
      plural(histogram.total, "token"),
      upTo(1),
      upTo(10),
      upTo(100),
      shareOf(histogram, ({from}) => from > gltrBounds[2])
    ),
    look: ({from}) => `fill${gltrBucket(from)}` as Look,
    legend: gltrLegend(histogram)
  });
}

export function probabilityChart(text: ShownText): ChartOrReason {
  const histogram = probabilityHistogram(text.scored);
  return histogramChart(text, histogram, {
    title: l10n.t("Probabilities"),
    axis: l10n.t("Probability"),
    label: ({from, to}) => percentText(`${decimal(from * 100, 0)}–${decimal(to * 100, 0)}`),
    sentence: l10n.t(
      "Of {0}, {1} have a probability of 90 % or more, {2} of less than 10 %.",
      plural(histogram.total, "token"),
      shareOf(histogram, ({from}) => from >= 0.9),
      shareOf(histogram, ({to}) => to <= 0.1)
    )
  });
}

export function surprisalsChart(text: ShownText): ChartOrReason {
  const histogram = surprisalHistogram(text.scored);
  return histogramChart(text, histogram, {
    title: l10n.t("Surprisals"),
    axis: l10n.t("Surprisal, bits"),
    label: ({from, to}) => (Number.isFinite(to) ? `${count(from)}–${count(to)}` : `≥ ${count(from)}`),
    sentence: l10n.t(
      "Of {0}, {1} have less than 1 bit (a probability over 50 %), {2} have 10 bits or more.",
      plural(histogram.total, "token"),
      shareOf(histogram, ({from}) => from < 1),
      shareOf(histogram, ({from}) => from >= 10)
    ),
    unit: inBits
  });
}

interface Words {
  readonly title: string;
  readonly axis: string;
  readonly label: (bin: Bin) => string;
  /** What stands under a bar, and the axis's label for it: as above, if that is short. */
  readonly tick?: (bin: Bin) => string;
  readonly tickAxis?: string;
  readonly sentence: string;
  readonly unit?: (label: string) => string;
  readonly look?: (bin: Bin) => Look;
  readonly legend?: Chart["legend"];
}

function histogramChart(text: ShownText, histogram: Histogram, words: Words): ChartOrReason {
  const {bins, total, binOf} = histogram;
  if (total === 0) return {reason: nothingScored()};
  const {title, sentence, axis, label, tick = label, tickAxis = axis, look = () => "fill0", legend = []} = words;
  const shares = bins.map(({count}) => count / total);
  const nameOf = (step: number) => {
    const bin = bins[step];
    return bin ? (words.unit ?? ((name) => name))(label(bin)) : "";
  };
  return {
    title,
    sentence,
    x: {
      label: tickAxis,
      range: [-0.5, bins.length - 0.5],
      format: (value) => (bins[value] ? tick(bins[value]) : ""),
      labelled: bins.map((_, bin) => bin)
    },
    y: {label: l10n.t("Share of tokens"), range: [0, Math.max(...shares) * 1.05], format: axisShare},
    xs: shares.map((_, bin) => bin),
    series: [{ys: shares, look: null}],
    hasRange: false,
    legend,
    paint: (plot, palette, scale) => {
      const bottom = plot.valToPos(0, "y", true);
      for (const [bin, share] of shares.entries()) {
        const left = plot.valToPos(bin - 0.42, "x", true);
        const width = plot.valToPos(bin + 0.42, "x", true) - left;
        // One token of a million is seen too.
        const height = share === 0 ? 0 : Math.max(scale, bottom - plot.valToPos(share, "y", true));
        const box = [left, bottom - height, width, height].map(Math.round) as [number, number, number, number];
        paintBox(plot.ctx, bins[bin] ? look(bins[bin]) : "fill0", palette, box, scale);
      }
    },
    describe: (step) =>
      `${axis} ${nameOf(step)}: ${plural(bins[step]?.count ?? 0, "token")}, ${shareText(shares[step] ?? 0)}`,
    tokenAt: (step, after) => nextIn(text.count, binOf, step, after),
    table: () => ({
      head: [axis, l10n.t("Tokens"), l10n.t("Share of tokens")],
      rows: bins.map((bin, step) => [nameOf(step), count(bin.count), shareText(shares[step] ?? 0)])
    })
  };
}

/** The next token of a bin, from the beginning again after the last one. */
export function nextIn(tokens: number, binOf: (token: number) => number, bin: number, after: number): number | null {
  for (let step = 1; step <= tokens; step++) {
    const token = (after + step) % tokens;
    if (binOf(token) === bin) return token;
  }
  return null;
}

function shareOf({bins, total}: Histogram, holds: (bin: Bin) => boolean): string {
  return shareText(bins.filter(holds).reduce((sum, bin) => sum + bin.count, 0) / Math.max(1, total));
}

function axisShare(value: number): string {
  const share = Math.round(value * 1000) / 10;
  return percentText(decimal(share, Number.isInteger(share) ? 0 : 1));
}

/** The shares of GLTR's buckets, each with its bars' pattern. */
function gltrLegend(histogram: Histogram): Chart["legend"] {
  const ends = [...gltrBounds, Number.POSITIVE_INFINITY];
  return ends
    .map((end, bucket) => {
      const range = Number.isFinite(end)
        ? `${count((ends[bucket - 1] ?? 0) + 1)}–${count(end)}`
        : `> ${count(gltrBounds[2])}`;
      const share = shareOf(histogram, ({from}) => gltrBucket(from) === bucket);
      return {look: `fill${bucket}` as Look, label: `${range}: ${share}`};
    })
    .filter((_, bucket) => histogram.bins.some(({from}) => gltrBucket(from) === bucket));
}
