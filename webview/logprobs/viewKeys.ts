import type {Card} from "./card";
import type {ColourState} from "./colourState";
import type {Find} from "./find";
import type {TokenFlow} from "./tokenFlow";

/** What the keys of the whole view act on. */
export interface KeyTargets {
  readonly tokens: HTMLElement;
  readonly flow: TokenFlow;
  readonly card: Card;
  readonly colours: ColourState;
  readonly find: Find;
}

/** Keys that no part of the view has taken: Escape, those of the search, and those that lead into the text of a view that was just opened. */
export function listenForKeys(targets: KeyTargets, isShown: () => boolean): void {
  document.addEventListener("keydown", (event) => {
    const {altKey, ctrlKey, metaKey, shiftKey, key, target, defaultPrevented} = event;
    if (altKey || defaultPrevented || !isShown()) return;
    if (ctrlKey || metaKey) {
      if (shiftKey || key.toLowerCase() !== "f") return;
      targets.find.open();
    } else if (key === "F3") targets.find.goToNext(shiftKey ? -1 : 1);
    else if (key === "Escape") takeBack(targets);
    else if (target === document.body && (key === "n" || key === "ArrowRight")) targets.flow.focus();
    else return;
    event.preventDefault();
  });
}

/** Takes back the last thing: the card, the selection, the filter; or goes back to the text. */
function takeBack({tokens, flow, card, colours}: KeyTargets): void {
  const isInText = tokens.contains(document.activeElement);
  const hadRange = card.selectedRange !== null;
  if ((card.close() || hadRange) && isInText) return;
  if (isInText && colours.isFiltered) colours.filter(null);
  else flow.focus();
}
