import type {ScrollAnchor} from "../../src/features/logprobs/protocol";
import {BlockHeights} from "./blockHeights";
import type {Blocks} from "./blocks";
import {type DrawnBlock, DrawnBlocks, type TokenLook} from "./drawnBlocks";
import type {ShownText} from "./shownText";

/**
 * Browsers cut an element at about 33 million device pixels. This leaves room for a zoom of four. A taller text is scrolled by
 * the same pixels in small steps, and in proportion in large ones.
 */
const maxHeight = 8_000_000;

/** More pixels than whatever stands above the text in the scroller. An anchor with this offset is the very top. */
const veryTop = 1_000_000;

/** Characters of the element that measures the font. */
const probeLength = 20;

/** Milliseconds without a step of scrolling after which it has ended. The event "scrollend" comes after each step of a script. */
const restingTime = 100;

/** Times that blocks may turn out lower than estimated, so that more of them are in the window. */
const maxRounds = 8;

/**
 * The blocks of tokens near the window are in the page, the rest is a height. Places are in pixels from the text's beginning as if
 * it were laid out whole, under heights that are mended as blocks get measured. What is in the window stays where it is when that
 * happens, and when lines wrap differently.
 */
export class TokenList {
  private text: ShownText | null = null;
  private blocks: Blocks | null = null;
  private heights = new BlockHeights(0);
  private readonly drawn: DrawnBlocks;
  private everywhere = false;
  /** The place of the window's top edge; negative if there is something above the text. */
  private view = 0;
  /** The text's place minus the page's. Differs from 0 until scrolling ends, and in a text that is too tall. */
  private base = 0;
  private scrollTop = 0;
  /** What the window shows, for when lines wrap differently. */
  private kept: ScrollAnchor | null = null;
  /** The sizes that the heights are measured or estimated for, and the window's. */
  private layout = "";
  private laidOutHeight = 0;
  private refreshing = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private readonly probe = document.createElement("span");

  constructor(
    private readonly element: HTMLElement,
    private readonly scroller: HTMLElement,
    look: TokenLook,
    private readonly onDrawn: () => void
  ) {
    this.drawn = new DrawnBlocks(element, look);
    this.probe.className = "probe";
    this.probe.ariaHidden = "true";
    this.probe.dataset["sign"] = "0".repeat(probeLength);
    element.replaceChildren(this.probe, this.drawn.holder);
    scroller.addEventListener("scroll", () => this.scrolled(), {passive: true});
    const observer = new ResizeObserver(() => this.resized());
    for (const one of [scroller, element, this.probe]) observer.observe(one);
  }

  get windowHeight(): number {
    return this.scroller.clientHeight;
  }

  /** Keeps the place if it is the same text with other scores. */
  show(text: ShownText, blocks: Blocks): void {
    const same = this.text?.scored.text === text.scored.text && this.text.count === text.count;
    this.text = text;
    this.blocks = blocks;
    this.heights = new BlockHeights(blocks.count);
    if (!same || !this.kept) this.kept = {token: 0, offset: veryTop};
    this.begin();
  }

  /** Gives white space signs everywhere, or only where it is the whole token. */
  showInvisible(everywhere: boolean): void {
    if (everywhere === this.everywhere) return;
    this.everywhere = everywhere;
    this.begin();
  }

  find(token: number): HTMLElement | null {
    return this.drawn.find(token);
  }

  /** The element of a token. Scrolls there if it is far from what is in the page. */
  bring(token: number): HTMLElement {
    const {blocks, drawn} = this;
    if (blocks && !drawn.find(token)) {
      const block = blocks.of(token);
      if (block === drawn.first - 1 || block === drawn.end) {
        this.measure(drawn.setRange(Math.min(drawn.first, block), Math.max(drawn.end, block + 1)));
        this.place();
      } else this.scrollTo({token, offset: Math.round(this.windowHeight / 3)});
    }
    const element = drawn.find(token);
    if (!element) throw new RangeError(`No token ${token}`);
    return element;
  }

  /** Scrolls as little as needed for a token to be in the window, or to a third of it from far away. */
  reveal(token: number): void {
    if (!this.isLaidOut) return;
    this.bring(token);
    const {top, bottom} = this.span(token);
    const room = Math.min(bottom - top, this.windowHeight / 4);
    if (top - room < this.view) this.moveTo(top - room);
    else if (bottom + room > this.view + this.windowHeight) this.moveTo(bottom + room - this.windowHeight);
  }

  /** Scrolls to a third of the window if the token is not in it. */
  approach(token: number): void {
    const {top, bottom} = this.span(token);
    if (!this.drawn.find(token) || top < this.view || bottom > this.view + this.windowHeight)
      this.scrollTo({token, offset: Math.round(this.windowHeight / 3)});
  }

