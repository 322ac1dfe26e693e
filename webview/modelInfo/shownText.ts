import {visibleText} from "../../src/text/visibleText";

/** Maximum characters of a text without a button for more of it. */
const maxLength = 300;

/** A text from a file on one line, with all characters visible, cut to a maximum length. */
export function shown(text: string, max = maxLength): string {
  return text.length <= max ? visibleText(text) : `${visibleText(text.slice(0, max).toWellFormed())}…`;
}
