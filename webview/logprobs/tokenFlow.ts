import type {ScrollAnchor} from "../../src/features/logprobs/protocol";
import {type Colouring, levelClass} from "./colouring";
import {Dragging} from "./dragging";
import type {TokenLook} from "./drawnBlocks";
import type {PreparedText} from "./preparedText";
import type {ShownText} from "./shownText";
import {TokenList} from "./tokenList";
import {difference, GrowingRange, type TokenRange} from "./tokenRange";
import {type Direction, type LaidOut, lineEdge, onNextLine} from "./visualLines";

export interface TokenFlowEvents {
  /** The user looks at a token: it is hovered, or `focused` by keyboard or click. Null when the pointer has left. */
  readonly onLook: (token: number | null, focused: boolean) => void;
  readonly onSelect: (token: number) => void;
  /** The user has selected tokens `[from, to)`, or none any more. */
  readonly onRange: (range: TokenRange | null) => void;
  /** There is no further token beyond the threshold in that direction. */
  readonly onNoMore: (direction: Direction) => void;
  /** The first and the last token in the window, when they have changed. */
  readonly onVisible: (first: number, last: number) => void;
}

/** The text's tokens as a list box with one tab stop, in which arrow keys move. Only those near the window are in the page. */
export class TokenFlow implements LaidOut, TokenLook {
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private readonly list: TokenList;
  private readonly dragging: Dragging;
  private readonly selected = new GrowingRange();
  private activeToken = 0;
  /** N numbers, 1 for tokens with a part of what is searched for. */
  private found: Uint8Array | null = null;
  /** The tokens of the match that the user is at. */
  private match: TokenRange | null = null;
  /** The horizontal position that up and down keep to, until another key is pressed. */
  private aim: number | null = null;
  private reported = "";

  constructor(
    private readonly element: HTMLElement,
    scroller: HTMLElement,
    private readonly events: TokenFlowEvents
  ) {
    element.ariaMultiSelectable = "true";
    this.list = new TokenList(element, scroller, this, () => this.reportVisible());
    this.dragging = new Dragging(element, scroller, {
      tokenNear: (x, y) => this.list.tokenNear(x, y),
      onDrag: (from, to) => this.extend(from, to, true),
      onDragged: (to) => this.goTo(to)
    });
    element.addEventListener("pointerover", (event) => this.hovered(event));
    element.addEventListener("pointerleave", () => this.events.onLook(null, false));
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("focusin", (event) => this.focused(event));
    element.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("copy", (event) => this.copy(event));
  }

  get count(): number {
    return this.text?.count ?? 0;
  }

  get active(): number {
    return this.activeToken;
  }

  classOf(token: number): string {
    const level = this.colouring?.levelOf(token) ?? 0;
    const classes = [levelClass(level)];
    if (this.colouring?.shows(level) === false) classes.push("filtered");
    if (this.selected.has(token)) classes.push("selected");
    if (this.found?.[token] === 1) classes.push("found");
    if (this.match && token >= this.match.from && token < this.match.to) classes.push("match");
    return classes.join(" ");
  }

  isSelected(token: number): boolean {
    return this.selected.range === null ? token === this.activeToken : this.selected.has(token);
  }

  show({text, blocks, colouring}: PreparedText, active: number): void {
    this.text = text;
    this.colouring = colouring;
    this.aim = null;
    this.reported = "";
    this.selected.set(null);
    this.activeToken = Math.max(0, Math.min(active, text.count - 1));
    this.element.classList.toggle("loose", !text.hasPlaces);
    this.list.show(text, blocks);
  }

  /** The scores of tokens `[from, to)` have arrived. */
  update(from: number, to: number): void {
    this.list.repaint(from, to);
  }

  /** Colours the text again, and dims what the legend has filtered away. */
  colour(colouring: Colouring): void {
    this.colouring = colouring;
    this.list.repaint(0, this.count);
  }

  /** White space gets signs everywhere, or only where it is the whole token. */
  showInvisible(all: boolean): void {
    this.list.showInvisible(all);
  }

  /** Selects tokens, or none. The user has not done it, so nobody is told. */
  select(range: TokenRange | null): void {
    const before = this.selected.range;
    this.selected.set(range);
    this.repaintRange(before);
  }

  /** Marks what is searched for, and the match that the user is at. */
  mark(found: Uint8Array | null, match: TokenRange | null): void {
    if (found === null && this.found === null) return;
    this.found = found;
    this.match = match;
    this.list.repaint(0, this.count);
  }

  /** Makes a token the active one, and scrolls to it. The focus stays where it is. */
  approach(token: number): void {
    this.aim = null;
    this.activate(token);
    this.list.approach(token);
  }

  /** Moves the focus to the token that had it last. */
  focus(): void {
    if (this.count > 0) this.list.bring(this.activeToken).focus({preventScroll: true});
  }

  /** Scrolls to the active token, as far as needed. */
  reveal(): void {
    if (this.count > 0) this.list.reveal(this.activeToken);
  }

  goTo(token: number): void {
    if (this.count === 0) return;
    this.activate(Math.max(0, Math.min(token, this.count - 1)));
    this.reveal();
    this.focus();
  }

  /** To the next token beyond the threshold. */
  goToNext(direction: Direction): void {
    for (let token = this.activeToken + direction; token >= 0 && token < this.count; token += direction) {
      if (!this.colouring?.isBeyond(token)) continue;
      this.aim = null;
      this.pick(null);
      this.goTo(token);
      return;
    }
    this.events.onNoMore(direction);
  }

