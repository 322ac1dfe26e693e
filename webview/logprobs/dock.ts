import * as l10n from "@vscode/l10n";
import {html, render} from "lit";
import type {Layout} from "../../src/features/logprobs/protocol";
import {iconButton} from "../ui/controls";
import {type DockPlace, dockPlace, dockSize, maxSize, minSize, type Window} from "./layout";

export interface DockElements {
  readonly head: HTMLElement;
  readonly splitter: HTMLElement;
  readonly dock: HTMLElement;
  readonly tabs: HTMLElement;
  readonly tokenPanel: HTMLElement;
  readonly charts: HTMLElement;
}

export interface DockEvents {
  /** The user chose another tab, or moved the splitter. */
  readonly onChange: (layout: Layout) => void;
  /** The dock has another place or size. */
  readonly onArranged: () => void;
}

/** Below this height of the window (pixels), charts that lie over the text have their controls in one row with the tabs. */
const low = 480;

/** Pixels that an arrow key moves the splitter. */
const step = 16;

/** The side or bottom of the view, with the token's card and the charts as two tabs, behind a splitter. */
export class Dock {
  private place: DockPlace = "none";
  private layout: Layout;
  private observed: ResizeObserver | null = null;

  constructor(
    private readonly elements: DockElements,
    layout: Layout,
    private readonly events: DockEvents
  ) {
    this.layout = layout;
    const {splitter, head, dock, tokenPanel, charts} = elements;
    dock.setAttribute("aria-label", l10n.t("Token and charts"));
    for (const panel of [tokenPanel, charts]) panel.setAttribute("role", "tabpanel");
    tokenPanel.setAttribute("aria-labelledby", "tab-token");
    charts.setAttribute("aria-labelledby", "tab-charts");
    splitter.tabIndex = 0;
    splitter.setAttribute("role", "separator");
    splitter.setAttribute("aria-controls", dock.id);
    splitter.setAttribute("aria-label", l10n.t("Size of the card"));
    splitter.addEventListener("pointerdown", (event) => this.grab(event));
    splitter.addEventListener("pointermove", (event) => this.drag(event));
    splitter.addEventListener("keydown", (event) => this.key(event));
    splitter.addEventListener("dblclick", () => this.resize(null));
    this.observed = new ResizeObserver(() => this.arrange());
    this.observed.observe(document.documentElement);
    this.observed.observe(head);
  }

  /** Whether the token's card has no place in the dock. */
  get cardFloats(): boolean {
    return this.place === "none" || this.layout.tab === "charts";
  }

  get showsCharts(): boolean {
    return this.layout.tab === "charts";
  }

  arrange(layout: Layout = this.layout): void {
    this.layout = layout;
    const {dock, splitter, tokenPanel, charts} = this.elements;
    const isCharts = layout.tab === "charts";
    const window = this.window();
    this.place = dockPlace(layout.place, isCharts, window);
    document.body.dataset["dock"] = this.place;
    const isFlat = this.place === "bottom" || (this.place === "none" && window.height < low);
    document.body.dataset["chartsBar"] = isFlat ? "tabs" : "charts";
    tokenPanel.hidden = isCharts;
    charts.hidden = !isCharts;
    // The charts can't float. Where there is no room for a dock, they lie over the text.
    dock.hidden = this.place === "none" && !isCharts;
    splitter.hidden = this.place === "none";
    if (this.place !== "none") this.setSize(this.place, window);
    this.drawTabs(isCharts);
    this.events.onArranged();
  }

  private setSize(place: "side" | "bottom", window: Window): void {
    const {splitter} = this.elements;
    const size = dockSize(place, place === "side" ? this.layout.sideSize : this.layout.bottomSize, window);
    document.body.style.setProperty("--dock-size", `${size}px`);
    splitter.setAttribute("aria-orientation", place === "side" ? "vertical" : "horizontal");
    splitter.setAttribute("aria-valuemin", String(minSize(place)));
    splitter.setAttribute("aria-valuemax", String(maxSize(place, window)));
    splitter.setAttribute("aria-valuenow", String(size));
  }

  private drawTabs(isCharts: boolean): void {
    const tab = (id: Layout["tab"], label: string) => html`<button
      type="button" role="tab" id=${`tab-${id}`} class="tab"
      aria-selected=${id === this.layout.tab}
      aria-controls=${id === "token" ? this.elements.tokenPanel.id : this.elements.charts.id}
      tabindex=${id === this.layout.tab ? 0 : -1}
      @click=${() => this.choose(id)}
      @keydown=${(event: KeyboardEvent) => this.tabKey(event)}
    >${label}</button>`;
    render(
      html`<div role="tablist" class="tab-list" aria-label=${l10n.t("Token and charts")}>
          ${tab("token", l10n.t("Token"))}${tab("charts", l10n.t("Charts"))}
        </div>
        ${isCharts ? iconButton({icon: "close", label: l10n.t("Close Charts"), onClick: () => this.choose("token")}) : ""}`,
      this.elements.tabs
    );
  }

  private choose(tab: Layout["tab"]): void {
    if (tab !== this.layout.tab) this.events.onChange({...this.layout, tab});
  }

  private tabKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    this.choose(this.layout.tab === "token" ? "charts" : "token");
    this.elements.tabs.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }

  private grab(event: PointerEvent): void {
    this.elements.splitter.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.elements.splitter.focus();
  }

  private drag({clientX, clientY, pointerId}: PointerEvent): void {
    if (!this.elements.splitter.hasPointerCapture(pointerId)) return;
    const {width, height} = this.window();
    this.resize(this.place === "side" ? width - clientX : height - clientY);
  }

  private key(event: KeyboardEvent): void {
    const {place} = this;
    if (place === "none") return;
    const now = Number(this.elements.splitter.getAttribute("aria-valuenow"));
    const sizes: Readonly<Record<string, number>> = {
      [place === "side" ? "ArrowLeft" : "ArrowUp"]: now + step,
      [place === "side" ? "ArrowRight" : "ArrowDown"]: now - step,
      Home: minSize(place),
      End: maxSize(place, this.window())
    };
    const size = sizes[event.key];
    if (size === undefined) return;
    event.preventDefault();
    this.resize(size);
  }

  /** Null: the usual size. */
  private resize(size: number | null): void {
    const {place, layout} = this;
    if (place === "none") return;
    const kept = size === null ? null : dockSize(place, size, this.window());
    this.events.onChange(place === "side" ? {...layout, sideSize: kept} : {...layout, bottomSize: kept});
  }

  private window(): Window {
    const {clientWidth: width, clientHeight: height} = document.documentElement;
    return {width, height, head: this.elements.head.offsetHeight};
  }
}
