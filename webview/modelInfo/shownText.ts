import {visibleText} from "../../src/text/visibleText";

/** Characters of a text that are drawn where there is no button for more of it. */
const most = 300;

/** A text out of a file on one line, all of it visible, and not too long. */
export function shown(text: string, longest = most): string {
  return text.length <= longest ? visibleText(text) : `${visibleText(text.slice(0, longest).toWellFormed())}…`;
}
