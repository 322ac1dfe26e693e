import {pathMatcher} from "../text/pathPatterns";

/** A glob: the files of `folder` whose paths in it match. */
export interface Glob {
  /** "" for the user's folder. */
  readonly folder: string;
  /** Whether the path of a file in the folder matches. As in a .gitignore, all in a folder that matches does. */
  readonly matches: (path: string) => boolean;
  /** Whether files in this folder of the folder may match. */
  readonly leadsInto: (path: string) => boolean;
}

/** Reads a glob: `*`, `?` and `[…]` as in a .gitignore, and `**` for any folders. Undefined for a path that is none. */
export function readGlob(written: string): Glob | undefined {
  const names = (process.platform === "win32" ? written.replaceAll("\\", "/") : written).split("/");
  const first = names.findIndex((name) => /[*?[]/.test(name));
  if (first === -1) return undefined;
  const folder = names.slice(0, first).join("/");
  const pattern = names.slice(first).filter((name) => name !== "" && name !== ".");
  const open = pattern.indexOf("**");
  const starts = pattern.map((_, end) => anchored(pattern.slice(0, end + 1)));
  const whole = anchored(pattern);
  return {
    // "/*.md" is in the root.
    folder: first > 0 && folder === "" ? "/" : folder,
    matches: whole,
    leadsInto: (path) => {
      const depth = path.split("/").length;
      const fixed = open === -1 ? pattern.length : open;
      const start = starts[Math.min(depth, fixed) - 1];
      return start === undefined || start(path);
    }
  };
}

/** From the top, where a .gitignore's pattern of one name is for every folder. */
function anchored(pattern: readonly string[]): (path: string) => boolean {
  return pathMatcher([`/${pattern.join("/")}`]);
}
