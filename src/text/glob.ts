/**
 * Globs as git and VS Code have them, name by name: `*` and `?` within a name, `[…]`, and `**` for any number of names. Patterns
 * may be hostile: matching takes at most as many steps as the pattern has characters, times those of the path.
 */

/** Whether a path, given as its names, matches. */
export type Glob = (names: readonly string[]) => boolean;

/** A longer pattern matches nothing: no path is as long. */
export const maxGlobLength = 1024;

type NameGlob = (name: string) => boolean;

/** A glob for a whole path, or one that matches nothing where the pattern is invalid. */
export function glob(pattern: string, ignoreCase: boolean): Glob {
  if (pattern.length > maxGlobLength) return () => false;
  const parts = namesOf(pattern)?.map((part) => (/^\*{2,}$/.test(part) ? ("**" as const) : nameGlob(part, ignoreCase)));
  if (parts === undefined) return () => false;
  // What is below a folder is one name or more.
  if (parts.length > 1 && parts.at(-1) === "**") parts.push(() => true);
  return (names) => matches(parts, names, (part, name) => part(name));
}

/** A pattern cut at its slashes, except those in a set, which never match. Undefined for an invalid pattern. */
function namesOf(pattern: string): string[] | undefined {
  const names: string[] = [];
  let start = 0;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "[") {
      const set = setAt(pattern, at + 1);
      if (set === undefined) return undefined;
      at = set.end;
    } else if (pattern[at] === "/") {
      names.push(pattern.slice(start, at));
      start = at + 1;
    }
  }
  return [...names, pattern.slice(start)];
}

/** A glob for a single name. */
export function nameGlob(pattern: string, ignoreCase: boolean): NameGlob {
  if (pattern.length > maxGlobLength) return () => false;
  if (ignoreCase) {
    const lower = nameGlob(lowerCased(pattern), false);
    return (name) => lower(name.toLowerCase());
  }
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  const [, ending] = /^\*+([^*?[\\]*)$/.exec(pattern) ?? [];
  if (ending !== undefined) return (name) => name.endsWith(ending);
  const pieces = piecesOf(pattern);
  return pieces === undefined ? () => false : (name) => matches(pieces, name, (piece, unit) => piece(unit));
}

/** A pattern that matches in lower case what this one matches in any. */
export function lowerCased(pattern: string): string {
  return pattern.toLowerCase().replaceAll("[:upper:]", "[:alpha:]");
}

type Piece = (unit: string) => boolean;

/** Undefined for an invalid pattern. */
function piecesOf(pattern: string): ("**" | Piece)[] | undefined {
  const pieces: ("**" | Piece)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] as string;
    if (sign === "*") {
      if (pieces.at(-1) !== "**") pieces.push("**");
    } else if (sign === "?") pieces.push(() => true);
    else if (sign === "[") {
      const set = setAt(pattern, at + 1);
      if (set === undefined) return undefined;
      pieces.push(set.has);
      at = set.end;
    } else {
      const literal = sign === "\\" ? pattern[++at] : sign;
      if (literal === undefined) return undefined;
      pieces.push((unit) => unit === literal);
    }
  }
  return pieces;
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[a-z0-9]/i,
  alpha: /[a-z]/i,
  blank: /[ \t]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the class is.
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9a-f]/i
};

/** The set whose first character is at `start`, and where its bracket is. */
function setAt(pattern: string, start: number): {readonly has: Piece; readonly end: number} | undefined {
  const negated = pattern[start] === "!" || pattern[start] === "^";
  const first = negated ? start + 1 : start;
  const tests: Piece[] = [];
  let before: string | undefined;
  for (let at = first; at < pattern.length; at++) {
    let sign = pattern[at] as string;
    if (sign === "]" && at > first) return {has: (unit) => tests.some((test) => test(unit)) !== negated, end: at};
    const named = sign === "[" ? /^\[:(\w*):\]/.exec(pattern.slice(at, at + 12)) : null;
    if (named !== null) {
      const known = classes[named[1] ?? ""];
      if (known === undefined) return undefined;
      tests.push((unit) => known.test(unit));
      before = undefined;
      at += named[0].length - 1;
      continue;
    }
    const isRange = sign === "-" && before !== undefined && at + 1 < pattern.length && pattern[at + 1] !== "]";
    if (isRange) sign = pattern[++at] as string;
    if (sign === "\\") sign = pattern[++at] ?? "";
    if (sign === "") return undefined;
    const [from, to] = [isRange ? (before ?? sign) : sign, sign];
    tests.push((unit) => unit >= from && unit <= to);
    before = isRange ? undefined : sign;
  }
  return undefined;
}

/** Whether items match parts one by one, `**` standing for any number of items. Only the last `**` ever has to give way. */
function matches<Part, Item>(
  parts: readonly ("**" | Part)[],
  items: ArrayLike<Item>,
  test: (part: Part, item: Item) => boolean
): boolean {
  let [part, item] = [0, 0];
  let [retryPart, retryItem] = [-1, 0];
  while (item < items.length) {
    const next = parts[part];
    if (next === "**") {
      retryPart = ++part;
      retryItem = item;
    } else if (next !== undefined && test(next, items[item] as Item)) {
      part++;
      item++;
    } else if (retryPart >= 0) {
      part = retryPart;
      item = ++retryItem;
    } else return false;
  }
  while (parts[part] === "**") part++;
  return part === parts.length;
}