  /** A place for {@link scrollTo}. Not in pixels, which mean another place after lines have wrapped differently. */
  anchor(): ScrollAnchor | null {
    return this.text ? this.kept : null;
  }

  scrollTo(anchor: ScrollAnchor): void {
    const {text, blocks, heights} = this;
    if (!text || !blocks || anchor.token >= text.count) return;
    this.kept = anchor;
    if (!this.isLaidOut) return;
    const block = blocks.of(anchor.token);
    const part = (anchor.token - blocks.start(block)) / (blocks.end(block) - blocks.start(block));
    this.view = heights.top(block) + part * heights.height(block) - anchor.offset;
    // The token is near there. Once it is in the page, its place is seen.
    this.drawWindow(0);
    if (this.drawn.find(anchor.token)) this.view = this.span(anchor.token).top - anchor.offset;
    this.moveTo(this.view);
    // Also where the text's end was in the way: a larger window may have room for it again.
    this.kept = anchor;
  }

  /** The first and the last token in the window; null if there is none. */
  visible(): {first: number; last: number} | null {
    if (!this.isLaidOut) return null;
    const first = this.firstEndingBelow(this.view);
    const last = this.firstEndingBelow(this.view + this.windowHeight - 1);
    return first === null || last === null ? null : {first, last};
  }

  /** Tokens `[from, to)` look different now. */
  repaint(from: number, to: number): void {
    this.drawn.repaint(from, to);
    // Once a frame: classes may change how high blocks are.
    this.refreshing ||= requestAnimationFrame(() => {
      this.refreshing = 0;
      if (!this.isLaidOut) return;
      this.measure(this.drawn.all);
      this.place();
    });
  }

  /** The token nearest to a point of the page. */
  tokenNear(clientX: number, clientY: number): number | null {
    const y = clientY - this.scroller.getBoundingClientRect().top + this.view;
    const found = this.drawn.get(this.heights.at(y)) ?? this.drawn.all.at(y < this.view ? 0 : -1);
    if (!found || !this.blocks) return null;
    let nearest: number | null = null;
    let distance = Number.POSITIVE_INFINITY;
    for (const [index, element] of found.tokens.entries()) {
      for (const box of element.getClientRects()) {
        // A line counts before a place in it.
        const down = Math.max(box.top - clientY, clientY - box.bottom, 0);
        const away = down * 1000 + Math.max(box.left - clientX, clientX - box.right, 0);
        if (away >= distance) continue;
        nearest = this.blocks.start(found.block) + index;
        distance = away;
      }
    }
    return nearest;
  }

  private get isLaidOut(): boolean {
    return this.element.clientWidth > 0;
  }

  /** How far below the beginning of what is scrolled the text begins. */
  private get lead(): number {
    const {scroller, element} = this;
    return element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  }

  /** The height of the text's element. */
  private get height(): number {
    return Math.min(this.heights.total, maxHeight);
  }

  private begin(): void {
    if (!this.text || !this.blocks) return;
    this.drawn.start(this.text, this.blocks, this.everywhere);
    this.layout = "";
    this.resized();
  }

  private scrolled(): void {
    const {scrollTop} = this.scroller;
    const step = scrollTop - this.scrollTop;
    if (step === 0 || !this.text || !this.isLaidOut) return;
    this.scrollTop = scrollTop;
    const {lead, windowHeight} = this;
    const {range, virtualRange} = this.ranges();
    const isFar = Math.abs(step) > 2 * windowHeight;
    if (isFar && virtualRange > range) this.base = (scrollTop / range) * virtualRange - scrollTop;
    this.view = scrollTop - lead + this.base;
    this.drawWindow(Math.abs(step) > windowHeight / 2 ? 0 : windowHeight / 2);
    // The scroll bar must not end before the text does, nor after it.
    const left = Math.min(scrollTop, range - scrollTop, this.view + lead, virtualRange - lead - this.view);
    if (left < windowHeight) this.align();
    this.keep();
    this.onDrawn();
    this.settleSoon();
  }

