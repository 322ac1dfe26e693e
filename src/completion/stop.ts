import {indentation, repeatedIndentation} from "./indentation";
import {cursorLine, isBlank, lineBreak} from "./lines";
import {repeatsItself} from "./repetition";

/**
 * Where the generated text must be cut, so that generation can stop; undefined: go on.
 *
 * Safe to ask after every token: what comes later never changes an answer once given, and never moves it. A line decides
 * as soon as its first character that isn't blank is there (its first word where that could become `else` or the like).
 *
 * `line`: at the first line break. A completion that opens with one is empty, and so is one that repeats itself.
 *
 * `block`: after the last line that isn't blank
 * 1. before a blank line, once something was written: that is how people end a paragraph of code or prose;
 * 2. before a line indented less than the cursor's line: it belongs to what surrounds the block;
 * 3. before a line indented like the cursor's line, once the text went deeper and came back: the block is over, and that
 *    line begins the next statement. Lines at one indentation, none deeper, are one block;
 * 4. before a line that says again what the line above it says: a model that repeats itself has lost its thread;
 * 5. before a line in which it says the same piece again and again (`repeatsItself`).
 *
 * A first line that repeats the indentation before the cursor counts without it (`repeatedIndentation`).
 *
 * A line that closes a bracket which the cursor's line or the completion opened is part of the block, whatever its
 * indentation; one that closes a bracket from further above isn't, unless it is deeper than the cursor's line. Inside
 * such a bracket, and before `{`, `else`, `end` and the other words that carry on or close a block, rule 3 waits.
 * Brackets are counted without regard to strings and comments: a miscount moves the end by a line or so, and languages
 * disagree on what a string is.
 *
 * @param generated What the model wrote so far. @param prefix The text before it, from the start of the cursor's line at
 * least.
 * @returns A UTF-16 offset into `generated`.
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
  /** Of the text there is the first line alone, so far. */
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
      // What decides it is known with the first sign of the next line.
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

    // A line of brackets may well repeat; one with a word in it says the same thing twice.
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
 * Whether a line carries on or closes the block above it; undefined while its first word may still grow.
 * The words are those of the languages without braces (Python, Ruby, Lua, shell) and of `if` and `try` everywhere.
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

/** Open brackets after a line; what closes a bracket from before counts as nothing. */
function depthAfter(line: string, before: number): number {
  let depth = before;
  for (const character of line) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && depth > 0) depth--;
  }
  return depth;
}
