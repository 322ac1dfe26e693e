import * as l10n from "@vscode/l10n";
import {html, render} from "lit";
import {count} from "../../src/text/numberText";
import {iconButton, searchBox} from "../ui/controls";
import {runInSlices} from "../ui/slices";
import {type Box, isOver} from "./layout";
import {findMatches, type Matches} from "./matches";
import type {ShownText} from "./shownText";
import type {TokenRange} from "./tokenRange";

export interface FindEvents {
  /** The token that has the keyboard focus, or had it last. */
  readonly active: () => number;
  /** What is found, and the tokens of the match that the user is at. Null: nothing is searched for. */
  readonly onFound: (marks: Uint8Array | null, current: TokenRange | null) => void;
  /** The user goes to a match. */
  readonly onGo: (tokens: TokenRange) => void;
  /** Where a token is in the window. */
  readonly box: (token: number) => Box;
  /** The box is closed; the focus goes to a token. */
  readonly onLeave: (token: number) => void;
}

/**
 * The search box over the text. It searches all of the text, of which the page has only the part near the window: VS Code's own
 * find widget would miss the rest.
 */
export class Find {
  private text: ShownText | null = null;
  private query = "";
  private matches: Matches | null = null;
  /** The number of the match that the user is at. */
  private current: number | null = null;
  /** What had the focus before. */
  private opener: HTMLElement | null = null;
  /** The token from which on the first match is looked for, whatever an unfinished word has led to meanwhile. */
  private origin = 0;
  /** Counts searches: only what the last one finds is of use. */
  private searches = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly events: FindEvents
  ) {
    element.setAttribute("role", "search");
    element.setAttribute("aria-label", l10n.t("Find in Text"));
    element.hidden = true;
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /** Another text, or the same one scored again. */
  show(text: ShownText): void {
    this.text = text;
    if (this.element.hidden) this.forget();
    else void this.search(false);
  }

  readonly open = (): void => {
    const wasHidden = this.element.hidden;
    const {activeElement} = document;
    if (wasHidden) {
      this.opener = activeElement instanceof HTMLElement ? activeElement : null;
      this.origin = this.events.active();
    }
    this.element.hidden = false;
    this.draw();
    const field = this.element.querySelector<HTMLElement>("#find-field");
    field?.focus();
    field?.shadowRoot?.querySelector("input")?.select();
    if (wasHidden) void this.search(false);
  };

  /** To the next match in that direction, and around the text's end. Opens the box where nothing was searched for. */
  goToNext(direction: 1 | -1): void {
    const {matches, current} = this;
    if (this.element.hidden || this.query === "") {
      this.open();
      void this.search(true);
    }
    if (matches === null || matches.count === 0) return;
    const from = current ?? this.nearest(matches) - (direction === 1 ? 1 : 0);
    const next = (from + direction + matches.count) % matches.count;
    this.origin = matches.tokens(next).from;
    this.goTo(matches, next);
  }

  private readonly close = (): void => {
    const {matches, current, origin, opener} = this;
    const hasMoved = this.events.active() !== origin;
    this.element.hidden = true;
    this.forget();
    if (current !== null && matches !== null) this.events.onLeave(matches.tokens(current).from);
    else if (hasMoved || !opener?.isConnected) this.events.onLeave(origin);
    else opener.focus({preventScroll: true});
  };

  private forget(): void {
    this.searches++;
    this.matches = null;
    this.current = null;
    this.events.onFound(null, null);
  }

  private readonly type = (query: string): void => {
    this.query = query;
    void this.search(true);
  };

  private async search(goes: boolean): Promise<void> {
    const {text, query} = this;
    this.forget();
    this.draw();
    const search = this.searches;
    const matches = text === null || query === "" ? null : await runInSlices(findMatches(text, query));
    if (search !== this.searches) return;
    this.matches = matches;
    if (goes && matches !== null && matches.count > 0) this.goTo(matches, this.nearest(matches));
    else {
      this.events.onFound(matches?.marks ?? null, null);
      this.draw();
    }
  }

  private goTo(matches: Matches, match: number): void {
    const tokens = matches.tokens(match);
    this.current = match;
    this.events.onFound(matches.marks, tokens);
    this.events.onGo(tokens);
    this.draw();
    this.element.classList.remove("low");
    const own = this.element.getBoundingClientRect();
    const covers = [tokens.from, tokens.to - 1].some((token) => isOver(own, this.events.box(token)));
    this.element.classList.toggle("low", covers);
  }

  /** The first match from the origin on; behind the last one, the text's first. */
  private nearest(matches: Matches): number {
    let low = 0;
    let high = matches.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (matches.tokens(middle).from >= this.origin) high = middle;
      else low = middle + 1;
    }
    return low % Math.max(1, matches.count);
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const isField = (event.target as Element).id === "find-field";
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && isField) this.goToNext(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private draw(): void {
    render(
      html`${searchBox({id: "find-field", label: l10n.t("Find in Text"), value: this.query, onInput: this.type})}
        <span class="find-count" role="status">${this.countText()}</span>
        ${iconButton({icon: "previous", label: l10n.t("Previous Match (Shift+Enter)"), onClick: () => this.goToNext(-1)})}
        ${iconButton({icon: "next", label: l10n.t("Next Match (Enter)"), onClick: () => this.goToNext(1)})}
        ${iconButton({icon: "close", label: l10n.t("Close"), onClick: this.close})}`,
      this.element
    );
  }

  private countText(): string {
    const {matches, current} = this;
    if (matches === null) return "";
    if (matches.count === 0) return l10n.t("No matches");
    return l10n.t("{0} of {1}", current === null ? "?" : count(current + 1), count(matches.count));
  }
}
