import type {Blocks} from "./blocks";
import type {ShownText} from "./shownText";
import {spokenLabel, tokenElement} from "./tokenElement";

/** How tokens look beside their text. */
export interface TokenLook {
  classOf(token: number): string;
  isSelected(token: number): boolean;
  /** The token that has the keyboard focus, or gets it. */
  readonly active: number;
}

export interface DrawnBlock {
  readonly block: number;
  readonly element: HTMLElement;
  readonly tokens: readonly HTMLElement[];
  /** Whether tokens have their labels for screen readers, which are left out while the user scrolls fast. */
  labelled: boolean;
}

/** The blocks `[first, end)` that are in the page. */
export class DrawnBlocks {
  readonly holder = document.createElement("div");
  private list: DrawnBlock[] = [];
  private text: ShownText | null = null;
  private blocks: Blocks | null = null;
  private everywhere = false;

  constructor(
    private readonly listbox: HTMLElement,
    private readonly look: TokenLook
  ) {
    this.holder.className = "drawn";
    this.holder.setAttribute("role", "presentation");
  }

  get all(): readonly DrawnBlock[] {
    return this.list;
  }

  get first(): number {
    return this.list[0]?.block ?? 0;
  }

  get end(): number {
    return this.first + this.list.length;
  }

  /** Begins anew. `everywhere`: white space has signs everywhere. */
  start(text: ShownText, blocks: Blocks, everywhere: boolean): void {
    this.text = text;
    this.blocks = blocks;
    this.everywhere = everywhere;
    this.clear();
  }

  get(block: number): DrawnBlock | undefined {
    return this.list[block - this.first];
  }

  find(token: number): HTMLElement | null {
    if (!this.blocks) return null;
    const block = this.blocks.of(token);
    return this.get(block)?.tokens[token - this.blocks.start(block)] ?? null;
  }

  /** Brings blocks `[first, end)` into the page, and takes others out of it. Returns those that are new. */
  setRange(first: number, end: number): DrawnBlock[] {
    if (this.end <= first || this.first >= end) this.clear();
    while (this.list.length > 0 && this.first < first) this.remove(this.list.shift());
    while (this.list.length > 0 && this.end > end) this.remove(this.list.pop());
    const added: DrawnBlock[] = [];
    if (this.list.length > 0) {
      for (let block = this.first - 1; block >= first; block--) {
        const drawn = this.build(block);
        this.holder.prepend(drawn.element);
        this.list.unshift(drawn);
        added.push(drawn);
      }
    }
    for (let block = this.list.length > 0 ? this.end : first; block < end; block++) {
      const drawn = this.build(block);
      this.holder.append(drawn.element);
      this.list.push(drawn);
      added.push(drawn);
    }
    this.keepFocus();
    return added;
  }

  /** Tokens `[from, to)` look different now. */
  repaint(from: number, to: number): void {
    if (!this.blocks) return;
    for (const {block, tokens, labelled} of this.list) {
      const start = this.blocks.start(block);
      for (let token = Math.max(from, start); token < Math.min(to, start + tokens.length); token++) {
        const element = tokens[token - start];
        if (!element) continue;
        this.paint(element, token);
        if (labelled && this.text) element.ariaLabel = spokenLabel(this.text, token);
      }
    }
    this.keepFocus();
  }

  addLabels(): void {
    const {text, blocks} = this;
    if (!text || !blocks) return;
    for (const drawn of this.list) {
      if (drawn.labelled) continue;
      drawn.labelled = true;
      const start = blocks.start(drawn.block);
      for (const [index, element] of drawn.tokens.entries()) element.ariaLabel = spokenLabel(text, start + index);
    }
  }

  private build(block: number): DrawnBlock {
    const {text, blocks} = this;
    if (!text || !blocks) throw new Error("No text");
    const element = document.createElement("div");
    element.className = "block";
    element.setAttribute("role", "presentation");
    const tokens: HTMLElement[] = [];
    const end = blocks.end(block);
    for (let token = blocks.start(block); token < end; token++) {
      const child = tokenElement(text, token, this.everywhere);
      this.paint(child, token);
      tokens.push(child);
      element.append(child);
      if (text.endsLine(token)) element.append("\n");
    }
    return {block, element, tokens, labelled: false};
  }

  private paint(element: HTMLElement, token: number): void {
    const {look} = this;
    const name = `token ${look.classOf(token)}`;
    if (element.className !== name) element.className = name;
    if (look.isSelected(token)) element.ariaSelected = "true";
    else if (element.ariaSelected !== null) element.ariaSelected = null;
    if (token === look.active) {
      element.tabIndex = 0;
      // It is read aloud at once.
      if (this.text) element.ariaLabel = spokenLabel(this.text, token);
    } else if (element.tabIndex === 0) element.removeAttribute("tabindex");
  }

  /**
   * While the active token is not in the page, the list box has the focus in its place, so that keys still arrive and Tab still
   * leads here.
   */
  private keepFocus(): void {
    const active = this.find(this.look.active);
    this.listbox.tabIndex = active || !this.text?.count ? -1 : 0;
    if (active && document.activeElement === this.listbox) active.focus({preventScroll: true});
  }

  private remove(drawn: DrawnBlock | undefined): void {
    if (drawn?.element.contains(document.activeElement)) this.holdFocus();
    drawn?.element.remove();
  }

  private clear(): void {
    if (this.holder.contains(document.activeElement)) this.holdFocus();
    this.list = [];
    this.holder.replaceChildren();
  }

  private holdFocus(): void {
    this.listbox.tabIndex = 0;
    this.listbox.focus({preventScroll: true});
  }
}
