import {cursorLine, isBlank, lineBreak} from "./lines";

/** Columns of an indentation if the document's is unknown. */
const defaultSize = 4;

/** Max UTF-16 units of an indentation. */
const maxIndentation = 256;

/** Max UTF-16 units before the cursor that are searched for the line above. */
const maxLookback = 4096;

/** Columns of a line's indentation. A tab reaches to the next multiple of its width. */
export function indentation(line: string, tab = defaultSize): number {
  let columns = 0;
  for (const character of line) {
    if (character === "\t") columns += tab - (columns % tab);
    else if (isBlank(character)) columns++;
    else break;
  }
  return columns;
}

/**
 * How many UTF-16 units at the start of a generated text repeat the indentation before the cursor.
 *
 * A model may write its first line from the cursor on, or with the indentation once more. The column where the line
 * would stand decides.
 * - It does not repeat if it then stands at the level of the line above or of a block around it, or one step deeper
 *   after a line that opens a block; if it continues the line above (`.then()`); if it is deeper than the line that
 *   opens its block only this way; or if the next line has the same indentation.
 * - Otherwise it repeats, also if the next line belongs to the same block and is indented less.
 *
 * Only the first character of the next line counts, because the rest may not be generated yet.
 *
 * @param prefix The text before the cursor, with the whole start of its line. @param generated The generated text, and
 * the lines below if they are known. @param size Columns of an indentation, and of a tab.
 */
export function repeatedIndentation(prefix: string, generated: string, size?: number): number {
  const before = cursorLine(prefix);
  const [first = "", ...others] = generated.split(lineBreak);
  if (before === "" || !isBlank(before) || isBlank(first)) return 0;
  const columns = (line: string): number => indentation(line, size);
  const alone = columns(first);
  const here = columns(before + first);
  const repeated = lengthOfRepeated(before, first, columns);
  if (repeated === 0 || here === alone) return 0;

  const lines = prefix.slice(-maxLookback - before.length, prefix.length - before.length).split(lineBreak);
  const above = lines.findLast((line) => !isBlank(line));
  const next = others.find((line) => !isBlank(line));
  const indented = next === undefined ? undefined : columns(next);
  if (above === undefined) {
    // Without a line above, only the next line decides.
    return indented !== undefined && indented >= columns(before) && indented < here ? repeated : 0;
  }
  const outside = columns(above);
  if (indented === here && !opensBlock(first) && !/^\s*[.?:&|+*/=<>-]/.test(next ?? "")) return 0;
  // The cursor stands half way to the level of a block above.
  const levels = levelsAround(lines, columns);
  if (indented !== alone && levels.has(here) && !levels.has(alone)) return 0;
  if (!opensBlock(above)) {
    const goesOn = continues.test(first.trimStart()) && !continues.test(above.trimStart()) && alone <= outside;
    if (here !== outside) return goesOn ? 0 : repeated;
    // At the level of the line above: kept unless the line closes a bracket, if the next line agrees.
    if (/^\s*[)\]}]/.test(first)) return repeated;
    return indented !== undefined && indented <= here && (opensBlock(first) ? indented > alone : indented === alone)
      ? repeated
      : 0;
  }
  if (alone <= outside) return 0;
  if (indented !== undefined && indented > outside && indented < here) return repeated;
  // Python uses four columns. In other languages a deeper cursor shows the step.
  const shown = above.trimEnd().endsWith(":") ? 0 : columns(before) - outside;
  const step = size ?? minStep(lines) ?? (shown > 0 ? shown : defaultSize);
  return here === outside + step ? 0 : repeated;
}

/**
 * How much white space of a line to drop, so that behind `before` it has the same column as alone; 0 if that is
 * impossible.
 */
function lengthOfRepeated(before: string, line: string, columns: (line: string) => number): number {
  const blanks = /^[^\S\r\n]*/.exec(line)?.[0] ?? "";
  if (before.length > maxIndentation || blanks.length > 2 * maxIndentation) return 0;
  for (let length = 1; length <= blanks.length; length++)
    if (columns(before + blanks.slice(length)) === columns(blanks)) return length;
  return 0;
}

/** The columns of the blocks around the last of these lines. */
function levelsAround(lines: readonly string[], columns: (line: string) => number): ReadonlySet<number> {
  const levels = new Set<number>();
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines.toReversed()) {
    if (isBlank(line) || columns(line) >= least) continue;
    least = columns(line);
    levels.add(least);
  }
  return levels;
}

/** The smallest indentation of at least two columns. One column is that of a comment's stars. */
function minStep(lines: readonly string[]): number | undefined {
  const steps = lines.filter((line) => !isBlank(line)).map((line) => indentation(line));
  const deep = steps.filter((columns) => columns > 1);
  return deep.length === 0 ? undefined : Math.min(...deep);
}

/** The start of a line that continues the line above. */
const continues = /^(?:\.(?!\.)|\?|&&|\|\||\|>|=>|->|: )/;

/** Whether the next line is indented deeper, by the rules of most languages. */
function opensBlock(line: string): boolean {
  const text = line.replace(/\s(?:\/\/|#|--)\s.*$/, "").trim();
  if (/^(?:\/\/|#|--|\*|\/\*|;)/.test(text)) return false;
  if (hasOpenBracket(text)) return true;
  const plain = text.replace(/\([^()]*\)/g, "()");
  if (/[:=\\]$|[=-]>$|&&$|\|\|$|[^+]\+$|^\+$/.test(plain)) return true;
  if (/(?:^|[\s>])<(?!(?:br|hr|img|input|link|meta)\b)[a-z][^<>]*[^<>/-]>$|^<[a-z]>$/i.test(text)) return true;
  if (/\b(?:then|do|else|begin|try|finally|ensure|of|where|let|in|repeat|loop)$|\bdo\s*\|[^|]*\|$/i.test(plain))
    return true;
  if (/^(?:select|from|where|set|values|having|group by|order by)$/i.test(plain)) return true;
  // The block's content follows on the same line.
  if (/[;}]$|\bend$|:\s+\S|^else\s+(?!if\b)/.test(plain)) return false;
  return opening.test(plain);
}

/** Words that open a block without a bracket: in Ruby, Lua, the shell, and in languages with optional braces. */
const opening =
  /^(?:if|elif|elsif|elseif|else|unless|while|until|for|foreach|switch|case|when|with|def|class|module|(?:local )?function|sub|begin|struct)\b/;

function hasOpenBracket(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && depth > 0) depth--;
  }
  return depth > 0;
}
