import {glob, nameGlob} from "./glob";

/** Patterns of a list. Those beyond are ignored: nobody wrote them, and each path is held to all of them. */
const maxPatterns = 4000;

interface Pattern {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Against a path below the list's folder, as names. */
  readonly matches: (names: readonly string[]) => boolean;
}

/**
 * The .gitignore files of a folder and the folders in it, as git reads them. Paths are relative to the folder, with slashes,
 * without one at the start. As in git, a file in an ignored folder is ignored whatever else says: who walks a folder doesn't
 * go into those that are ignored.
 */
export class IgnoreRules {
  /** By folder, which ends with a slash unless it is "". */
  private readonly lists = new Map<string, Pattern[]>();

  /** @param ignoreCase as git's `core.ignoreCase`, which it sets where the file system does so. */
  constructor(private readonly ignoreCase = false) {}

  /** Adds the text of a .gitignore file in `folder`, "" for the folder itself. Of two texts of a folder, the later wins. */
  add(folder: string, text: string): void {
    const key = folder === "" ? "" : `${folder}/`;
    const patterns = patternsOf(text, this.ignoreCase);
    this.lists.set(key, [...(this.lists.get(key) ?? []), ...patterns].slice(-maxPatterns));
  }

  /** Whether a path is ignored. A folder's path ends with a slash. The folders that it lies in are not. */
  ignores(path: string): boolean {
    const isFolder = path.endsWith("/");
    const names = (isFolder ? path.slice(0, -1) : path).split("/");
    if (names.at(-1) === ".git") return true;
    // The list nearest to the path decides, and in it the last pattern that matches.
    for (let depth = names.length - 1; depth >= 0; depth--) {
      const patterns = this.lists.get(depth === 0 ? "" : `${names.slice(0, depth).join("/")}/`);
      if (patterns === undefined) continue;
      const below = names.slice(depth);
      const last = patterns.findLast(({foldersOnly, matches}) => (isFolder || !foldersOnly) && matches(below));
      if (last !== undefined) return !last.negated;
    }
    return false;
  }

  /** Whether a path, or a folder that it lies in, is ignored. */
  ignoresWithin(path: string): boolean {
    for (let slash = path.indexOf("/"); slash !== -1 && slash < path.length - 1; slash = path.indexOf("/", slash + 1))
      if (this.ignores(path.slice(0, slash + 1))) return true;
    return this.ignores(path);
  }
}

function patternsOf(text: string, ignoreCase: boolean): Pattern[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/, maxPatterns);
  return lines.flatMap((line) => patternOf(line, ignoreCase) ?? []);
}

function patternOf(line: string, ignoreCase: boolean): Pattern | undefined {
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

/** Spaces at the end don't count, unless a backslash stands before them. */
function withoutTrailingSpaces(pattern: string): string {
  let end = pattern.length;
  while (pattern[end - 1] === " ") end--;
  const backslashes = /\\*$/.exec(pattern.slice(0, end))?.[0].length ?? 0;
  return pattern.slice(0, backslashes % 2 === 1 && end < pattern.length ? end + 1 : end);
}
