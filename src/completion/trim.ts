import {repeatedIndentation} from "./indentation";
import {cursorLine, isBlank, toLineFeeds, withLineEndsOf} from "./lines";
import {type OpenString, openStrings, stringEnd} from "./quotes";

/**
 * The part of a generated text to show at the cursor; "" for none. The steps, in this order:
 * - The text ends before an invisible control character.
 * - Indentation, or a space, that the text before the cursor already has is dropped from the front.
 * - White space at the end is cut.
 * - The end is cut if it repeats the text after the cursor: as characters, as lines, or as closing brackets and quotes
 *   that match apart from spaces, `;` and `,`.
 * - The text ends before it closes a bracket or string that the text after the cursor closes.
 * - Round and square brackets that close nothing, and a last quote with nothing behind it, are cut from the end.
 * - Indentation and line ends become the document's.
 *
 * @param prefix The text before the cursor, with the whole start of its line. @param suffix The text after the cursor.
 * @param indentation The document's indentation, if it is known.
 */
export function trimCompletion(generated: string, prefix: string, suffix: string, indentation?: Indentation): string {
  const after = toLineFeeds(suffix);
  const following = after.replace(/^[^\S\n]+(?=\n|$)/, "");
  const atLineEnd = following === "" || following.startsWith("\n");
  let text = beforeControls(toLineFeeds(generated));
  const repeated = repeatedIndentation(prefix, atLineEnd ? text + following : text, indentation?.size);
  text = withoutSecondSpace(text.slice(repeated), prefix);
  text = trimEnd(text, atLineEnd);
  text = trimEnd(withoutOverlap(text, following), atLineEnd);
  text = trimEnd(withoutSecondClosing(text, cursorLine(prefix), following), atLineEnd);
  text = trimEnd(withoutUnopened(text, prefix), atLineEnd);
  text = atLineEnd ? withoutEmptyString(text, prefix).trimEnd() : text;
  text = atLineEnd ? withoutNextLines(text, prefix, following) : text;
  if (isBlank(text)) return "";
  if (indentation !== undefined) text = reindented(text, prefix, indentation);
  return withLineEndsOf(text, prefix, suffix);
}

/** An editor's indentation, as in VS Code's options. */
export interface Indentation {
  readonly tabs: boolean;
  /** Columns of a tab. */
  readonly size: number;
}

/** The text with the document's kind of indentation, because a model mixes tabs and spaces. */
function reindented(text: string, prefix: string, {tabs, size}: Indentation): string {
  const atIndentation = isBlank(cursorLine(prefix));
  return text
    .split("\n")
    .map((line, row) => (row === 0 && !atIndentation ? line : line.replace(/^[ \t]+/, (blanks) => indented(blanks))))
    .join("\n");

  function indented(blanks: string): string {
    if (!tabs) return blanks.replaceAll("\t", " ".repeat(size));
    return blanks.replaceAll(" ".repeat(size), "\t");
  }
}

/** The text without round and square brackets at its end that close nothing in the text or before it. */
function withoutUnopened(text: string, prefix: string): string {
  const openers = openersOf(prefix + text);
  for (let index = tailOf(text, ")];, \t"); index < text.length; index++)
    if (openers.get(prefix.length + index) === null) return text.slice(0, index);
  return text;
}

/** The start of the text's longest end that has only these characters. */
function tailOf(text: string, characters: string): number {
  let start = text.length;
  while (start > 0 && characters.includes(text.charAt(start - 1))) start--;
  return start;
}

/**
 * The text up to where it closes a bracket or string of the cursor's line that is already closed behind the cursor: the
 * editor has added the closer, and accepting the text would add a second one.
 */
function withoutSecondClosing(text: string, line: string, following: string): string {
  const strings = openStrings(line);
  if (strings.length > 0) {
    const closed = strings.findLast(({quote}) => following.startsWith(quote));
    return closed === undefined ? text : text.slice(0, endOfString(closed, line, text));
  }
  const open: string[] = [];
  for (const character of line) follow(open, character);
  let closed = 0;
  for (const character of following) {
    if (open.length === 0 || open.at(-1) !== openerOf[character]) break;
    open.pop();
    closed++;
  }
  if (closed === 0) return text;
  for (let index = 0; index < text.length; index++) if (!follow(open, text.charAt(index))) return text.slice(0, index);
  return text;
}

/**
 * Where a text ends the string that is open before it; undefined if it doesn't, or opens another one that the quote
 * behind it ends.
 */
function endOfString({quote, index}: OpenString, line: string, text: string): number | undefined {
  const whole = line.slice(index) + text;
  if (openStrings(whole).some((open) => open.quote === quote)) return undefined;
  const end = stringEnd(whole, quote.length, quote);
  return end === undefined ? undefined : Math.max(0, end - (whole.length - text.length));
}

const openerOf: Readonly<Record<string, string>> = {")": "(", "]": "[", "}": "{"};

/** Updates the open brackets. False if a bracket closes and none was open. */
function follow(open: string[], character: string): boolean {
  if ("([{".includes(character)) open.push(character);
  return openerOf[character] === undefined || open.pop() !== undefined;
}

