import * as l10n from "@vscode/l10n";
import {render} from "lit";
import type {Alternatives} from "./alternatives";
import {AlternativesCache} from "./alternatives";
import type {Colouring} from "./colouring";
import {noToken, rangeCard, spoken, tokenCard} from "./details";
import type {FloatingCard} from "./floatingCard";
import type {Box} from "./layout";
import {rangeNumbers, spokenRange} from "./rangeNumbers";
import type {ShownText} from "./shownText";
import type {TokenRange} from "./tokenRange";

export interface CardEvents {
  readonly askAlternatives: (token: number) => void;
  readonly tryAlternative: (token: number, alternative: number) => void;
  readonly copyText: (text: string) => void;
  readonly copyRange: (range: TokenRange) => void;
  readonly clearRange: () => void;
  /** Read aloud. */
  readonly say: (sentence: string) => void;
}

/** What the card is placed by. */
export interface CardPlaces {
  /** Whether the card has no place in the dock now. */
  readonly cardFloats: () => boolean;
  /** Whether the token is in the window. One that is not has no box without being drawn. */
  readonly isVisible: (token: number) => boolean;
  readonly box: (token: number) => Box;
}

/** The card about the token that the user looks at, or about the selected range. */
export class Card {
  private readonly alternatives: AlternativesCache;
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private focused: number | null = null;
  private hovered: number | null = null;
  private range: TokenRange | null = null;
  /** Whether the text or the card has the keyboard focus. */
  private hasFocus = false;
  /** The floating card was closed, until the user looks at another token. */
  private isClosed = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly floating: FloatingCard,
    private readonly places: CardPlaces,
    private readonly events: CardEvents
  ) {
    this.alternatives = new AlternativesCache(events.askAlternatives);
    element.setAttribute("aria-label", l10n.t("Token"));
  }

  /** The token that had the focus last. */
  get focusedToken(): number {
    return this.focused ?? 0;
  }

  get selectedRange(): TokenRange | null {
    return this.range;
  }

  /** Another text. */
  show(text: ShownText, colouring: Colouring): void {
    this.text = text;
    this.colouring = colouring;
    this.focused = null;
    this.hovered = null;
    this.range = null;
    this.alternatives.clear();
    this.draw();
  }

  colour(colouring: Colouring): void {
    this.colouring = colouring;
    this.draw();
  }

  /** A token is hovered or `focused`; null: no longer. */
  look(token: number | null, focused: boolean): void {
    if (focused) {
      this.focused = token;
      this.hovered = null;
    } else if (token !== null || this.focused !== null || this.places.cardFloats()) {
      // In the dock the last token pointed at stays: the pointer may be on its way to the card.
      this.hovered = token;
    }
    if (token !== null) this.isClosed = false;
    const current = this.current();
    if (current !== null && this.text?.logprob(current) !== null) this.alternatives.request(current);
    this.draw();
  }

  select(range: TokenRange | null): void {
    this.range = range;
    this.isClosed = false;
    this.draw();
  }

  setFocus(hasFocus: boolean): void {
    if (hasFocus === this.hasFocus) return;
    this.hasFocus = hasFocus;
    this.place();
  }

  /** The range that is selected in the editor. No card floats over the text for it. */
  reveal(range: TokenRange): void {
    this.range = range;
    this.isClosed = true;
    this.draw();
  }

  answer(answer: Alternatives): void {
    this.alternatives.answer(answer);
    this.draw();
  }

  fail(token: number, message: string): void {
    this.alternatives.fail(token, message);
    this.draw();
  }

  /** Scores of tokens `[from, to)` have arrived. */
  update(from: number, to: number): void {
    const token = this.current();
    const isTouched = token !== null && token >= from && token < to;
    if (!isTouched && this.range === null) return;
    if (isTouched) this.alternatives.request(token);
    this.draw();
  }

  /** Hides the floating card. Returns whether there was one. */
  close(): boolean {
    const floats = this.floating.floats && !this.element.hidden;
    if (this.range !== null) this.events.clearRange();
    this.isClosed = true;
    this.place();
    return floats;
  }

  draw(): void {
    const {text, element} = this;
    if (text === null) return;
    const token = this.current();
    const {copyText, tryAlternative} = this.events;
    const tryIt = (alternative: number) => tryAlternative(token ?? 0, alternative);
    const actions = {copyText, tryIt, close: () => void this.close()};
    const {range} = this;
    if (range !== null && this.hovered === null) {
      const numbers = rangeNumbers(text.scored, range.from, range.to);
      render(rangeCard(numbers, {...actions, copy: () => this.events.copyRange(range)}), element);
      this.events.say(spokenRange(numbers));
    } else if (token === null) {
      render(noToken(), element);
    } else {
      const alternatives = this.alternatives.get(token);
      render(tokenCard(text, this.colouring?.levelOf(token) ?? 0, token, alternatives, actions), element);
      if (token === this.focused) this.events.say(text.logprob(token) === null ? "" : spoken(alternatives));
    }
    this.place();
  }

  /** Moves the card to where it belongs now: into the dock, or beside its token. */
  place(): void {
    const anchor = this.anchor();
    if (!this.places.cardFloats()) this.floating.dock();
    else if (anchor === null || !this.places.isVisible(anchor)) this.floating.hide();
    else this.floating.float(this.places.box(anchor), this.hovered === null);
  }

  /** The token that the floating card is beside; null if there is no such card now. */
  private anchor(): number | null {
    if (this.text === null || document.body.classList.contains("no-text")) return null;
    if (this.hovered !== null) return this.hovered;
    if (this.isClosed) return null;
    if (this.range !== null) return this.range.to - 1;
    return this.hasFocus ? this.focused : null;
  }

  private current(): number | null {
    return this.hovered ?? this.focused;
  }
}
