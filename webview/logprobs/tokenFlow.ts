import type {ScrollAnchor} from "../../src/features/logprobs/protocol";
import {type Block, cutIntoBlocks} from "./blocks";
import {type Colouring, levelClass} from "./colouring";
import type {ShownText} from "./shownText";
import {tokenElement} from "./tokenElement";
import {type Direction, type LaidOut, lineEdge, onNextLine} from "./visualLines";

export interface TokenFlowEvents {
  /** The user looks at a token: it is hovered, or `focused` by keyboard or click. Null when the pointer has left. */
  readonly onLook: (token: number | null, focused: boolean) => void;
  readonly onSelect: (token: number) => void;
  /** There is no further token beyond the threshold in that direction. */
  readonly onNoMore: (direction: Direction) => void;
  readonly onRange: (range: {from: number; to: number} | null) => void;
  readonly onVisible: (first: number, last: number) => void;
}

/** Milliseconds of building before the browser may draw. */
const slice = 10;

/**
 * The text's tokens as a list box with one tab stop, in which arrow keys move. There can be hundreds of thousands of tokens, so
 * it is plain DOM with one listener per kind of event. Tokens are built in slices, and laid out when they become visible.
 */
export class TokenFlow implements LaidOut {
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private blocks: readonly Block[] = [];
  private builtBlocks = 0;
  private readonly tokens: HTMLElement[] = [];
  private active = 0;
  /** The horizontal position that up and down keep to, until another key is pressed. */
  private aim: number | null = null;
  private building: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly events: TokenFlowEvents
  ) {
    element.addEventListener("pointerover", (event) => this.look(event));
    element.addEventListener("pointerleave", () => this.events.onLook(null, false));
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("focusin", (event) => this.focused(event));
    element.addEventListener("keydown", (event) => this.key(event));
  }

  get count(): number {
    return this.text?.drawn ?? 0;
  }

  show(text: ShownText, colouring: Colouring, active: number): void {
    clearTimeout(this.building);
    this.text = text;
    this.colouring = colouring;
    this.blocks = cutIntoBlocks(text);
    this.builtBlocks = 0;
    this.tokens.length = 0;
    this.aim = null;
    this.element.replaceChildren();
    this.element.classList.toggle("loose", text.ends === null);
    this.buildFor(slice);
    this.activate(Math.max(0, Math.min(active, this.count - 1)));
  }

  /** Colours the text anew. */
  colour(colouring: Colouring): void {
    this.colouring = colouring;
    for (const [token, element] of this.tokens.entries())
      element.className = `token ${levelClass(colouring.levelOf(token))}`;
  }

  update(from: number, to: number): void {
    for (let token = from; token < Math.min(to, this.tokens.length); token++) {
      const element = this.tokens[token];
      if (element) element.className = `token ${levelClass(this.colouring?.levelOf(token) ?? 0)}`;
    }
  }

  showInvisible(_all: boolean): void {}

  select(_range: {from: number; to: number} | null): void {}

  /** Moves the focus to the token that had it last. */
  focus(): void {
    if (this.count > 0) this.token(this.active).focus();
  }

  /** Scrolls to the active token, as far as needed. */
  reveal(): void {
    this.token(this.active).scrollIntoView({block: "nearest"});
  }

  goTo(token: number): void {
    this.activate(token);
    this.focus();
  }

  /** To the next token beyond the threshold. */
  goToNext(direction: Direction): void {
    for (let token = this.active + direction; token >= 0 && token < this.count; token += direction) {
      if (this.colouring?.isBeyond(token)) {
        this.aim = null;
        this.goTo(token);
        return;
      }
    }
    this.events.onNoMore(direction);
  }

  box(token: number): DOMRect {
    const element = this.token(token);
    return element.getClientRects()[0] ?? element.getBoundingClientRect();
  }

  /** A position for {@link scrollTo}. Not in pixels, which mean another place after lines have wrapped differently. */
  anchor(): ScrollAnchor | null {
    const top = this.scroller.getBoundingClientRect().top;
    const children = Array.from(this.element.children);
    const block = this.blocks[children.findIndex((child) => child.getBoundingClientRect().bottom > top)];
    if (!block) return null;
    for (let token = block.start; token < block.end; token++) {
      const box = this.box(token);
      if (box.bottom > top) return {token, offset: Math.round(box.top - top)};
    }
    return null;
  }

  /**
   * Repeats it for some `frames`: tokens that become visible are laid out in the next frame, and until then their height is
   * an estimate.
   */
  scrollTo(anchor: ScrollAnchor, frames = 3): void {
    const {token, offset} = anchor;
    if (token >= this.count) return;
    this.scroller.scrollTop += this.box(token).top - this.scroller.getBoundingClientRect().top - offset;
    if (frames > 0) requestAnimationFrame(() => this.scrollTo(anchor, frames - 1));
  }

  private token(index: number): HTMLElement {
    while (index >= this.tokens.length && this.builtBlocks < this.blocks.length) this.buildBlock();
    const element = this.tokens[index];
    if (!element) throw new RangeError(`No token ${index}`);
    return element;
  }

  private buildFor(milliseconds: number): void {
    const stop = performance.now() + milliseconds;
    while (this.builtBlocks < this.blocks.length && performance.now() < stop) this.buildBlock();
    if (this.builtBlocks < this.blocks.length) this.building = setTimeout(() => this.buildFor(slice));
  }

  private buildBlock(): void {
    const block = this.blocks[this.builtBlocks++];
    if (!block || !this.text) return;
    const element = document.createElement("div");
    element.className = "block";
    element.setAttribute("role", "presentation");
    element.style.setProperty("--lines", String(block.lines));
    for (let token = block.start; token < block.end; token++) {
      const child = tokenElement(this.text, token, this.colouring?.levelOf(token) ?? 0);
      this.tokens.push(child);
      element.append(child);
      if (this.text.endsLine(token)) element.append("\n");
    }
    this.element.append(element);
  }

  private activate(token: number): void {
    if (this.count === 0) return;
    const before = this.tokens[this.active];
    before?.removeAttribute("tabindex");
    before?.removeAttribute("aria-selected");
    this.active = token;
    const element = this.token(token);
    element.tabIndex = 0;
    element.setAttribute("aria-selected", "true");
  }

  private look(event: Event): void {
    const token = tokenOf(event);
    if (token !== null) this.events.onLook(token, false);
  }

  private focused(event: Event): void {
    const token = tokenOf(event);
    if (token !== null) this.events.onLook(token, true);
  }

  private click(event: Event): void {
    const token = tokenOf(event);
    // A selection means that the user drags over the text to copy it.
    if (token === null || getSelection()?.isCollapsed === false) return;
    this.aim = null;
    this.goTo(token);
    this.events.onSelect(token);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.isComposing || this.count === 0) return;
    const withControl = event.ctrlKey || event.metaKey;
    const {key} = event;
    if (withControl && key !== "Home" && key !== "End") return;
    if (key === "ArrowUp" || key === "ArrowDown" || key === "PageUp" || key === "PageDown") {
      const direction = key === "ArrowUp" || key === "PageUp" ? -1 : 1;
      this.moveLines(direction, key.startsWith("Page") ? this.linesOfAPage() : 1);
    } else if (key === "n" || key === "p") {
      this.goToNext(key === "n" ? 1 : -1);
    } else if (key === "Enter" || key === " ") {
      this.events.onSelect(this.active);
    } else {
      const target = this.targetOf(key, withControl);
      if (target === null) return;
      this.aim = null;
      this.goTo(Math.max(0, Math.min(target, this.count - 1)));
    }
    event.preventDefault();
  }

  private targetOf(key: string, wholeText: boolean): number | null {
    switch (key) {
      case "ArrowLeft":
        return this.active - 1;
      case "ArrowRight":
        return this.active + 1;
      case "Home":
        return wholeText ? 0 : lineEdge(this, this.active, -1);
      case "End":
        return wholeText ? this.count - 1 : lineEdge(this, this.active, 1);
      default:
        return null;
    }
  }

  private moveLines(direction: Direction, lines: number): void {
    const box = this.box(this.active);
    this.aim ??= box.left + box.width / 2;
    let target = this.active;
    for (let line = 0; line < lines; line++) {
      const next = onNextLine(this, target, direction, this.aim);
      if (next === null) break;
      target = next;
    }
    this.goTo(target);
  }

  private linesOfAPage(): number {
    const line = Number.parseFloat(getComputedStyle(this.element).lineHeight) || 20;
    return Math.max(1, Math.floor(this.scroller.clientHeight / line) - 2);
  }
}

function tokenOf(event: Event): number | null {
  const element = event.target instanceof Element ? event.target.closest<HTMLElement>(".token") : null;
  return element ? Number(element.dataset["token"]) : null;
}
