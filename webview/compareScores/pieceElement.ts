import * as l10n from "@vscode/l10n";
import {differenceText} from "../../src/metrics/comparisonText";
import {pieceKinds} from "../../src/metrics/tokenAlignment";
import {decimal} from "../../src/text/numberText";
import {invisible, visibleText} from "../../src/text/visibleText";
import {mark} from "../ui/mark";
import type {ShownComparison} from "./shownComparison";

/** Matches characters that get a sign. Emoji of Unicode's list match first and stay whole. */
const signed = new RegExp(`(\\p{RGI_Emoji})|${invisible.source}`, "gv");

/** Longer texts make a browser's layout slow. Real vocabularies have no such tokens; a hostile file may. */
const maxCharacters = 1000;

/** The element of a piece: an option of the list. Everything is inserted as text, never as markup. */
export function pieceElement(shown: ShownComparison, piece: number, className: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.setAttribute("role", "option");
  element.setAttribute("aria-label", spokenLabel(shown, piece));
  element.dataset["piece"] = String(piece);
  const text = shown.texts.text(piece);
  if (text === "") element.append(mark("part", shown.texts.label(piece)));
  else if (text.length > maxCharacters) element.append(text.slice(0, maxCharacters), mark("part", "…"));
  else appendText(element, withoutLastBreak(text));
  if (endsLine(text)) element.append(mark("newline", "⏎"));
  return element;
}

/** Whether the piece ends with a line break. It is drawn behind its element: inside, it would leave an empty piece on the next line. */
export function endsLine(text: string): boolean {
  return text.endsWith("\n");
}

export function spokenLabel({texts, bits}: ShownComparison, piece: number): string {
  const label = texts.label(piece);
  const [a, b] = [decimal(bits.a[piece] ?? 0, 2), decimal(bits.b[piece] ?? 0, 2)];
  const kind = texts.alignment.kinds[piece];
  if (kind === pieceKinds.onlyA) return l10n.t("'{0}', only in A, {1} bits", label, a);
  if (kind === pieceKinds.onlyB) return l10n.t("'{0}', only in B, {1} bits", label, b);
  const difference = bits.differences[piece] ?? Number.NaN;
  if (Number.isNaN(difference)) return l10n.t("'{0}', not scored on both sides", label);
  return l10n.t("'{0}', A {1} bits, B {2} bits, difference {3}", label, a, b, differenceText(difference));
}

function withoutLastBreak(text: string): string {
  return endsLine(text) ? text.slice(0, -1) : text;
}

/** Blanks that are a piece by themselves get signs too. */
function appendText(element: HTMLElement, text: string): void {
  if (/^[ \t]+$/.test(text)) {
    element.append(mark("blank", text.replaceAll(" ", "·").replaceAll("\t", "→"), text));
    return;
  }
  element.append(
    text.replace(signed, (found: string, emoji: string | undefined) =>
      emoji !== undefined || found === "\n" || found === "\t" ? found : visibleText(found)
    )
  );
}
