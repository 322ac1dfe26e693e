import "uplot/dist/uPlot.min.css";
import "./charts.css";
import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import type uPlot from "uplot";
import {choice} from "../../ui/controls";
import {type IconName, icon} from "../../ui/icons";
import type {Colouring} from "../colouring";
import type {ShownText} from "../shownText";
import {cumulativeChart, surprisalChart} from "./alongCharts";
import {calibrationChart} from "./calibrationChart";
import type {Chart, ChartOrReason, ChartTable} from "./chart";
import {probabilityChart, rankChart, surprisalsChart} from "./histogramCharts";
import {type Palette, paintBox, readPalette} from "./palette";
import {pictureOf} from "./picture";
import {makePlot} from "./plot";

/** Also a part of the names of pictures' files. */
export const chartNames = ["surprisal", "ranks", "probabilities", "surprisals", "cumulative", "calibration"] as const;

export type ChartName = (typeof chartNames)[number];

export interface ChartsEvents {
  /** The text is to be shown from a token on. */
  onGo(token: number): void;
  onSave(name: string, png: Uint8Array): void;
}

/** The least time between two drawings while scores arrive (ms). */
const updatePause = 500;

/** A chart has at most so many values from left to right: more than a window is wide. */
const maxSteps = 4000;

/** What the y axis takes of the width, about (CSS pixels). */
const axisWidth = 55;

/** Steps that Page Up and Page Down go, as a share of all. */
const pageShare = 0.1;

