/** A string that is open at the end of a line. */
export interface OpenString {
  /** What would end it. */
  readonly quote: string;
  readonly index: number;
}

/**
 * The strings that are open at the end of a line, the outermost first. Where a quote has no end on the line, what follows may open
 * another one: whether that one stands in the first, or the first was none, the line alone doesn't tell (`the '90s "`).
 *
 * The language isn't known. An apostrophe in or behind a word is no quote (don't, dogs', Haskell's `x'`, 1'000), nor is
 * that of a Rust lifetime or of a Lisp form; a letter that makes a Python string (`f'`) is no word.
 */
export function openStrings(line: string): readonly OpenString[] {
  const open: OpenString[] = [];
  /** Quotes that have no end any more: looked for once, however long the line. */
  const endless = new Set<string>();
  const hasLifetimes = lifetimes.test(line);
  // A Markdown fence is no string, and has none in it.
  for (let index = /^[\s>]*`{3,}/.exec(line)?.[0].length ?? 0; index < line.length; index++) {
    if (line.charAt(index) === "\\") {
      index++;
      continue;
    }
    const opener = openerAt(line, index, hasLifetimes);
    if (opener === "") continue;
    const quote = closers[opener] ?? opener;
    if (endless.has(quote)) continue;
    const end = stringEnd(line, index + opener.length, quote);
    if (end !== undefined) index = end + quote.length - 1;
    else {
      endless.add(quote);
      if (!isLispQuote(line, index)) open.push({quote, index});
      index += opener.length - 1;
    }
  }
  return open;
}

/** Where a string ends that began before `from`; undefined where it goes on. */
export function stringEnd(text: string, from: number, quote: string): number | undefined {
  for (let index = from; index < text.length; index++) {
    if (text.charAt(index) === "\\") index++;
    else if (text.startsWith(quote, index)) {
      if (quote === "'" && letter.test(text.charAt(index - 1)) && letter.test(text.charAt(index + 1))) continue;
      // Written twice it stands for itself: in SQL, Pascal and Basic. Elsewhere another string begins at once.
      if (index === from || quote.length > 1 || text.charAt(index + 1) !== quote) return index;
      index++;
    }
  }
  return undefined;
}

const closers: Readonly<Record<string, string>> = {"“": "”", "„": "“"};

const letter = /\p{L}/u;

/** The quote that opens a string here; "" where none does. */
function openerAt(line: string, index: number, hasLifetimes: boolean): string {
  const character = line.charAt(index);
  if (closers[character] !== undefined) return character;
  if (!/["'`]/.test(character)) return "";
  const before = line.slice(Math.max(0, index - 4), index);
  // Behind a digit it stands for inches, seconds or minutes; but u8"…" is C++.
  if (character === '"' && /\p{N}$/u.test(before) && !before.endsWith("u8")) return "";
  if (character === "'" && isApostrophe(line, index, before, hasLifetimes)) return "";
  const three = character.repeat(3);
  return line.startsWith(three, index) ? three : character;
}

/** An apostrophe that is no quote: of a word, a Rust lifetime or label, or a Lisp function. */
function isApostrophe(line: string, index: number, before: string, hasLifetimes: boolean): boolean {
  const beforeAll = before.replace(/'+$/, "");
  // Behind a bracket a matrix is transposed.
  if (/[\p{L}\p{N}_)\]]$/u.test(beforeAll)) return !opensPythonString(before, line.charAt(index + 1));
  const after = line.slice(index, index + 64);
  if (hasLifetimes && /^'[a-z_]\w*(?!['\w])/.test(after)) return true;
  if (/^'(?:static|_)(?=[\s,>+;){])/.test(after)) return true;
  if (/^'\w+:\s*(?:loop\b|while\b|for\b|\{)/.test(after)) return true;
  if (/\b(?:break|continue) $/.test(line.slice(Math.max(0, index - 9), index)))
    return /^'[a-z_]\w*(?!['\w])/.test(after);
  return before.endsWith("#") && /^'[\p{L}(]/u.test(after);
}

/** What only lines of Rust have: a lifetime behind `&` or `<`. */
const lifetimes = /[&<]'[a-z_]\w*(?!['\w])/;

/** Its letters stand alone, and no space or sign follows that would stand behind a name with a prime. */
function opensPythonString(before: string, next: string): boolean {
  return /(?:^|[^\p{L}\p{N}_'])(?:[fb]r|r[fb]|[fbru])$/iu.test(before) && !/^[\s)\]},;=]/.test(next);
}

/** A quote without end on a line that begins with a bracket, before a list, or before a name that a bracket ends. */
function isLispQuote(line: string, index: number): boolean {
  return /^\s*\(/.test(line) && /^['`](?:\(|[^\s'"`()]+\))/.test(line.slice(index, index + 64));
}
