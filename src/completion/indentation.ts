import {cursorLine, isBlank, lineBreak} from "./lines";

/** Columns of an indentation where nothing is known of the document's. */
const defaultSize = 4;

/** UTF-16 units of white space beyond which it is no indentation. */
const maxIndentation = 256;

/** UTF-16 units before the cursor in which the line above it is looked for. */
const maxLookback = 4096;

/** Columns of white space in front, a tab reaching to the next multiple of its width. */
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
 * How much white space in front of a generated text repeats the indentation that the cursor stands behind, in UTF-16 units.
 *
 * A model may write its first line from the cursor on, or whole. The same text can be either: where the line would stand decides.
 * - As it is: where it then stands as the line above does or as a block around it, or one step deeper behind a line that opens a block; where it continues
 *   the line above (`.then()`); where only that is deeper than the line that opens its block; where the next line stands beside it.
 * - Else it is taken to repeat, and so it is where the next line belongs to the same block and stands less deep.
 *
 * What comes behind the first sign of the next line doesn't matter: generation may ask before it is there.
 *
 * @param prefix From the start of the cursor's line at least. @param generated And the lines below it, where they are known. @param size Columns of an indentation, and of a tab.
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
    // Nothing but the next line can tell.
    return indented !== undefined && indented >= columns(before) && indented < here ? repeated : 0;
  }
  const outside = columns(above);
  if (indented === here && !opensBlock(first) && !/^\s*[.?:&|+*/=<>-]/.test(next ?? "")) return 0;
  // A cursor half way to where the blocks above stand.
  const levels = levelsAround(lines, columns);
  if (indented !== alone && levels.has(here) && !levels.has(alone)) return 0;
  if (!opensBlock(above)) {
    const goesOn = continues.test(first.trimStart()) && !continues.test(above.trimStart()) && alone <= outside;
    if (here !== outside) return goesOn ? 0 : repeated;
    // Beside the line above, where no bracket closes, or where the next line has it.
    if (/^\s*[)\]}]/.test(first)) return repeated;
    return indented !== undefined && indented <= here && (opensBlock(first) ? indented > alone : indented === alone)
      ? repeated
      : 0;
  }
  if (alone <= outside) return 0;
  if (indented !== undefined && indented > outside && indented < here) return repeated;
  // Python's is four. Elsewhere the cursor itself shows one, where it stands deeper.
  const shown = above.trimEnd().endsWith(":") ? 0 : columns(before) - outside;
  const step = size ?? minStep(lines) ?? (shown > 0 ? shown : defaultSize);
  return here === outside + step ? 0 : repeated;
}

/** How much white space of a line must go for it to stand behind `before` where it stands alone; 0 where none can. */
function lengthOfRepeated(before: string, line: string, columns: (line: string) => number): number {
  const blanks = /^[^\S\r\n]*/.exec(line)?.[0] ?? "";
  if (before.length > maxIndentation || blanks.length > 2 * maxIndentation) return 0;
  for (let length = 1; length <= blanks.length; length++)
    if (columns(before + blanks.slice(length)) === columns(blanks)) return length;
  return 0;
}

/** Columns at which the blocks stand that the last of these lines is in. */
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

/** Columns of the least indentation of two or more; one column is that of the stars of a comment. */
function minStep(lines: readonly string[]): number | undefined {
  const steps = lines.filter((line) => !isBlank(line)).map((line) => indentation(line));
  const deep = steps.filter((columns) => columns > 1);
  return deep.length === 0 ? undefined : Math.min(...deep);
}

/** What a line begins with that goes on with the one above it. */
const continues = /^(?:\.(?!\.)|\?|&&|\|\||\|>|=>|->|: )/;

/** Whether the next line stands deeper, as far as a line tells that in most languages. */
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
  // What it is about stands behind it on the same line.
  if (/[;}]$|\bend$|:\s+\S|^else\s+(?!if\b)/.test(plain)) return false;
  return opening.test(plain);
}

/** Words that open a block without a sign: of Ruby, Lua, the shell, and of the languages whose braces may be left out. */
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