  box(token: number): DOMRect {
    const element = this.list.bring(token);
    return element.getClientRects()[0] ?? element.getBoundingClientRect();
  }

  anchor(): ScrollAnchor | null {
    return this.list.anchor();
  }

  scrollTo(anchor: ScrollAnchor): void {
    this.list.scrollTo(anchor);
  }

  private activate(token: number): void {
    const before = this.activeToken;
    if (token === before) return;
    this.activeToken = token;
    this.list.repaint(before, before + 1);
    this.list.repaint(token, token + 1);
  }

  private reportVisible(): void {
    const visible = this.list.visible();
    const report = JSON.stringify(visible);
    if (!visible || report === this.reported) return;
    this.reported = report;
    this.events.onVisible(visible.first, visible.last);
  }

  /** The user selects tokens. */
  private pick(range: TokenRange | null): void {
    const before = this.selected.range;
    if (!before && !range) return;
    this.selected.set(range);
    this.repaintRange(before);
    this.events.onRange(range);
  }

  /** The user extends the selection to a token: from where it began, or from another token if there is none or it is `anew`. */
  private extend(from: number, to: number, anew = false): void {
    const before = this.selected.range;
    if (anew) this.selected.set(null);
    this.selected.extend(from, to);
    this.repaintRange(before);
    this.events.onRange(this.selected.range);
  }

  private repaintRange(before: TokenRange | null): void {
    for (const {from, to} of difference(before, this.selected.range)) this.list.repaint(from, to);
    this.list.repaint(this.activeToken, this.activeToken + 1);
  }

  private hovered(event: Event): void {
    const token = tokenOf(event);
    if (token !== null) this.events.onLook(token, false);
  }

  private focused(event: FocusEvent): void {
    const token = tokenOf(event);
    // The list box hands the focus back to a token that is in the page again: the user has looked at nothing new.
    if (token !== null && event.relatedTarget !== this.element) this.events.onLook(token, true);
  }

  private click(event: MouseEvent): void {
    const token = tokenOf(event);
    if (token === null || this.dragging.hasLeft) return;
    this.aim = null;
    if (event.shiftKey) {
      this.extend(this.activeToken, token);
      this.goTo(token);
      return;
    }
    this.pick(null);
    this.goTo(token);
    this.events.onSelect(token);
  }

  private copy(event: ClipboardEvent): void {
    const {range} = this.selected;
    if (!this.text || !range || !this.element.contains(document.activeElement)) return;
    event.clipboardData?.setData("text/plain", this.text.textOf(range.from, range.to));
    event.preventDefault();
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.isComposing || this.count === 0) return;
    const withControl = event.ctrlKey || event.metaKey;
    const {key} = event;
    if (withControl && key === "a") this.pick({from: 0, to: this.count});
    else if (withControl && key !== "Home" && key !== "End") return;
    else if (key === "Escape") {
      if (this.selected.range === null) return;
      this.pick(null);
      event.stopPropagation();
    } else if (key === "n" || key === "p") this.goToNext(key === "n" ? 1 : -1);
    else if (key === "Enter" || key === " ") this.events.onSelect(this.activeToken);
    else {
      const target = this.targetOf(key, withControl);
      if (target === null) return;
      this.moveTo(Math.max(0, Math.min(target, this.count - 1)), event.shiftKey);
    }
    event.preventDefault();
  }

  private moveTo(target: number, extending: boolean): void {
    if (extending) this.extend(this.activeToken, target);
    else this.pick(null);
    this.goTo(target);
  }

  private targetOf(key: string, wholeText: boolean): number | null {
    switch (key) {
      case "ArrowUp":
      case "ArrowDown":
        return this.lineAway(key === "ArrowUp" ? -1 : 1, 1);
      case "PageUp":
      case "PageDown":
        return this.lineAway(key === "PageUp" ? -1 : 1, this.linesOfAPage());
      default:
        break;
    }
    const target = this.targetInLine(key, wholeText);
    if (target !== null) this.aim = null;
    return target;
  }

  private targetInLine(key: string, wholeText: boolean): number | null {
    switch (key) {
      case "ArrowLeft":
        return this.activeToken - 1;
      case "ArrowRight":
        return this.activeToken + 1;
      case "Home":
        return wholeText ? 0 : lineEdge(this, this.activeToken, -1);
      case "End":
        return wholeText ? this.count - 1 : lineEdge(this, this.activeToken, 1);
      default:
        return null;
    }
  }

  private lineAway(direction: Direction, lines: number): number {
    const box = this.box(this.activeToken);
    this.aim ??= box.left + box.width / 2;
    let target = this.activeToken;
    for (let line = 0; line < lines; line++) {
      const next = onNextLine(this, target, direction, this.aim);
      if (next === null) break;
      target = next;
    }
    return target;
  }

  private linesOfAPage(): number {
    const line = Number.parseFloat(getComputedStyle(this.element).lineHeight) || 20;
    return Math.max(1, Math.floor(this.list.windowHeight / line) - 2);
  }
}

function tokenOf(event: Event): number | null {
  const element = event.target instanceof Element ? event.target.closest<HTMLElement>(".token") : null;
  return element ? Number(element.dataset["token"]) : null;
}
