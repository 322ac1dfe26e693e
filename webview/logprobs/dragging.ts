export interface DragEvents {
  /** The token nearest to a point of the page. */
  readonly tokenNear: (x: number, y: number) => number | null;
  /** The pointer is dragged from a token over another one. */
  readonly onDrag: (from: number, to: number) => void;
  readonly onDragged: (to: number) => void;
}

/** Pixels a frame for each pixel that the pointer is out of the window. */
const scrollSpeed = 0.4;
const maxScroll = 80;

/**
 * Dragging over tokens. It is not the browser's own selection of text: that one loses what is scrolled out of the page, and would
 * copy signs and labels.
 */
export class Dragging {
  private start: number | null = null;
  private last: number | null = null;
  private pointer = {x: 0, y: 0};
  private scrolling = 0;
  /** Whether the pointer has left its first token since it was pressed. */
  hasLeft = false;

  constructor(
    element: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly events: DragEvents
  ) {
    element.addEventListener("mousedown", (event) => this.press(event));
    document.addEventListener("mousemove", (event) => this.move(event));
    document.addEventListener("mouseup", () => this.release());
  }

  private press(event: MouseEvent): void {
    this.hasLeft = false;
    if (event.button !== 0) return;
    event.preventDefault();
    this.start = event.shiftKey ? null : this.events.tokenNear(event.clientX, event.clientY);
    this.last = this.start;
  }

  private move(event: MouseEvent): void {
    if (this.start === null) return;
    // The button was let go outside the page.
    if ((event.buttons & 1) === 0) {
      this.release();
      return;
    }
    this.pointer = {x: event.clientX, y: event.clientY};
    this.over();
    this.scrolling ||= requestAnimationFrame(() => this.scroll());
  }

  private over(): void {
    const {start, pointer} = this;
    const {top, bottom} = this.scroller.getBoundingClientRect();
    const token = this.events.tokenNear(pointer.x, Math.min(Math.max(pointer.y, top + 1), bottom - 1));
    if (start === null || token === null || token === this.last) return;
    this.last = token;
    this.hasLeft = true;
    this.events.onDrag(start, token);
  }

  /** Scrolls while the pointer is above or below the window. */
  private scroll(): void {
    this.scrolling = 0;
    const {top, bottom} = this.scroller.getBoundingClientRect();
    const out = Math.min(0, this.pointer.y - top) + Math.max(0, this.pointer.y - bottom);
    if (this.start === null || out === 0) return;
    this.scroller.scrollTop += Math.max(-maxScroll, Math.min(maxScroll, out * scrollSpeed));
    this.over();
    this.scrolling = requestAnimationFrame(() => this.scroll());
  }

  private release(): void {
    if (this.start !== null && this.hasLeft && this.last !== null) this.events.onDragged(this.last);
    this.start = null;
  }
}
