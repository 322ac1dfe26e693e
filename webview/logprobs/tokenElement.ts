import * as l10n from "@vscode/l10n";
import {percent} from "../../src/text/numberText";
import {invisible, visibleText} from "../../src/text/visibleText";
import {mark} from "../ui/mark";
import type {ShownText} from "./shownText";

/**
 * Matches characters that get a sign: blanks and invisible ones. Emoji of Unicode's list match first and stay whole, with the
 * joiners, variation selectors and tag characters in them. Elsewhere these characters are invisible, and get a sign. The
 * token's label spells all of them.
 */
const signed = new RegExp(`(\\p{RGI_Emoji})|[\\n\\t ]+|${invisible.source}`, "gv");

/** Longer texts make a browser's layout slow. Real vocabularies have no such tokens; a hostile file may. */
const maxCharacters = 1000;

const blank = /^[\n\t ]*$/;

/** Most tokens: nothing in them needs a sign. */
const plain = /^ ?[!-~]+$/;

/**
 * The element of a token: an option of the list. Everything is inserted as text, never as markup. A line break at the token's end
 * goes after the element ({@link ShownText.endsLine}): inside, it would leave an empty piece of the token on the next line.
 *
 * Control characters always get a sign in their place. White space gets one where it is the whole token, or `everywhere`.
 */
export function tokenElement(shown: ShownText, token: number, everywhere: boolean): HTMLElement {
  const {text} = shown.scored;
  const start = shown.drawnEnd(token - 1);
  const end = shown.drawnEnd(token);
  const element = document.createElement("span");
  element.setAttribute("role", "option");
  element.dataset["token"] = String(token);

  if (!shown.hasPlaces) element.textContent = shown.label(token);
  else if (start === end) element.append(mark("part", shown.label(token)));
  else if (end - start > maxCharacters)
    element.append(text.slice(start, start + maxCharacters).toWellFormed(), mark("control", "…"));
  else {
    const drawn = text.slice(start, end);
    if (plain.test(drawn) && !(everywhere && drawn.startsWith(" "))) element.textContent = drawn;
    else appendText(element, drawn, everywhere || blank.test(drawn));
  }
  return element;
}

/** What a screen reader says of a token. */
export function spokenLabel(shown: ShownText, token: number): string {
  const label = shown.label(token);
  const id = shown.scored.ids[token] ?? 0;
  const logprob = shown.logprob(token);
  return logprob === null
    ? l10n.t("token '{0}', id {1}, not scored", label, id)
    : l10n.t("token '{0}', id {1}, probability {2}", label, id, percent(logprob));
}

function appendText(element: HTMLElement, text: string, blanksToo: boolean): void {
  let plain = 0;
  for (const {0: found, 1: emoji, index} of text.matchAll(signed)) {
    if (emoji !== undefined) continue;
    const isBlank = /^[\n\t ]/.test(found);
    const endsText = index + found.length === text.length;
    // A line break at the end goes after the element, also without a sign.
    if (isBlank && !blanksToo && !(endsText && found.endsWith("\n"))) continue;
    element.append(text.slice(plain, index));
    plain = index + found.length;
    if (!isBlank) element.append(mark("control", visibleText(found)));
    else if (blanksToo) appendBlanks(element, found, endsText);
    else element.append(found.slice(0, -1));
  }
  element.append(text.slice(plain));
}

/** Blanks stay in the text, for its layout. The style sheet draws their signs. */
function appendBlanks(element: HTMLElement, blanks: string, endsText: boolean): void {
  for (const {0: run, index} of blanks.matchAll(/ +|\t|\n/g)) {
    const outside = endsText && index + 1 === blanks.length;
    if (run === "\n") element.append(mark("newline", "⏎", outside ? "" : run));
    else if (run === "\t") element.append(mark("blank", "→", run));
    else element.append(mark("blank", "·".repeat(run.length), run));
  }
}
