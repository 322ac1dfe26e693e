import {indentation, repeatedIndentation} from "./indentation";
import {cursorLine, isBlank, lineBreak} from "./lines";
import {repeatsItself} from "./repetition";

/**
 * The offset at which the generated text is cut and generation stops; undefined to go on.
 *
 * Can be called after every token: later text never changes an answer. A line decides as soon as its first character
 * that isn't blank is there, or its first word if that may become `else` or the like.
 *
 * `line`: at the first line break. A completion that begins with one, or repeats itself, is empty.
 *
 * `block`: after the last line that isn't blank, before
 * 1. a blank line after some text, because people end a paragraph of code or prose like that;
 * 2. a line with less indentation than the cursor's line, because it belongs to the code around the block;
 * 3. a line with the indentation of the cursor's line after a deeper one, because it begins the next statement. Lines
 *    with the same indentation and none deeper are one block;
 * 4. a line that repeats the line above, because the model is stuck in a loop;
 * 5. a line that repeats a piece of itself (`repeatsItself`).
 *
 * A repeated indentation in the first line does not count (`repeatedIndentation`).
 *
 * A line that closes a bracket of the cursor's line or of the completion is part of the block, whatever its
 * indentation. A line that closes a bracket from further above is not, unless it is deeper than the cursor's line. Rule
 * 3 waits inside such a bracket, and before `{`, `else`, `end` and other words that continue or close a block. Strings
 * and comments are not excluded from counting brackets: languages differ in them, and a wrong count moves the end by
 * only about a line.
 *
 * @param generated The generated text so far. @param prefix The text before it, with the whole start of the cursor's
 * line.
 * @returns A UTF-16 offset in `generated`.
 */
export function completionEnd(
  generated: string,
  prefix: string,
  extent: "line" | "block" | "unlimited"
): number | undefined {
  switch (extent) {
    case "unlimited":
      return undefined;
    case "line": {
      const [line = ""] = generated.split(lineBreak, 1);
      if (repeatsItself(line)) return 0;
      return line.length < generated.length ? line.length : undefined;
    }
    case "block":
      return blockEnd(generated, prefix);
    default:
      return extent satisfies never;
  }
}

function blockEnd(generated: string, prefix: string): number | undefined {
  let start = 0;
  let lastEnd = 0;
  let written = false;
  let deeper = false;
  let base = 0;
  let depth = 0;
  let previous = "";
  /** The text has only its first line so far. */
  let oneLine = false;
  for (let row = 0; ; row++) {
    const length = generated.slice(start).search(lineBreak);
    const complete = length !== -1;
    const end = complete ? start + length : generated.length;
    const line = (row === 0 ? cursorLine(prefix) : "") + generated.slice(start, end);

    if (repeatsItself(generated.slice(start, end))) return lastEnd;
    if (isBlank(line)) {
      if (!complete) return undefined;
      if (written) return lastEnd;
      if (row === 0) base = indentation(line);
    } else if (row === 0) {
      base = indentation(line);
      oneLine = true;
    } else {
      // The first character of the next line decides whether the indentation is repeated.
      if (oneLine && repeatedIndentation(prefix, generated) > 0) {
        previous = generated.slice(0, lastEnd);
        base = indentation(previous);
      }
      oneLine = false;
      const indent = indentation(line);
      if (closing.test(line.trimStart())) {
        if (depth === 0 && indent <= base) return lastEnd;
      } else if (indent < base) {
        return lastEnd;
      } else if (indent === base && deeper && depth === 0) {
        const belongs = carriesOn(line, complete);
        if (belongs === undefined) return undefined;
        if (!belongs) return lastEnd;
      }
      if (indent > base) deeper = true;
    }
    if (!complete) return undefined;

    // Lines of brackets may repeat, lines with a word must not.
    if (written && line === previous && /[\p{L}\p{N}]/u.test(line)) return lastEnd;
    previous = line;
    if (!isBlank(generated.slice(start, end))) {
      written = true;
      lastEnd = end;
    }
    depth = depthAfter(line, depth);
    start = end + (generated.startsWith("\r\n", end) ? 2 : 1);
  }
}

const closing = /^[)\]}]/;

/**
 * Whether a line continues or closes the block above it; undefined while its first word may still grow. The words come
 * from languages without braces (Python, Ruby, Lua, shell), and from `if` and `try` in all languages.
 */
function carriesOn(line: string, complete: boolean): boolean | undefined {
  const text = line.trimStart();
  if (text.startsWith("{")) return true;
  const word = /^\w*/.exec(text)?.[0] ?? "";
  const grows = !complete && word.length === text.length;
  if (grows && carryingOn.some((known) => known.startsWith(word))) return undefined;
  return carryingOn.includes(word);
}

const carryingOn = "else elif elsif elseif except catch finally rescue ensure end fi done esac until when".split(" ");

/** The number of open brackets after a line. A bracket that closes more than were opened is ignored. */
function depthAfter(line: string, before: number): number {
  let depth = before;
  for (const character of line) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && depth > 0) depth--;
  }
  return depth;
}