/** Charts of the text on show. Nothing is computed until they are on screen. */
export class Charts {
  private readonly bar = document.createElement("div");
  private readonly plotArea = document.createElement("div");
  private readonly below = document.createElement("div");
  /** The part of the text that is on screen, over the plot. */
  private readonly shownPart = document.createElement("div");
  private name: ChartName = "surprisal";
  private asTable = false;
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  /** Null: to be made. */
  private chart: ChartOrReason | null = null;
  private chartWidth = 0;
  private plot: uPlot | null = null;
  private palette: Palette | null = null;
  private shown: readonly [number, number] | null = null;
  private step: number | null = null;
  /** The token that was gone to last. */
  private went = -1;
  private drawing: number | null = null;
  private updating: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly events: ChartsEvents
  ) {
    element.classList.add("charts");
    this.bar.className = "charts-bar";
    this.plotArea.className = "charts-plot";
    this.below.className = "charts-below";
    this.shownPart.className = "charts-shown";
    element.append(this.bar, this.plotArea, this.below);
    this.plotArea.addEventListener("keydown", (event) => this.key(event));
    this.plotArea.addEventListener("blur", () => this.look(null));
    new ResizeObserver(() => this.resize()).observe(this.plotArea);
  }

  /** Another text, or other colours, whose threshold the chart of surprisal has. */
  show(text: ShownText, colouring: Colouring): void {
    if (text !== this.text) {
      this.went = -1;
      this.step = null;
      this.shown = null;
    }
    this.text = text;
    this.colouring = colouring;
    this.chart = null;
    this.drawSoon();
  }

  /** Scores of the text on show have arrived. */
  update(): void {
    this.updating ??= setTimeout(() => {
      this.updating = undefined;
      this.chart = null;
      this.drawSoon();
    }, updatePause);
  }

  /** The text from `first` to `last` is on screen. */
  visible(first: number, last: number): void {
    this.shown = [first, last];
    this.placeShownPart();
  }

  resize(): void {
    this.drawSoon();
  }

  /** The theme has changed. */
  redraw(): void {
    this.palette = null;
    this.drawSoon();
  }

  private drawSoon(): void {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.draw();
    });
  }

  /** Draws what is on screen, and nothing while it is not. */
  private draw(): void {
    const {text, colouring, element} = this;
    if (!text || !colouring || element.clientWidth === 0) return;
    this.palette ??= readPalette(element);
    const width = Math.min(maxSteps, Math.max(1, this.plotArea.clientWidth - axisWidth));
    // The walk over a long text takes longer than all drawing: a plot that only changes its height keeps its numbers.
    if (this.chart === null || width !== this.chartWidth) this.chart = makeChart(this.name, text, colouring, width);
    this.chartWidth = width;
    this.drawBar();
    this.drawPlot();
    this.drawBelow();
  }

  private drawBar(): void {
    const chart = chartOf(this.chart);
    render(
      html`${choice({
        label: l10n.t("Chart"),
        value: this.name,
        options: chartNames.map((name) => [name, labelOf(name)] as const),
        onChange: (name) => this.choose(name)
      })}
      ${this.button("table", l10n.t("Table"), () => this.toggleTable(), this.asTable)}
      ${this.button("save", l10n.t("Save picture"), () => void this.save())}
      ${chart && chart.legend.length > 0 ? this.legend(chart) : nothing}`,
      this.bar
    );
    if (!chart || !this.palette) return;
    for (const [index, canvas] of this.bar.querySelectorAll("canvas").entries())
      drawSample(canvas, chart.legend[index]?.look ?? "solid", this.palette);
  }

  /** In a narrow dock, the icon stands for the label. */
  private button(name: IconName, label: string, onClick: () => void, isPressed?: boolean): TemplateResult {
    return html`<button
      type="button"
      class="charts-button"
      title=${label}
      aria-label=${label}
      aria-pressed=${isPressed ?? nothing}
      ?disabled=${chartOf(this.chart) === null}
      @click=${onClick}
    >${icon(name)}<span class="charts-button-label">${label}</span></button>`;
  }

  private legend(chart: Chart): TemplateResult {
    return html`<ul class="charts-legend" aria-label=${l10n.t("Legend")}>
      ${chart.legend.map(({label}) => html`<li><canvas aria-hidden="true"></canvas>${label}</li>`)}
    </ul>`;
  }

  private drawPlot(): void {
    const chart = chartOf(this.chart);
    this.plot?.destroy();
    this.plot = null;
    this.element.classList.toggle("as-table", this.asTable && chart !== null);
    if (!chart || this.asTable) {
      this.nameSlider(null);
      return;
    }
    const {clientWidth: width, clientHeight: height} = this.plotArea;
    if (width === 0 || height === 0) return;
    const plot = makePlot({
      chart,
      palette: () => this.palette ?? readPalette(this.element),
      width,
      height,
      scale: 1,
      onCursor: (step) => this.look(step),
      onDrawn: () => this.placeShownPart()
    });
    this.plot = plot;
    plot.over.append(this.shownPart);
    this.listenToPointer(plot);
    this.plotArea.append(plot.root);
    this.nameSlider(chart);
    if (this.step !== null) this.moveCursor(this.step);
  }

  private listenToPointer({over}: uPlot): void {
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      this.goToPointer(event);
    });
    over.addEventListener("pointermove", (event) => {
      // A drag scrolls along the text; over other charts it would jump from token to token.
      if (over.hasPointerCapture(event.pointerId) && chartOf(this.chart)?.placeOf) this.goToPointer(event);
    });
  }

  private goToPointer({clientX}: PointerEvent): void {
    const {plot} = this;
    if (plot) this.go(plot.posToIdx(clientX - plot.over.getBoundingClientRect().left));
  }

  private go(step: number): void {
    const token = chartOf(this.chart)?.tokenAt(step, this.went) ?? null;
    if (token === null) return;
    this.went = token;
    this.events.onGo(token);
  }

  /** A slider is what screen readers move along and hear values from. */
  private nameSlider(chart: Chart | null): void {
    const {plotArea} = this;
    const attributes = {
      role: "slider",
      tabindex: "0",
      "aria-label": chart?.title,
      "aria-orientation": "horizontal",
      "aria-valuemin": "1",
      "aria-valuemax": String(chart?.xs.length ?? 1)
    };
    for (const [name, value] of Object.entries(attributes)) {
      if (chart && value !== undefined) plotArea.setAttribute(name, value);
      else plotArea.removeAttribute(name);
    }
    this.sayValue(chart);
  }

  private sayValue(chart: Chart | null): void {
    const {plotArea, step} = this;
    if (!chart) {
      plotArea.removeAttribute("aria-valuenow");
      plotArea.removeAttribute("aria-valuetext");
      return;
    }
    plotArea.setAttribute("aria-valuenow", String((step ?? 0) + 1));
    plotArea.setAttribute("aria-valuetext", step === null ? chart.sentence : chart.describe(step));
  }

  /** The cursor is on a step; null: nowhere. */
  private look(step: number | null): void {
    const chart = chartOf(this.chart);
    if (!chart || step === this.step) return;
    this.step = step;
    this.sayValue(chart);
    this.drawBelow();
  }

  private moveCursor(step: number): void {
    const chart = chartOf(this.chart);
    const {plot} = this;
    if (!chart || !plot) return;
    const to = Math.min(chart.xs.length - 1, Math.max(0, step));
    // In the middle of the plot's height: a place outside of it hides the cursor.
    plot.setCursor({left: plot.valToPos(chart.xs[to] ?? 0, "x"), top: plot.over.clientHeight / 2}, false);
    this.look(to);
  }

  private key(event: KeyboardEvent): void {
    const chart = chartOf(this.chart);
    if (!chart || this.asTable || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = chart.xs.length - 1;
    const page = Math.max(1, Math.round(last * pageShare));
    const from = this.step ?? (event.key === "ArrowLeft" ? last + 1 : -1);
    const to = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageUp: from + page,
      PageDown: from - page,
      Home: 0,
      End: last
    }[event.key];
    if (to !== undefined) this.moveCursor(to);
    else if ((event.key === "Enter" || event.key === " ") && this.step !== null) this.go(this.step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private drawBelow(): void {
    const {chart: found, text} = this;
    const chart = chartOf(found);
    if (!found || !text) return;
    if (!chart) return void render(html`<p>${"reason" in found ? found.reason : nothing}</p>`, this.below);
    if (this.asTable)
      return void render(html`<p>${chart.sentence}</p>${table(chart.title, chart.table())}`, this.below);
    const {step} = this;
    render(
      html`<p class=${step === null ? "sentence" : "readout"}>${step === null ? chart.sentence : chart.describe(step)}</p>`,
      this.below
    );
  }

  private placeShownPart(): void {
    const {plot, shown, shownPart, text} = this;
    const placeOf = chartOf(this.chart)?.placeOf;
    shownPart.hidden = !plot || !shown || !placeOf || !text;
    if (!plot || !shown || !placeOf || !text) return;
    const left = Math.max(0, plot.valToPos(shown[0], "x"));
    const right = Math.min(plot.over.clientWidth, plot.valToPos(shown[1] + 1, "x"));
    // Of a long text it would be too narrow to be seen.
    const width = Math.max(4, right - left);
    shownPart.style.left = `${Math.min(left, plot.over.clientWidth - width)}px`;
    shownPart.style.width = `${width}px`;
  }

  private choose(name: ChartName): void {
    this.name = name;
    this.chart = null;
    this.step = null;
    this.went = -1;
    this.draw();
  }

  private toggleTable(): void {
    this.asTable = !this.asTable;
    this.step = null;
    this.draw();
  }

  private async save(): Promise<void> {
    const chart = chartOf(this.chart);
    if (!chart || !this.palette) return;
    const {clientWidth, clientHeight} = this.element;
    // A picture is for a page: it is not as flat as the dock may be.
    const width = Math.max(480, clientWidth);
    this.events.onSave(this.name, await pictureOf(chart, this.palette, width, Math.max(width / 2, clientHeight)));
  }
}

function makeChart(name: ChartName, text: ShownText, colouring: Colouring, width: number): ChartOrReason {
  switch (name) {
    case "surprisal":
      return surprisalChart(text, colouring, width);
    case "ranks":
      return rankChart(text);
    case "probabilities":
      return probabilityChart(text);
    case "surprisals":
      return surprisalsChart(text);
    case "cumulative":
      return cumulativeChart(text, width);
    case "calibration":
      return calibrationChart(text);
  }
}

function labelOf(name: ChartName): string {
  return {
    surprisal: () => l10n.t("Surprisal along the text"),
    ranks: () => l10n.t("Ranks"),
    probabilities: () => l10n.t("Probabilities"),
    surprisals: () => l10n.t("Surprisals"),
    cumulative: () => l10n.t("Bits so far"),
    calibration: () => l10n.t("Calibration")
  }[name]();
}

function chartOf(found: ChartOrReason | null): Chart | null {
  return found && !("reason" in found) ? found : null;
}

function table(title: string, {head, rows}: ChartTable): TemplateResult {
  return html`<div class="wide charts-table" tabindex="0" role="region" aria-label=${title}>
    <table>
      <caption class="spoken-only">${title}</caption>
      <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map(
        ([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`
      )}</tbody>
    </table>
  </div>`;
}

/** A canvas as sharp as the screen. */
function drawSample(canvas: HTMLCanvasElement, look: Chart["legend"][number]["look"], palette: Palette): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(18 * ratio);
  canvas.height = Math.round(9 * ratio);
  const context = canvas.getContext("2d");
  if (context) paintBox(context, look, palette, [0, 0, canvas.width, canvas.height], ratio);
}
