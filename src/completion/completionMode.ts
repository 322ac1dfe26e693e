import {cursorLine, isBlank, lineBreak} from "./lines";
import {openStrings} from "./quotes";

/**
 * The stop granularity of a completion at the cursor: one line or a block.
 *
 * One line if text follows on the cursor's line, because a second line would push that text away from what it belongs
 * to. A closing bracket counts as text, as in llama.vscode: in `foo(|)` the user wants the rest of the call, not a
 * block inside it. One line also in strings and comments: otherwise the model would go on with the code below.
 *
 * @param prefix The text before the cursor. @param suffix The text after it. Both must hold the whole cursor's line.
 */
export function stopGranularity(prefix: string, suffix: string): "line" | "block" {
  const [rest = ""] = suffix.split(lineBreak, 1);
  if (!isBlank(rest)) return "line";
  const line = cursorLine(prefix);
  return lineComment.test(line) || endsInComment(line) || openStrings(line).length > 0 ? "line" : "block";
}

/**
 * A line that begins like a comment in a common language. It also matches Markdown headings, list items and
 * preprocessor lines, for which one line is right as well.
 */
const lineComment = /^\s*(?:\/\/|#|--|\*(?:\s|$))/;

/** A comment behind code, with blanks around its sign, and a comment that is not closed yet. */
const comment = /\s(?:\/\/|#|--)\s|\/\*(?!.*\*\/)|<!--(?!.*-->)/g;

function endsInComment(line: string): boolean {
  return [...line.matchAll(comment)].some(({index}) => openStrings(line.slice(0, index)).length === 0);
}
