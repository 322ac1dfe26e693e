import {invisible, visibleText} from "../../src/metrics/visibleText";

/** Characters of a text that are drawn where there is no button for more of it. */
const most = 300;

/** A text out of a file on one line, all of it visible, and not too long. */
export function shown(text: string, longest = most): string {
  return text.length <= longest ? visibleText(text) : `${visibleText(text.slice(0, longest).toWellFormed())}…`;
}

/** A text of many lines: its line feeds and tabs stay what they are, and all else is visible. */
export function shownLines(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(invisible, (character) => (character === "\n" || character === "\t" ? character : visibleText(character)));
}
