import {type Box, cardPosition} from "./layout";

/** The card, at home in its dock or floating over the text beside a token. */
export class FloatingCard {
  constructor(
    private readonly card: HTMLElement,
    private readonly home: HTMLElement,
    /** Where it floats: it is appended there, and stays within it. */
    private readonly over: HTMLElement
  ) {}

  get floats(): boolean {
    return this.card.classList.contains("floating");
  }

  /** Back into the dock. */
  dock(): void {
    this.card.classList.remove("floating");
    this.card.hidden = false;
    if (this.card.parentElement !== this.home) this.home.append(this.card);
  }

  hide(): void {
    this.card.hidden = true;
  }

  /**
   * Beside a token. One that only follows the pointer lets it through: the pointer is on its way to another token. `token` may have
   * scrolled out of sight; then there is no card.
   */
  float(token: Box, canBeClicked: boolean): void {
    const {card, over} = this;
    const {documentElement: window} = document;
    const text = over.getBoundingClientRect();
    card.classList.add("floating");
    card.classList.toggle("passive", !canBeClicked);
    if (card.parentElement !== over) over.append(card);
    card.hidden = token.bottom <= text.top || token.top >= text.bottom;
    if (card.hidden) return;
    card.style.removeProperty("--card-max");
    const {offsetWidth: width, offsetHeight: height} = card;
    // A card that catches clicks leaves the controls above the text alone.
    const bounds = {left: 0, top: canBeClicked ? text.top : 0, right: window.clientWidth, bottom: window.clientHeight};
    const {left, top, maxHeight} = cardPosition(token, {width, height}, bounds);
    card.style.setProperty("--card-left", `${left}px`);
    card.style.setProperty("--card-top", `${top}px`);
    card.style.setProperty("--card-max", `${maxHeight}px`);
  }
}
