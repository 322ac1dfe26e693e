import {endsLine, pieceElement} from "./pieceElement";
import type {DifferenceColouring, ShownComparison} from "./shownComparison";

export type Direction = 1 | -1;

export interface PieceFlowEvents {
  /** The user looks at a piece: it is hovered, or `focused` by keyboard or click. Null when the pointer has left. */
  readonly onLook: (piece: number | null, focused: boolean) => void;
  readonly onSelect: (piece: number) => void;
  /** There is no further coloured piece in that direction. */
  readonly onNoMore: (direction: Direction) => void;
}

/** Milliseconds of building before the browser may draw. */
const slice = 10;

/** Pieces of a block, which ends with a line if it can. */
const preferredPieces = 256;
const maxPieces = 1024;

/** Maximum pieces that are drawn: each takes half a kilobyte of the browser's memory. */
const maxDrawn = 300_000;

/**
 * The pieces as a list box with one tab stop, in which arrow keys move. There can be hundreds of thousands, so it is plain DOM
 * with one listener per kind of event. Blocks are built in slices, and laid out when they become visible.
 */
export class PieceFlow {
  private shown: ShownComparison | null = null;
  private colouring: DifferenceColouring | null = null;
  private readonly elements: HTMLElement[] = [];
  private active = 0;
  /** The horizontal position that up and down keep to, until another key is pressed. */
  private aim: number | null = null;
  private building: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly events: PieceFlowEvents
  ) {
    element.addEventListener("pointerover", (event) => this.look(event, false));
    element.addEventListener("pointerleave", () => this.events.onLook(null, false));
    element.addEventListener("focusin", (event) => this.look(event, true));
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("keydown", (event) => this.key(event));
  }

  get count(): number {
    return Math.min(this.shown?.count ?? 0, maxDrawn);
  }

  show(shown: ShownComparison | null, colouring: DifferenceColouring | null, active: number): void {
    clearTimeout(this.building);
    this.shown = shown;
    this.colouring = colouring;
    this.elements.length = 0;
    this.aim = null;
    this.element.replaceChildren();
    this.buildFor(slice);
    this.activate(Math.max(0, Math.min(active, this.count - 1)));
  }

  colour(colouring: DifferenceColouring): void {
    this.colouring = colouring;
    for (const [piece, element] of this.elements.entries()) element.className = this.classOf(piece);
  }

  /** Moves the focus to the piece that had it last. */
  focus(): void {
    if (this.count > 0) this.piece(this.active).focus();
  }

  goTo(piece: number): void {
    this.activate(piece);
    this.focus();
  }

  goToNext(direction: Direction): void {
    for (let piece = this.active + direction; piece >= 0 && piece < this.count; piece += direction) {
      if (!this.colouring?.isStop(piece)) continue;
      this.aim = null;
      this.goTo(piece);
      return;
    }
    this.events.onNoMore(direction);
  }

  box(piece: number): DOMRect {
    const element = this.piece(piece);
    return element.getClientRects()[0] ?? element.getBoundingClientRect();
  }

  private classOf(piece: number): string {
    const {colouring} = this;
    return `piece ${colouring?.levelOf(piece) ?? "unknown"}${colouring?.shows(piece) === false ? " filtered" : ""}`;
  }

  private piece(index: number): HTMLElement {
    while (index >= this.elements.length && this.elements.length < this.count) this.buildBlock();
    const element = this.elements[index];
    if (!element) throw new RangeError(`No piece ${index}`);
    return element;
  }

  private buildFor(milliseconds: number): void {
    const stop = performance.now() + milliseconds;
    while (this.elements.length < this.count && performance.now() < stop) this.buildBlock();
    if (this.elements.length < this.count) this.building = setTimeout(() => this.buildFor(slice));
  }

  private buildBlock(): void {
    const {shown} = this;
    if (!shown) return;
    const block = document.createElement("div");
    block.className = "block";
    block.setAttribute("role", "presentation");
    let lines = 1;
    for (let size = 1; this.elements.length < this.count; size++) {
      const piece = this.elements.length;
      const text = shown.texts.text(piece);
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
      const child = pieceElement(shown, piece, this.classOf(piece));
      this.elements.push(child);
      block.append(child);
      const ends = endsLine(text);
      if (ends) block.append("\n");
      if (size === maxPieces || (size >= preferredPieces && ends)) break;
    }
    block.style.setProperty("--lines", String(lines));
    this.element.append(block);
  }

  private activate(piece: number): void {
    if (this.count === 0) return;
    const before = this.elements[this.active];
    before?.removeAttribute("tabindex");
    before?.removeAttribute("aria-selected");
    this.active = piece;
    const element = this.piece(piece);
    element.tabIndex = 0;
    element.setAttribute("aria-selected", "true");
  }

  private look(event: Event, focused: boolean): void {
    const piece = pieceOf(event.target);
    if (piece !== null) this.events.onLook(piece, focused);
  }

  private click(event: Event): void {
    const piece = pieceOf(event.target);
    // A selection means that the user drags over the text to copy it.
    if (piece === null || getSelection()?.isCollapsed === false) return;
    this.aim = null;
    this.goTo(piece);
    this.events.onSelect(piece);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.isComposing || this.count === 0) return;
    const {key} = event;
    const withControl = event.ctrlKey || event.metaKey;
    if (withControl && key !== "Home" && key !== "End") return;
    if (key === "ArrowUp" || key === "ArrowDown" || key === "PageUp" || key === "PageDown") {
      this.moveLines(key.endsWith("Up") ? -1 : 1, key.startsWith("Page") ? this.linesOfAPage() : 1);
    } else if (key === "n" || key === "p") {
      this.goToNext(key === "n" ? 1 : -1);
    } else if (key === "Enter" || key === " ") {
      this.events.onSelect(this.active);
    } else {
      const target = this.targetOf(key);
      if (target === null) return;
      this.aim = null;
      this.goTo(Math.max(0, Math.min(target, this.count - 1)));
    }
    event.preventDefault();
  }

  private targetOf(key: string): number | null {
    switch (key) {
      case "ArrowLeft":
        return this.active - 1;
      case "ArrowRight":
        return this.active + 1;
      case "Home":
        return 0;
      case "End":
        return this.count - 1;
      default:
        return null;
    }
  }

  /** To the piece that stands so many lines above or below, nearest to the aim. Lines wrap, so the layout tells. */
  private moveLines(direction: Direction, lines: number): void {
    const box = this.box(this.active);
    this.aim ??= box.left + box.width / 2;
    const height = this.lineHeight();
    const distance = direction * lines * height;
    const view = this.scroller.getBoundingClientRect();
    const middle = box.top + box.height / 2 + distance;
    // Only what is in view has a place.
    if (middle < view.top + height) this.scroller.scrollTop -= view.top + height - middle;
    else if (middle > view.bottom - height) this.scroller.scrollTop += middle - view.bottom + height;
    const y = this.box(this.active).top + box.height / 2 + distance;
    this.goTo(this.pieceAt(this.aim, y) ?? (direction === 1 ? this.count - 1 : 0));
  }

  private pieceAt(x: number, y: number): number | null {
    const {left, right, top, bottom} = this.element.getBoundingClientRect();
    if (y < top || y > bottom) return null;
    // Behind a line's end there is no piece: go back to the one before it.
    for (let at = Math.min(Math.max(x, left + 1), right - 1); at > left; at -= 8) {
      // The card may lie above the text.
      const piece = document
        .elementsFromPoint(at, y)
        .map(pieceOf)
        .find((found) => found !== null);
      if (piece !== undefined) return piece;
    }
    return null;
  }

  private linesOfAPage(): number {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.lineHeight()) - 2);
  }

  private lineHeight(): number {
    return Number.parseFloat(getComputedStyle(this.element).lineHeight) || 20;
  }
}

function pieceOf(target: EventTarget | null): number | null {
  const element = target instanceof Element ? target.closest<HTMLElement>(".piece") : null;
  return element ? Number(element.dataset["piece"]) : null;
}
