import {glob, lowerCased, maxGlobLength, nameGlob} from "./glob";

/** A longer list was not written by a person. */
const maxPatterns = 1000;

/** Max number of `**` in a pattern: each may stand for any part of a path, and each folder of the path is tried. */
const maxOpenParts = 2;

/** Max number of names in a path: each folder is tried, and a project's are far less deep. */
const maxDepth = 100;

/** A pattern of a .gitignore. */
export interface PathPattern {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Against a path below the list's folder, as names. */
  readonly matches: (names: readonly string[]) => boolean;
}

/** Whether a relative path with slashes matches patterns in the format of .gitignore. */
export type PathMatcher = (path: string) => boolean;

/**
 * A matcher for patterns, without regard to case. As in a .gitignore, all in a folder that matches does. Patterns and
 * paths may be hostile: what would take too long to match matches more, never less. An invalid pattern matches nothing.
 */
export function pathMatcher(patterns: readonly string[]): PathMatcher {
  const lines = patterns.flatMap((pattern) => pattern.split(/\r?\n/));
  if (lines.length > maxPatterns) return () => true;
  const list = lines.flatMap((line) => readPattern(lowerCased(bounded(line)), false) ?? []);
  return (path) => {
    const names = path
      .toLowerCase()
      .split("/")
      .filter((name) => name !== "");
    if (names.length > maxDepth) return true;
    return names.some((_, at) => {
      const isFolder = at < names.length - 1 || path.endsWith("/");
      return verdict(list, names.slice(0, at + 1), isFolder) === true;
    });
  };
}

/** The patterns in a file's text, without blank lines and comments. */
export function parsePatterns(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => /^[^#\s]|^\s+\S/.test(line));
}

/** Undefined for a line that says nothing. */
export function readPattern(line: string, ignoreCase: boolean): PathPattern | undefined {
  if (line.startsWith("#")) return undefined;
  const negated = line.startsWith("!");
  let pattern = withoutTrailingSpaces(negated ? line.slice(1) : line);
  const foldersOnly = pattern.endsWith("/");
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === "") return undefined;
  if (!pattern.includes("/")) {
    const matchesName = nameGlob(pattern, ignoreCase);
    return {negated, foldersOnly, matches: (names) => matchesName(names.at(-1) ?? "")};
  }
  return {negated, foldersOnly, matches: glob(pattern.replace(/^\//, ""), ignoreCase)};
}

/** What the last pattern that matches says of a path; undefined if none does. */
export function verdict(
  patterns: readonly PathPattern[],
  names: readonly string[],
  isFolder: boolean
): boolean | undefined {
  const last = patterns.findLast(({foldersOnly, matches}) => (isFolder || !foldersOnly) && matches(names));
  return last === undefined ? undefined : !last.negated;
}

function bounded(pattern: string): string {
  const parts = pattern.split("**");
  if (pattern.length <= maxGlobLength && parts.length <= maxOpenParts + 1) return pattern;
  // A negative pattern excludes less, so it is dropped.
  if (pattern.startsWith("!")) return "";
  return pattern.length > maxGlobLength ? "*" : `${parts[0]}**${parts.at(-1)}`;
}

/** Spaces at the end don't count, unless a backslash stands before them. */
function withoutTrailingSpaces(pattern: string): string {
  let end = pattern.length;
  while (pattern[end - 1] === " ") end--;
  const backslashes = /\\*$/.exec(pattern.slice(0, end))?.[0].length ?? 0;
  return pattern.slice(0, backslashes % 2 === 1 && end < pattern.length ? end + 1 : end);
}