  private settleSoon(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), restingTime);
  }

  /** After scrolling: all that was left out to be fast. */
  private settle(): void {
    if (!this.text || !this.isLaidOut) return;
    // A step of which the event has yet to come would be taken back.
    this.scrolled();
    this.drawWindow(this.windowHeight);
    this.align();
    this.drawn.addLabels();
    this.onDrawn();
  }

  /** The window, the font or the text is another one now. */
  private resized(): void {
    if (!this.isLaidOut) this.layout = "";
    if (!this.text || !this.blocks || !this.isLaidOut) return;
    const {width: probeWidth, height: rowHeight} = this.probe.getBoundingClientRect();
    const width = this.element.clientWidth;
    const layout = `${width} ${probeWidth} ${rowHeight}`;
    const isSame = layout === this.layout;
    // The text's own height is none of this.
    if (isSame && this.laidOutHeight === this.windowHeight) return;
    this.laidOutHeight = this.windowHeight;
    if (!isSame) {
      this.layout = layout;
      const columns = Math.max(1, Math.floor((width * probeLength) / Math.max(1, probeWidth)));
      const {blocks} = this;
      this.heights.estimate((block) => blocks.rows(block, columns) * rowHeight);
      this.measure(this.drawn.all);
    }
    if (this.kept) this.scrollTo(this.kept);
  }

  private moveTo(view: number): void {
    this.view = view;
    this.drawWindow(0);
    this.align();
    this.keep();
    this.onDrawn();
    this.settleSoon();
  }

  private keep(): void {
    const token = this.firstEndingBelow(this.view);
    if (token !== null) this.kept = {token, offset: Math.round(this.span(token).top - this.view)};
  }

  /** Brings the scroll bar to where the window is. */
  private align(): void {
    const {lead} = this;
    const {range, virtualRange} = this.ranges();
    const view = Math.min(Math.max(this.view, -lead), virtualRange - lead);
    if (view !== this.view) {
      this.view = view;
      this.drawWindow(0);
    }
    const wanted = virtualRange > 0 ? ((this.view + lead) / virtualRange) * range : 0;
    if (Math.abs(wanted - this.scroller.scrollTop) >= 1) this.scroller.scrollTop = wanted;
    this.scrollTop = this.scroller.scrollTop;
    this.base = this.view + lead - this.scrollTop;
    this.place();
  }

  /** How far can be scrolled: in the page, and in the text as if it were laid out whole. */
  private ranges(): {range: number; virtualRange: number} {
    const range = Math.max(0, this.scroller.scrollHeight - this.windowHeight);
    return {range, virtualRange: range + this.heights.total - this.height};
  }

  private place(): void {
    this.element.style.blockSize = `${this.height}px`;
    this.drawn.holder.style.insetBlockStart = `${this.heights.top(this.drawn.first) - this.base}px`;
  }

  /** Draws the blocks in the window and `beyond` it, and measures them. */
  private drawWindow(beyond: number): void {
    const {heights, drawn, windowHeight} = this;
    const near = 2 * windowHeight;
    for (let round = 0; round < maxRounds; round++) {
      let first = heights.at(this.view - beyond);
      let end = Math.min(heights.count, heights.at(this.view + windowHeight + beyond) + 1);
      // Blocks that are in the page already stay while they are near.
      if (drawn.first < end && drawn.end > first) {
        first = Math.min(first, Math.max(drawn.first, heights.at(this.view - near)));
        end = Math.max(end, Math.min(drawn.end, heights.at(this.view + windowHeight + near) + 1));
      }
      const added = drawn.setRange(first, end);
      if (added.length === 0) break;
      this.measure(added);
    }
    this.place();
  }

  /** Measures blocks. The part of the text at the window's top edge stays there. */
  private measure(blocks: readonly DrawnBlock[]): void {
    const {heights} = this;
    const top = heights.at(this.view);
    const part = this.view - heights.top(top);
    const estimate = heights.isMeasured(top) ? 0 : heights.height(top);
    for (const {block, element} of blocks) heights.measure(block, element.getBoundingClientRect().height);
    const scale = part > 0 && estimate > 0 ? heights.height(top) / estimate : 1;
    const view = heights.top(top) + part * scale;
    this.base += view - this.view;
    this.view = view;
  }

  /** Where a token's first box is. */
  private span(token: number): {top: number; bottom: number} {
    const element = this.drawn.find(token);
    const box = element?.getClientRects()[0] ?? element?.getBoundingClientRect();
    if (!box) return {top: 0, bottom: 0};
    const shift = this.heights.top(this.drawn.first) - this.drawn.holder.getBoundingClientRect().top;
    return {top: box.top + shift, bottom: box.bottom + shift};
  }

  /** The first token that ends below a height, among those in the page. */
  private firstEndingBelow(y: number): number | null {
    const found = this.drawn.get(this.heights.at(y)) ?? this.drawn.all[0];
    if (!found || !this.blocks) return null;
    const start = this.blocks.start(found.block);
    let low = 0;
    let high = found.tokens.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.span(start + middle).bottom > y) high = middle;
      else low = middle + 1;
    }
    return start + low;
  }
}
