/** A string without an end on its line. */
export interface OpenString {
  /** The quote that would end it. */
  readonly quote: string;
  readonly index: number;
}

/**
 * The strings that are open at the end of a line, the outermost first. After a quote without an end another string may
 * begin: the line alone doesn't say whether it is inside the first, or the first is no string (`the '90s "`).
 *
 * The language is unknown. An apostrophe in or behind a word is no quote (don't, dogs', Haskell's `x'`, 1'000), and
 * neither is that of a Rust lifetime or a Lisp form. The letter of a Python string (`f'`) is no word.
 */
export function openStrings(line: string): readonly OpenString[] {
  const open: OpenString[] = [];
  /** Quotes without an end on the line, searched once only, because a line may be long. */
  const endless = new Set<string>();
  const hasLifetimes = lifetimes.test(line);
  // A Markdown fence is no string.
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

/** The end of a string that began before `from`; undefined if it has none. */
export function stringEnd(text: string, from: number, quote: string): number | undefined {
  for (let index = from; index < text.length; index++) {
    if (text.charAt(index) === "\\") index++;
    else if (text.startsWith(quote, index)) {
      if (quote === "'" && letter.test(text.charAt(index - 1)) && letter.test(text.charAt(index + 1))) continue;
      // A doubled quote is an escaped one in SQL, Pascal and Basic. In other languages another string begins there.
      if (index === from || quote.length > 1 || text.charAt(index + 1) !== quote) return index;
      index++;
    }
  }
  return undefined;
}

const closers: Readonly<Record<string, string>> = {"“": "”", "„": "“"};

const letter = /\p{L}/u;

/** The quote that opens a string here; "" if none does. */
function openerAt(line: string, index: number, hasLifetimes: boolean): string {
  const character = line.charAt(index);
  if (closers[character] !== undefined) return character;
  if (!/["'`]/.test(character)) return "";
  const before = line.slice(Math.max(0, index - 4), index);
  // After a digit it means inches, seconds or minutes, except in C++'s u8"…".
  if (character === '"' && /\p{N}$/u.test(before) && !before.endsWith("u8")) return "";
  if (character === "'" && isApostrophe(line, index, before, hasLifetimes)) return "";
  const three = character.repeat(3);
  return line.startsWith(three, index) ? three : character;
}

/** Whether the apostrophe is no quote: in a word, a Rust lifetime or label, or a Lisp function. */
function isApostrophe(line: string, index: number, before: string, hasLifetimes: boolean): boolean {
  const beforeAll = before.replace(/'+$/, "");
  // After a bracket it transposes a matrix.
  if (/[\p{L}\p{N}_)\]]$/u.test(beforeAll)) return !opensPythonString(before, line.charAt(index + 1));
  const after = line.slice(index, index + 64);
  if (hasLifetimes && /^'[a-z_]\w*(?!['\w])/.test(after)) return true;
  if (/^'(?:static|_)(?=[\s,>+;){])/.test(after)) return true;
  if (/^'\w+:\s*(?:loop\b|while\b|for\b|\{)/.test(after)) return true;
  if (/\b(?:break|continue) $/.test(line.slice(Math.max(0, index - 9), index)))
    return /^'[a-z_]\w*(?!['\w])/.test(after);
  return before.endsWith("#") && /^'[\p{L}(]/u.test(after);
}

/** A lifetime after `&` or `<`, which only Rust has. */
const lifetimes = /[&<]'[a-z_]\w*(?!['\w])/;

/** Whether a Python string begins: its letters stand alone, and no character follows as after a name with a prime. */
function opensPythonString(before: string, next: string): boolean {
  return /(?:^|[^\p{L}\p{N}_'])(?:[fb]r|r[fb]|[fbru])$/iu.test(before) && !/^[\s)\]},;=]/.test(next);
}

/**
 * Whether a quote without an end is Lisp's: the line begins with a bracket, and a list or a name with a closing bracket
 * follows.
 */
function isLispQuote(line: string, index: number): boolean {
  return /^\s*\(/.test(line) && /^['`](?:\(|[^\s'"`()]+\))/.test(line.slice(index, index + 64));
}
