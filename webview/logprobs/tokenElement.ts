import * as l10n from "@vscode/l10n";
import {percent} from "../../src/text/numberText";
import {invisible, visibleText} from "../../src/text/visibleText";
import {levelClass} from "./colouring";
import type {ShownText} from "./shownText";

/**
 * Matches characters that get a sign: blanks and invisible ones. Emoji of Unicode's list match first and stay whole, with the
 * joiners, variation selectors and tag characters in them. Elsewhere these characters are invisible, and get a sign. The
 * token's label spells all of them.
 */
const signed = new RegExp(`(\\p{RGI_Emoji})|[\\n\\t ]+|${invisible.source}`, "gv");

/** Longer texts make a browser's layout slow. Real vocabularies have no such tokens; a hostile file may. */
const maxCharacters = 1000;

const blank = /^\s*$/u;

/**
 * The element of a token: an option of the list, coloured by its level, with visible white space and control characters.
 * Everything is inserted as text, never as markup. A line break at the token's end goes after the element
 * ({@link ShownText.endsLine}): inside, it would leave an empty piece of the token on the next line.
 */
export function tokenElement(shown: ShownText, token: number, level: number): HTMLElement {
  const {text, ids} = shown.scored;
  const logprob = shown.logprob(token);
  const label = shown.label(token);
  const start = shown.start(token);
  const end = shown.end(token);

  const element = document.createElement("span");
  element.className = `token ${levelClass(level)}`;
  element.setAttribute("role", "option");
  element.setAttribute("aria-label", spokenLabel(label, ids[token] ?? 0, logprob));
  element.dataset["token"] = String(token);

  if (!shown.ends) element.textContent = label;
  else if (start === end) element.append(mark("part", label));
  else if (end - start > maxCharacters) element.append(text.slice(start, start + maxCharacters), mark("control", "…"));
  else appendText(element, text.slice(start, end), text[end] ?? "\n");
  return element;
}

function spokenLabel(label: string, id: number, logprob: number | null): string {
  return logprob === null
    ? l10n.t("token '{0}', id {1}, not scored", label, id)
    : l10n.t("token '{0}', id {1}, probability {2}", label, id, percent(logprob));
}

/** `next` is the character after the text. It tells whether blanks are at the end of a line, where they get signs. */
function appendText(element: HTMLElement, text: string, next: string): void {
  const lone = blank.test(text);
  let plain = 0;
  for (const {0: found, 1: emoji, index} of text.matchAll(signed)) {
    if (emoji !== undefined) continue;
    const after = text[index + found.length] ?? next;
    if (/^ +$/.test(found) && !lone && after !== "\n" && after !== "\r") continue;
    element.append(text.slice(plain, index));
    plain = index + found.length;
    if (/^[\n\t ]/.test(found)) appendBlanks(element, found, plain === text.length);
    else element.append(mark("control", visibleText(found)));
  }
  element.append(text.slice(plain));
}

/** Blanks stay in the text, for its layout and for copying. The style sheet draws their signs. */
function appendBlanks(element: HTMLElement, blanks: string, last: boolean): void {
  for (const {0: run, index} of blanks.matchAll(/ +|\t|\n/g)) {
    const outside = last && index + 1 === blanks.length;
    if (run === "\n") element.append(mark("newline", "⏎", outside ? "" : run));
    else if (run === "\t") element.append(mark("blank", "→", run));
    else element.append(mark("blank", "·".repeat(run.length), run));
  }
}

function mark(kind: string, sign: string, text = ""): HTMLElement {
  const element = document.createElement("span");
  element.className = `mark ${kind}`;
  element.dataset["sign"] = sign;
  element.textContent = text;
  return element;
}
