import {repeatedIndentation} from "./indentation";
import {cursorLine, isBlank, toLineFeeds, withLineEndsOf} from "./lines";
import {type OpenString, openStrings, stringEnd} from "./quotes";

/**
 * What of a generated text to show at the cursor; "" for nothing.
 *
 * In this order: line ends become the document's; the text ends in front of a control that no one would see;
 * indentation that repeats what stands before the cursor is dropped from the front, as is a space from the front where the cursor already stands behind one; blank ends are cut; the end is cut where it repeats
 * what stands after the cursor, character by character, line by line, or as closing brackets and quotes that only spaces,
 * `;` or `,` keep from matching; it is cut before it closes what the text behind the cursor closes, and round and square
 * brackets that close nothing and a quote with nothing behind it are cut from its end. Indentation follows the document's.
 *
 * @param prefix The text before the cursor, from the start of its line at least. @param suffix The text after it.
 * @param indentation How the document's lines are indented; left as generated where that isn't known.
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

/** As VS Code has it for an editor. */
export interface Indentation {
  readonly tabs: boolean;
  /** Columns of a tab. */
  readonly size: number;
}

/** Lines indented with what the document has: a model mixes what it has seen. Within a line, white space stays. */
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

/** The text without a tail of round and square brackets that close nothing, neither of its own nor on the lines before. */
function withoutUnopened(text: string, prefix: string): string {
  const openers = openersOf(prefix + text);
  for (let index = tailOf(text, ")];, \t"); index < text.length; index++)
    if (openers.get(prefix.length + index) === null) return text.slice(0, index);
  return text;
}

/** Where the tail of a text begins that has none but these characters. */
function tailOf(text: string, characters: string): number {
  let start = text.length;
  while (start > 0 && characters.includes(text.charAt(start - 1))) start--;
  return start;
}

/**
 * The text up to where it closes a bracket or a string that was opened on the cursor's line and is closed right behind the cursor:
 * an editor writes both, and whoever accepted the text would have one too many.
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

/** Where a text ends the string that is open before it; undefined where it doesn't, or opens another one for the quote behind it. */
function endOfString({quote, index}: OpenString, line: string, text: string): number | undefined {
  const whole = line.slice(index) + text;
  if (openStrings(whole).some((open) => open.quote === quote)) return undefined;
  const end = stringEnd(whole, quote.length, quote);
  return end === undefined ? undefined : Math.max(0, end - (whole.length - text.length));
}

const openerOf: Readonly<Record<string, string>> = {")": "(", "]": "[", "}": "{"};

/** Keeps the brackets that are open. False where one is closed and none was. */
function follow(open: string[], character: string): boolean {
  if ("([{".includes(character)) open.push(character);
  return openerOf[character] === undefined || open.pop() !== undefined;
}

/** The text without a last quote that opens a string with nothing in it; three of them open one that has lines. */
function withoutEmptyString(text: string, prefix: string): string {
  const line = cursorLine(prefix + text);
  const [open] = openStrings(line);
  if (open === undefined || text === "" || open.index !== line.length - 1) return text;
  const before = line.at(-2) ?? "";
  const apostrophe = open.quote === "'" && /[\p{L}\p{N}]/u.test(before);
  return before === open.quote || apostrophe ? text : text.slice(0, -1);
}

/**
 * Controls but for tabs, line ends and form feeds; embeddings, overrides and isolates, which make code look like other code
 * (CVE-2021-42574); what takes no room, but for joiners, of which emoji are made; other line ends, of which editors warn; and what
 * stands for half a character. Ghost text would not show them, and whoever takes it would have them in their file.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const unseen = /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffd\u{e0000}-\u{e007f}]/u;

function beforeControls(text: string): string {
  const end = text.search(unseen);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Behind a space the model often starts with a space again, because its words have one in front. In indentation a single one
 * is no more of that, but for the one before a comment's star.
 */
function withoutSecondSpace(text: string, prefix: string): string {
  const line = cursorLine(prefix);
  if (!/\s$/.test(line)) return text;
  return isBlank(line) ? text.replace(/^ (?![\s*])/, "") : text.replace(/^[ \t]+/, "");
}

/** Where text follows on the line, a space before it may be wanted (`a + |b`); at a line's end none is. */
function trimEnd(text: string, atLineEnd: boolean): string {
  const end = text.trimEnd();
  return atLineEnd || text.slice(end.length).includes("\n") ? end : text;
}

/**
 * The text without the part of its end that stands behind the cursor already: the longest such part, exactly, or else a
 * tail of closers. A part isn't taken where it would leave a bracket open that the text itself opened (`bar()` before `)`
 * keeps both brackets), or where it starts and ends inside a word (`cat` before `table`).
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

/** A word goes on across this offset. */
function isInWord(text: string, offset: number): boolean {
  return offset > 0 && /^\w\w$/.test(text.slice(offset - 1, offset + 1));
}

/** Drops the longest tail of unmatched closing brackets and quotes that are the next ones on the line anyway. */
function withoutClosers(text: string, following: string, openers: ReadonlyMap<number, number | null>): string {
  const present = /^[)\]}"'` \t]*/.exec(following)?.[0].replace(/\s/g, "") ?? "";
  for (let start = tailOf(text, ")]}\"'`;, \t"); start < text.length; start++) {
    if (!/[)\]}"'`]/.test(text.charAt(start)) || splitsPair(openers, start) || closesOwnQuote(text, start)) continue;
    if (present.startsWith(text.slice(start).replace(/[\s;,]/g, ""))) return text.slice(0, start);
  }
  return text;
}

/** A quote, and the text before it has opened one: the two belong together. */
function closesOwnQuote(text: string, index: number): boolean {
  const quote = text.charAt(index);
  return /["'`]/.test(quote) && openStrings(text.slice(0, index)).some((open) => open.quote === quote);
}

/** For every closing bracket of the text, by index: the index of its opening one; null where that is further above. */
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
 * The text without lines at its end that the next lines of the document repeat, blank ones left aside. Where the whole
 * text repeats them, its last line may be unfinished: generation stops anywhere when it runs out of tokens.
 */
function withoutNextLines(text: string, prefix: string, following: string): string {
  const next = following
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  const before = cursorLine(prefix);
  const rows = text.split("\n");
  const lines = rows.map((row, index) => (index === 0 ? before + row : row).trimEnd());
  // A line that was begun before the cursor is not a repetition: its beginning is the user's.
  for (let start = isBlank(before) ? 0 : 1; start < lines.length; start++) {
    const tail = lines.slice(start).filter((line) => line !== "");
    if (tail.every((line, index) => line === next[index])) return rows.slice(0, start).join("\n").trimEnd();
    const unfinished =
      tail.length > 1 && isBlank(rows.slice(0, start).join("")) && next[tail.length - 1]?.startsWith(tail.at(-1) ?? "");
    if (unfinished && tail.slice(0, -1).every((line, index) => line === next[index])) return "";
  }
  return text;
}
