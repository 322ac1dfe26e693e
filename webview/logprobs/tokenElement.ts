import type {ScoredText} from "../../src/features/logprobs/protocol";
import {visibleText} from "../../src/metrics/visibleText";
import {bucketOf} from "./buckets";
import {percent} from "./numbers";

/** What can't be seen, or would move the text around it: line ends, tabs, controls, signs of direction, lone surrogates. */
const invisible =
  /[\n\t ]+|[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Z}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\ufeff]/gu;

/** The longest piece of text a browser lays out without a pause. No vocabulary has such tokens; a strange file may. */
const mostCharacters = 1000;

const blank = /^\s*$/u;

/**
 * One token as it stands in the text: an option of the list, coloured by its bucket, with white space and controls made
 * visible. Everything is put in as text, never as markup. The line end a token ends with is left to {@link endsLine}: inside,
 * it would leave an empty piece of the token on the next line.
 */
export function tokenElement(scored: ScoredText, token: number): HTMLElement {
  const {text, ends, ids, labels} = scored;
  const logprob = scored.logprobs[token] ?? null;
  const label = labels[token] ?? "";
  const start = token === 0 ? 0 : (ends?.[token - 1] ?? 0);
  const end = ends?.[token] ?? 0;

  const element = document.createElement("span");
  element.className = `token ${bucketOf(logprob).name}`;
  element.setAttribute("role", "option");
  element.setAttribute("aria-label", spokenLabel(label, ids[token] ?? 0, logprob));
  element.dataset["token"] = String(token);

  if (!ends) element.textContent = label;
  else if (start === end) element.append(mark("part", label));
  else if (end - start > mostCharacters)
    element.append(text.slice(start, start + mostCharacters), mark("control", "…"));
  else appendText(element, text.slice(start, end), text[end] ?? "\n");
  return element;
}

/** The token is followed by a line break, which stands beside it. */
export function endsLine({text, ends}: ScoredText, token: number): boolean {
  const end = ends?.[token] ?? 0;
  return end > (ends?.[token - 1] ?? 0) && text[end - 1] === "\n";
}

function spokenLabel(label: string, id: number, logprob: number | null): string {
  return `token '${label}', id ${id}, ${logprob === null ? "not scored" : `probability ${percent(logprob)}`}`;
}

/** `next` is the character after the text: blanks that end a line are made visible too. */
function appendText(element: HTMLElement, text: string, next: string): void {
  const lone = blank.test(text);
  let plain = 0;
  for (const {0: found, index} of text.matchAll(invisible)) {
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
