import {cursorLine, isBlank, lineBreak} from "./lines";
import {openStrings} from "./quotes";

/**
 * How far a completion at the cursor may reach.
 *
 * One line where something that isn't blank follows on the cursor's line: a second line would push that text away from
 * what it belongs to. Closing brackets count as something, as in llama.vscode: with the cursor in `foo(|)` the rest of
 * the call is wanted, not a block inside it. One line also inside a string and inside a comment: the rest of a sentence is
 * wanted there, and a model that is let go on writes the function below it.
 *
 * @param prefix The text before the cursor. @param suffix The text after it. Both may be cut anywhere but on the
 * cursor's line.
 */
export function stopGranularity(prefix: string, suffix: string): "line" | "block" {
  const [rest = ""] = suffix.split(lineBreak, 1);
  if (!isBlank(rest)) return "line";
  const line = cursorLine(prefix);
  return lineComment.test(line) || endsInComment(line) || openStrings(line).length > 0 ? "line" : "block";
}

/**
 * A line that opens as a comment of the common languages does. Without the language this also takes a Markdown heading, a
 * list item or a preprocessor line, of which one line at a time is right as well.
 */
const lineComment = /^\s*(?:\/\/|#|--|\*(?:\s|$))/;

/** A comment that begins behind code, with blanks around its sign; and one that has no end yet. */
const comment = /\s(?:\/\/|#|--)\s|\/\*(?!.*\*\/)|<!--(?!.*-->)/g;

function endsInComment(line: string): boolean {
  return [...line.matchAll(comment)].some(({index}) => openStrings(line.slice(0, index)).length === 0);
}
