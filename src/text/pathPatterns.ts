import ignore from "ignore";

/** A longer list would slow down the editor: each pattern takes about 0.05 ms to parse. */
const maxPatterns = 1000;

/** Max number of `**` in a pattern: with many of them, matching a deep path would take years. */
const maxOpenParts = 2;

/** Whether a relative path with slashes matches patterns in the format of .gitignore. */
export type PathMatcher = (path: string) => boolean;

/**
 * A matcher for patterns, without regard to case. The patterns may be hostile: one that would take too long to match is
 * replaced by one that matches more, never less. An invalid pattern matches nothing.
 */
export function pathMatcher(patterns: readonly string[]): PathMatcher {
  if (patterns.length > maxPatterns) return () => true;
  const list = ignore({ignorecase: true, allowRelativePaths: true});
  for (const pattern of patterns) list.add(bounded(pattern));
  return (path) => path !== "" && list.ignores(path);
}

/** The patterns in a file's text, without blank lines and comments. */
export function parsePatterns(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => /^[^#\s]|^\s+\S/.test(line));
}

function bounded(pattern: string): string {
  const parts = pattern.split("**");
  if (parts.length <= maxOpenParts + 1) return pattern;
  // A negative pattern excludes less, so it is dropped.
  return pattern.startsWith("!") ? "" : `${parts[0]}**${parts.at(-1)}`;
}
