import {cursorLine, isBlank} from "./lines";

/**
 * What of a generated text to show at the cursor; "" for nothing.
 *
 * In this order: line ends become the document's; the text ends in front of a control that no one would see; a space is
 * dropped from the front where the cursor already stands behind one; blank ends are cut; the end is cut where it repeats
 * what stands after the cursor, character by character, line by line, or as closing brackets and quotes that only spaces,
 * `;` or `,` keep from matching; round and square brackets at the end that close nothing are cut. Indentation follows the document's.
 *
 * @param prefix The text before the cursor, from the start of its line at least. @param suffix The text after it.
 * @param indentation How the document's lines are indented; left as generated where that isn't known.
 */
export function trimCompletion(generated: string, prefix: string, suffix: string, indentation?: Indentation): string {
  const after = toLineFeeds(suffix);
  const following = after.replace(/^[^\S\n]+(?=\n|$)/, "");
  const atLineEnd = following === "" || following.startsWith("\n");
  let text = withoutSecondSpace(beforeControls(toLineFeeds(generated)), prefix);
  text = trimEnd(text, atLineEnd);
  text = trimEnd(withoutOverlap(text, following), atLineEnd);
  text = trimEnd(withoutUnopened(text, prefix), atLineEnd);
  text = atLineEnd ? withoutNextLines(text, prefix, following) : text;
  if (isBlank(text)) return "";
  if (indentation !== undefined) text = reindented(text, prefix, indentation);
  return usesCrLf(prefix, suffix) ? text.replaceAll("\n", "\r\n") : text;
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
  const tail = /[)\];, \t]*$/.exec(text)?.index ?? text.length;
  for (let index = tail; index < text.length; index++)
    if (openers.get(prefix.length + index) === null) return text.slice(0, index);
  return text;
}

function toLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/**
 * Controls but for tabs, line ends and form feeds; embeddings, overrides and isolates, which make code look like other code
 * (CVE-2021-42574). Ghost text would not show them, and whoever takes it would have them in their file.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const unseen = /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

function beforeControls(text: string): string {
  const end = text.search(unseen);
  return end < 0 ? text : text.slice(0, end);
}

function usesCrLf(prefix: string, suffix: string): boolean {
  return prefix.includes("\r\n") || suffix.includes("\r\n");
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
  return atLineEnd ? text.trimEnd() : text.replace(/\s*\n\s*$/, "");
}

/**
 * The text without the part of its end that stands behind the cursor already: the longest such part, exactly, or else a
 * tail of closers. A part isn't taken where it would leave a bracket open that the text itself opened (`bar()` before `)`
 * keeps both brackets), or where it starts inside a word.
 */
function withoutOverlap(text: string, following: string): string {
  const openers = openersOf(text);
  for (let start = Math.max(0, text.length - following.length); start < text.length; start++) {
    if (!following.startsWith(text.slice(start))) continue;
    const splitsWord = start > 0 && /^\w\w$/.test(text.slice(start - 1, start + 1));
    if (!splitsWord && !splitsPair(openers, start)) return text.slice(0, start);
  }
  return withoutClosers(text, following, openers);
}

/** Drops the longest tail of unmatched closing brackets and quotes that are the next ones on the line anyway. */
function withoutClosers(text: string, following: string, openers: ReadonlyMap<number, number | null>): string {
  const present = /^[)\]}"'` \t]*/.exec(following)?.[0].replace(/\s/g, "") ?? "";
  const tail = /[)\]}"'`;, \t]*$/.exec(text)?.index ?? text.length;
  for (let start = tail; start < text.length; start++) {
    if (!/[)\]}"'`]/.test(text.charAt(start)) || splitsPair(openers, start) || closesOwnQuote(text, start)) continue;
    if (present.startsWith(text.slice(start).replace(/[\s;,]/g, ""))) return text.slice(0, start);
  }
  return text;
}

/** A quote, and the text before it has opened one: the two belong together. */
function closesOwnQuote(text: string, index: number): boolean {
  const quote = text.charAt(index);
  return /["'`]/.test(quote) && text.slice(0, index).split(quote).length % 2 === 0;
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
