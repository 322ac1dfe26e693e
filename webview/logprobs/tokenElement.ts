import * as l10n from "@vscode/l10n";
import {bucketOf} from "../../src/metrics/buckets";
import {percent} from "../../src/text/numberText";
import {invisible, visibleText} from "../../src/text/visibleText";
import type {ShownText} from "./shownText";

/**
 * What needs a sign: blanks, and what can't be seen. An emoji of Unicode's list is found first, and stays whole: the joiners,
 * variation selectors and tag characters in it are seen as the emoji they make. One more of them, or one elsewhere, is not.
 * The token's label spells them all.
 */
const signed = new RegExp(`(\\p{RGI_Emoji})|[\\n\\t ]+|${invisible.source}`, "gv");

/** The longest piece of text a browser lays out without a pause. No vocabulary has such tokens; a strange file may. */
const maxCharacters = 1000;

const blank = /^\s*$/u;

/**
 * One token as it stands in the text: an option of the list, coloured by its bucket, with white space and controls made
 * visible. Everything is put in as text, never as markup. The line end a token ends with is left to {@link ShownText.endsLine}: inside,
 * it would leave an empty piece of the token on the next line.
 */
export function tokenElement(shown: ShownText, token: number): HTMLElement {
  const {text, ids} = shown.scored;
  const logprob = shown.logprob(token);
  const label = shown.label(token);
  const start = shown.start(token);
  const end = shown.end(token);

  const element = document.createElement("span");
  element.className = `token ${bucketOf(logprob).name}`;
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

/** `next` is the character after the text: blanks that end a line are made visible too. */
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

/** Blanks stay in the text, so that it keeps its layout and can be copied; their signs are drawn by the style sheet. */
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
