import type {Colouring} from "./colouring";
import {meanLevels} from "./overviewRows";
import type {ShownText} from "./shownText";

/** The least mean level that fills the strip's width, so that a calm text has short bars. */
const minScale = 1;

/** In CSS pixels. A row of one is too thin to be seen alone. */
const rowHeight = 2;

/** The share of the width that a row has if any of its tokens has a colour. */
const minLength = 0.2;

/** From this share of the width on, a bar has the colour of the last level. */
const strong = 0.75;

/**
 * The strip beside the scroll bar: how surprising each part of the text is, by length and colour of a bar, and which part is in the
 * window. A click or a drag leads there. For the eye and the pointer only: the keys `n` and `p` lead to the same places.
 */
export class Overview {
  private readonly canvas = document.createElement("canvas");
  /** Marks the part in the window. An element of its own, so that scrolling draws no bar again. */
  private readonly marker = document.createElement("div");
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private drawing = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly onGo: (token: number) => void
  ) {
    element.ariaHidden = "true";
    this.marker.className = "marker";
    element.append(this.canvas, this.marker);
    element.addEventListener("pointerdown", (event) => this.press(event));
    element.addEventListener("pointermove", (event) => this.move(event));
    // The wheel scrolls the text, as over a scroll bar.
    element.addEventListener("wheel", (event) => this.scroller.scrollBy(0, event.deltaY), {passive: true});
    new ResizeObserver(() => this.drawSoon()).observe(element);
    const themes = new MutationObserver(() => this.drawSoon());
    themes.observe(document.documentElement, {attributes: true, attributeFilter: ["style", "class"]});
    themes.observe(document.body, {attributes: true, attributeFilter: ["style", "class"]});
  }

  show(text: ShownText, colouring: Colouring): void {
    this.text = text;
    this.colour(colouring);
  }

  colour(colouring: Colouring): void {
    this.colouring = colouring;
    this.drawSoon();
  }

  /** The scores of tokens `[from, to)` have arrived. */
  update(_from: number, _to: number): void {
    this.drawSoon();
  }

  /** The first and the last token in the window. */
  visible(first: number, last: number): void {
    const count = this.text?.count ?? 0;
    this.marker.hidden = count === 0 || (first === 0 && last >= count - 1);
    const percent = 100 / Math.max(1, count);
    this.marker.style.insetBlockStart = `${first * percent}%`;
    this.marker.style.blockSize = `${(last + 1 - first) * percent}%`;
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.go(event);
  }

  private move(event: PointerEvent): void {
    if (this.element.hasPointerCapture(event.pointerId)) this.go(event);
  }

  private go({clientY}: PointerEvent): void {
    const {top, height} = this.element.getBoundingClientRect();
    const {count} = this.text ?? {count: 0};
    if (count === 0 || height === 0) return;
    const token = Math.floor(((clientY - top) / height) * count);
    this.onGo(Math.max(0, Math.min(count - 1, token)));
  }

  private drawSoon(): void {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
    });
  }

  private draw(): void {
    const {canvas, colouring, text, element} = this;
    const {width, height} = element.getBoundingClientRect();
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    const context = canvas.getContext("2d");
    if (!context || !colouring || !text || text.count === 0 || canvas.height === 0) return;
    this.drawBars(context, colouring, getComputedStyle(element));
  }

  private drawBars(context: CanvasRenderingContext2D, colouring: Colouring, styles: CSSStyleDeclaration): void {
    const {width, height} = this.canvas;
    // The levels' own tints are too pale for bars of two pixels. High contrast has no tints: there, the length alone tells.
    const heat = styles.getPropertyValue("--heat");
    const strongest = isHighContrast() ? heat : styles.getPropertyValue("--p0");
    const row = Math.round(rowHeight * devicePixelRatio);
    const means = meanLevels(colouring.levels, (level) => colouring.shows(level), Math.ceil(height / row));
    const scale = Math.max(minScale, ...means);
    for (const [index, mean] of means.entries()) {
      if (mean === 0) continue;
      const share = mean / scale;
      context.fillStyle = share < strong ? heat : strongest;
      context.fillRect(0, index * row, width * (minLength + (1 - minLength) * share), row);
    }
  }
}

function isHighContrast(): boolean {
  const {classList} = document.body;
  return classList.contains("vscode-high-contrast") || classList.contains("vscode-high-contrast-light");
}
