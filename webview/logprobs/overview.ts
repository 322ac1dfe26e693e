import type {Colouring} from "./colouring";
import {meanLevels} from "./overviewRows";
import type {ShownText} from "./shownText";

/** The least mean level that fills the strip's width, so that a calm text has short bars. */
const minScale = 1;

/** The share of the width that a row has if any of its tokens has a colour. */
const minLength = 0.2;

/** Colours of the levels 1 to 4 (logprobs.css). */
const levelColours = ["--p10", "--p1", "--p01", "--p0"] as const;

/**
 * The strip beside the scroll bar: how surprising each part of the text is, by length and colour of a bar, and which part is in the
 * window. A click or a drag leads there. For the eye and the pointer only: the keys `n` and `p` lead to the same places.
 */
export class Overview {
  private readonly canvas = document.createElement("canvas");
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private window = {first: 0, last: 0};
  private drawing = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly onGo: (token: number) => void
  ) {
    element.ariaHidden = "true";
    element.append(this.canvas);
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
    this.window = {first, last};
    this.drawSoon();
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
    const styles = getComputedStyle(element);
    this.drawBars(context, colouring, styles);
    this.drawWindow(context, text.count, styles);
  }

  private drawBars(context: CanvasRenderingContext2D, colouring: Colouring, styles: CSSStyleDeclaration): void {
    const {width, height} = this.canvas;
    const colours = this.coloursOf(styles);
    const means = meanLevels(colouring.levels, (level) => colouring.shows(level), height);
    const scale = Math.max(minScale, ...means);
    for (const [row, mean] of means.entries()) {
      if (mean === 0) continue;
      const share = mean / scale;
      context.fillStyle = colours[Math.min(3, Math.ceil(share * 4) - 1)] ?? "";
      context.fillRect(0, row, width * (minLength + (1 - minLength) * share), 1);
    }
  }

  /** High contrast has no tints: there, the length alone tells. */
  private coloursOf(styles: CSSStyleDeclaration): readonly string[] {
    const {classList} = document.body;
    const plain = classList.contains("vscode-high-contrast") || classList.contains("vscode-high-contrast-light");
    return levelColours.map((name) => styles.getPropertyValue(plain ? "--vscode-foreground" : name));
  }

  private drawWindow(context: CanvasRenderingContext2D, count: number, styles: CSSStyleDeclaration): void {
    const {width, height} = this.canvas;
    if (this.window.first === 0 && this.window.last >= count - 1) return;
    const pixel = Math.max(1, Math.round(devicePixelRatio));
    const top = Math.floor((this.window.first / count) * height);
    const bottom = Math.max(top + 3 * pixel, Math.ceil(((this.window.last + 1) / count) * height));
    context.fillStyle = styles.getPropertyValue("--vscode-scrollbarSlider-background");
    context.fillRect(0, top, width, bottom - top);
    context.strokeStyle = styles.getPropertyValue("--vscode-foreground");
    context.lineWidth = pixel;
    context.strokeRect(pixel / 2, top + pixel / 2, width - pixel, bottom - top - pixel);
  }
}
