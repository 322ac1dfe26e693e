import ignore from "ignore";

/** A list with more patterns would hold up the editor: each takes some 0.05 ms to be read. */
const maxPatterns = 1000;

/** Path parts that a pattern may leave open (`**`): with many of them, matching a deep path takes years. */
const maxOpenParts = 2;

/** Says of a path (relative, with slashes) whether patterns as in a .gitignore name it. */
export type PathMatcher = (path: string) => boolean;

/**
 * What patterns name, upper and lower case alike. Whoever wrote them may want to hurt: what would take too long to be
 * matched names more than it says, never less. A pattern that can't be understood names nothing.
 */
export function pathMatcher(patterns: readonly string[]): PathMatcher {
  if (patterns.length > maxPatterns) return () => true;
  const list = ignore({ignorecase: true, allowRelativePaths: true});
  for (const pattern of patterns) list.add(bounded(pattern));
  return (path) => path !== "" && list.ignores(path);
}

/** The patterns of a list that is kept in a file: without blank lines and comments. */
export function parsePatterns(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => /^[^#\s]|^\s+\S/.test(line));
}

function bounded(pattern: string): string {
  const parts = pattern.split("**");
  if (parts.length <= maxOpenParts + 1) return pattern;
  // What a negative pattern names is let through: it names nothing.
  return pattern.startsWith("!") ? "" : `${parts[0]}**${parts.at(-1)}`;
}