/** The text without a last quote that opens an empty string. Three quotes stay: they open a string of several lines. */
function withoutEmptyString(text: string, prefix: string): string {
  const line = cursorLine(prefix + text);
  const [open] = openStrings(line);
  if (open === undefined || text === "" || open.index !== line.length - 1) return text;
  const before = line.at(-2) ?? "";
  const apostrophe = open.quote === "'" && /[\p{L}\p{N}]/u.test(before);
  return before === open.quote || apostrophe ? text : text.slice(0, -1);
}

/**
 * Invisible characters, which ghost text would not show and the user would accept unseen:
 * - control characters except tabs, line ends and form feeds;
 * - embeddings, overrides and isolates, which make code look like other code (CVE-2021-42574);
 * - characters without width, except the joiners in emoji;
 * - other line ends, of which editors warn;
 * - the replacement character, which stands for half a character.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const unseen = /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffd\u{e0000}-\u{e007f}]/u;

function beforeControls(text: string): string {
  const end = text.search(unseen);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * The text without a second space: after a space the model often begins with another one, because its words begin with
 * one. In indentation a single space is dropped too, except before a comment's star.
 */
function withoutSecondSpace(text: string, prefix: string): string {
  const line = cursorLine(prefix);
  if (!/\s$/.test(line)) return text;
  return isBlank(line) ? text.replace(/^ (?![\s*])/, "") : text.replace(/^[ \t]+/, "");
}

/** The text without white space at its end, unless text follows on the line: there a space may be right (`a + |b`). */
function trimEnd(text: string, atLineEnd: boolean): string {
  const end = text.trimEnd();
  return atLineEnd || text.slice(end.length).includes("\n") ? end : text;
}

/**
 * The text without the longest part of its end that already stands behind the cursor, or else without its last closers.
 * The part stays if the text would keep an open bracket of its own (`bar()` before `)` keeps both brackets), or if both
 * cuts are inside a word (`cat` before `table`).
 */
function withoutOverlap(text: string, following: string): string {
  const openers = openersOf(text);
  for (let start = Math.max(0, text.length - following.length); start < text.length; start++) {
    if (!following.startsWith(text.slice(start))) continue;
    const splitsWord = isInWord(text, start) && isInWord(following, text.length - start);
    if (!splitsWord && !splitsPair(openers, start)) return text.slice(0, start);
  }
  return withoutClosers(text, following, openers);
}

/** Whether a word continues across this offset. */
function isInWord(text: string, offset: number): boolean {
  return offset > 0 && /^\w\w$/.test(text.slice(offset - 1, offset + 1));
}

/** The text without closing brackets and quotes at its end that are the next ones on the line. */
function withoutClosers(text: string, following: string, openers: ReadonlyMap<number, number | null>): string {
  const present = /^[)\]}"'` \t]*/.exec(following)?.[0].replace(/\s/g, "") ?? "";
  for (let start = tailOf(text, ")]}\"'`;, \t"); start < text.length; start++) {
    if (!/[)\]}"'`]/.test(text.charAt(start)) || splitsPair(openers, start) || closesOwnQuote(text, start)) continue;
    if (present.startsWith(text.slice(start).replace(/[\s;,]/g, ""))) return text.slice(0, start);
  }
  return text;
}

/** Whether the quote closes a string of the text itself. */
function closesOwnQuote(text: string, index: number): boolean {
  const quote = text.charAt(index);
  return /["'`]/.test(quote) && openStrings(text.slice(0, index)).some((open) => open.quote === quote);
}

/** The index of the opening bracket for each closing one; null if it is not in the text. */
function openersOf(text: string): Map<number, number | null> {
  const openers = new Map<number, number | null>();
  const open: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if ("([{".includes(character)) open.push(index);
    else if (")]}".includes(character)) openers.set(index, open.pop() ?? null);
  }
  return openers;
}

function splitsPair(openers: ReadonlyMap<number, number | null>, start: number): boolean {
  for (const [closer, opener] of openers) {
    if (closer >= start && opener !== null && opener < start) return true;
  }
  return false;
}

/**
 * The text without lines at its end that the document's next lines repeat, apart from blank ones. If the whole text
 * repeats them, its last line may be unfinished, because generation may stop anywhere at the limit of tokens.
 */
function withoutNextLines(text: string, prefix: string, following: string): string {
  const next = following
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  const before = cursorLine(prefix);
  const rows = text.split("\n");
  const lines = rows.map((row, index) => (index === 0 ? before + row : row).trimEnd());
  // The cursor's line never counts as repeated, because the user has begun it.
  for (let start = isBlank(before) ? 0 : 1; start < lines.length; start++) {
    const tail = lines.slice(start).filter((line) => line !== "");
    if (tail.every((line, index) => line === next[index])) return rows.slice(0, start).join("\n").trimEnd();
    const unfinished =
      tail.length > 1 && isBlank(rows.slice(0, start).join("")) && next[tail.length - 1]?.startsWith(tail.at(-1) ?? "");
    if (unfinished && tail.slice(0, -1).every((line, index) => line === next[index])) return "";
  }
  return text;
}
