import type {Colouring} from "./colouring";
import type {ShownText} from "./shownText";

/** The charts (charts/charts.ts) as their tab uses them. */
export interface ChartsView {
  show(text: ShownText, colouring: Colouring): void;
  /** Scores have arrived. */
  update(): void;
  visible(first: number, last: number): void;
  resize(): void;
  redraw(): void;
}

/** The tab with the charts, which are loaded when it is first opened. */
export class ChartsTab {
  private charts: ChartsView | null = null;
  private loading = false;
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private seen: readonly [number, number] | null = null;
  private isOpen = false;

  constructor(private readonly load: () => Promise<ChartsView>) {
    // The theme's colours are on the body; a drawn chart does not change by itself.
    new MutationObserver(() => this.charts?.redraw()).observe(document.body, {
      attributes: true,
      attributeFilter: ["class"]
    });
  }

  show(text: ShownText, colouring: Colouring): void {
    this.text = text;
    this.colouring = colouring;
    this.draw();
  }

  update(): void {
    if (this.isOpen) this.charts?.update();
  }

  visible(first: number, last: number): void {
    this.seen = [first, last];
    if (this.isOpen) this.charts?.visible(first, last);
  }

  /** The tab was opened, closed or resized. */
  arrange(isOpen: boolean): void {
    const opens = isOpen && !this.isOpen;
    this.isOpen = isOpen;
    if (opens) this.draw();
    else if (isOpen) this.charts?.resize();
  }

  private draw(): void {
    const {text, colouring, seen, charts} = this;
    if (!this.isOpen || text === null || colouring === null) return;
    if (charts === null) {
      void this.loadOnce();
      return;
    }
    charts.show(text, colouring);
    charts.resize();
    if (seen !== null) charts.visible(...seen);
  }

  private async loadOnce(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.charts = await this.load();
    this.draw();
  }
}

export interface ChartsEvents {
  onGo(token: number): void;
  onSave(name: string, png: Uint8Array): void;
}

export async function loadCharts(element: HTMLElement, events: ChartsEvents): Promise<ChartsView> {
  const {Charts} = await import("./charts/charts");
  return new Charts(element, events);
}
