import {type PathPattern, readPattern, verdict} from "./pathPatterns";

/** Patterns of a list. Those beyond are ignored: nobody wrote them, and each path is held to all of them. */
const maxPatterns = 4000;

/**
 * The .gitignore files of a folder and the folders in it, as git reads them. Paths are relative to the folder, with slashes,
 * without one at the start. As in git, a file in an ignored folder is ignored whatever else says: who walks a folder doesn't
 * go into those that are ignored.
 */
export class IgnoreRules {
  /** By folder, which ends with a slash unless it is "". */
  private readonly lists = new Map<string, PathPattern[]>();

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
      const ignored = verdict(patterns, names.slice(depth), isFolder);
      if (ignored !== undefined) return ignored;
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

function patternsOf(text: string, ignoreCase: boolean): PathPattern[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/, maxPatterns);
  return lines.flatMap((line) => readPattern(line, ignoreCase) ?? []);
}
