import {readQuoted} from "./quotedPath";

/** What Git's diff says of one file. */
export interface FilePatch {
  /** Path below the repository's root before and after, with `/`; null if there was or is no such file. */
  readonly oldPath: string | null;
  readonly newPath: string | null;
  /** Only `text` has hunks. */
  readonly kind: "text" | "binary" | "link" | "submodule" | "unmerged";
  readonly hunks: readonly Hunk[];
}

/** A run of lines with the lines around them. Lines are counted from 1. An empty side stands behind its `start`. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly PatchLine[];
}

export interface PatchLine {
  readonly side: "both" | "old" | "new";
  /** With its line feed, if it has one; a carriage return before that is text. */
  readonly text: string;
}

/** The diff is not in the format of plain `git diff`. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  constructor(
    /** Counted from 1. */
    readonly line: number,
    problem: string
  ) {
    super(`${problem} in line ${line}`);
  }
}

/**
 * Reads the output of `git diff` (git-diff(1), "Generating patch text with -p") file by file. It is strict: line counts must
 * be right, hunks must ascend, and only the last line of a file may lack its line feed. Everything else is refused, also
 * colours and the diffs of other programs.
 *
 * @throws PatchError
 */
export function* filePatches(patch: string): Generator<FilePatch> {
  const reader = new PatchReader(patch);
  while (!reader.isAtEnd) yield reader.file();
}

/** All of {@link filePatches}. */
export function parsePatch(patch: string): FilePatch[] {
  return [...filePatches(patch)];
}

interface Header {
  oldPath: string | null;
  newPath: string | null;
  /** The last mode in the header, which tells links and submodules. */
  mode: string;
}

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(?: .*)?$/s;
const submoduleLog = /^Submodule (.+?) (?:[0-9a-f]{7,64}\.{2,3}[0-9a-f]{7,64}\b|contains ).*$/;
const linkMode = "120000";
const submoduleMode = "160000";

class PatchReader {
  /** The offset of the next line, and its number counted from 0. */
  private offset = 0;
  private at = 0;
  private line = "";

  constructor(private readonly patch: string) {
    this.readLine();
  }

  get isAtEnd(): boolean {
    return this.offset >= this.patch.length;
  }

  file(): FilePatch {
    const unmerged = this.take("* Unmerged path ");
    if (unmerged !== undefined) return {...samePaths(this.path(unmerged)), kind: "unmerged", hunks: []};
    // With diff.submodule=log the commits follow, indented.
    const submodule = submoduleLog.exec(this.peek());
    if (submodule !== null) {
      this.skip();
      while (this.peek().startsWith("  ")) this.skip();
      return {...samePaths(this.path(submodule[1] ?? "")), kind: "submodule", hunks: []};
    }
    const names = this.take("diff --git ");
    if (names === undefined) throw this.error("no file begins");
    const {mode, ...paths} = this.header(names);
    if (this.take("Binary files ") !== undefined) return {...paths, kind: "binary", hunks: []};
    if (this.take("GIT binary patch") !== undefined) {
      while (!this.isAtEnd && !this.peek().startsWith("diff --git ")) this.skip();
      return {...paths, kind: "binary", hunks: []};
    }
    const hunks = this.peek().startsWith("--- ") ? this.hunks(paths) : [];
    if (mode === linkMode) return {...paths, kind: "link", hunks: []};
    if (mode === submoduleMode) return {...paths, kind: "submodule", hunks: []};
    return {...paths, kind: "text", hunks};
  }

  /** From `diff --git` up to the hunks. */
  private header(names: string): Header {
    const line = this.at;
    const header: Partial<Header> = {};
    let mode = "";
    for (;;) {
      const added = this.take("new file mode ");
      if (added !== undefined) header.oldPath = null;
      const deleted = this.take("deleted file mode ");
      if (deleted !== undefined) header.newPath = null;
      const indexed = this.take("index ");
      const changed = this.take("new mode ");
      mode = added ?? deleted ?? changed ?? indexed?.split(" ")[1] ?? mode;
      const from = this.take("rename from ") ?? this.take("copy from ");
      if (from !== undefined) header.oldPath = this.path(from);
      const to = this.take("rename to ") ?? this.take("copy to ");
      if (to !== undefined) header.newPath = this.path(to);
      const other = this.take("old mode ") ?? this.take("similarity index ") ?? this.take("dissimilarity index ");
      if ([added, deleted, indexed, changed, from, to, other].every((found) => found === undefined)) break;
    }
    const {oldPath, newPath} = header;
    if (typeof oldPath === "string" && typeof newPath === "string") return {oldPath, newPath, mode};
    const both = sameName(names);
    if (both === undefined) throw new PatchError(line, "two names that are not one");
    const path = this.checked(both, line);
    return {oldPath: oldPath === undefined ? path : oldPath, newPath: newPath === undefined ? path : newPath, mode};
  }

  private hunks({oldPath, newPath}: Pick<Header, "oldPath" | "newPath">): Hunk[] {
    const from = this.take("--- ");
    if ((from === "/dev/null") !== (oldPath === null)) throw this.error("a name that contradicts the one above it");
    const to = this.take("+++ ");
    if (to === undefined) throw this.error("no +++");
    if ((to === "/dev/null") !== (newPath === null)) throw this.error("a name that contradicts the one above it");
    const hunks: Hunk[] = [];
    const sides = {old: new SideCheck(), new: new SideCheck()};
    while (this.peek().startsWith("@@ ")) hunks.push(this.hunk(sides));
    if (hunks.length === 0) throw this.error("no hunk");
    return hunks;
  }

  private hunk(sides: {readonly old: SideCheck; readonly new: SideCheck}): Hunk {
    const header = hunkHeader.exec(this.peek());
    if (header === null) throw this.error("no head of a hunk");
    const [oldStart, oldLines, newStart, newLines] = header.slice(1).map((count) => Number(count ?? 1)) as [
      number,
      number,
      number,
      number
    ];
    const fits = sides.old.begin(oldStart, oldLines) && sides.new.begin(newStart, newLines);
    // Zero lines would never end here, and 1e300 lines would take too long.
    if (!fits || oldLines + newLines === 0) throw this.error("a hunk out of order");
    this.skip();
    const lines: PatchLine[] = [];
    while (sides.old.open || sides.new.open) lines.push(this.hunkLine(sides));
    return {oldStart, oldLines, newStart, newLines, lines};
  }

  private hunkLine(sides: {readonly old: SideCheck; readonly new: SideCheck}): PatchLine {
    const line = this.peek();
    // With diff.suppressBlankEmpty an unchanged empty line has no leading space.
    const side = line === "" && !this.isAtEnd ? "both" : sideOf[line[0] ?? ""];
    if (side === undefined) throw this.error("no line of a hunk");
    this.skip();
    const unended = this.take("\\ ") !== undefined;
    for (const one of side === "both" ? (["old", "new"] as const) : [side])
      if (!sides[one].add(unended)) throw new PatchError(this.at, "a line too many");
    return {side, text: `${line.slice(1)}${unended ? "" : "\n"}`};
  }

  /** Consumes the next line if it begins like this, and returns its rest; undefined otherwise. */
  private take(beginning: string): string | undefined {
    const line = this.peek();
    if (!line.startsWith(beginning)) return undefined;
    this.skip();
    return line.slice(beginning.length);
  }

  /** The next line without its line end; "" after the last one. */
  private peek(): string {
    return this.line;
  }

  private skip(): void {
    this.offset += this.line.length + 1;
    this.at++;
    this.readLine();
  }

  private readLine(): void {
    const end = this.patch.indexOf("\n", this.offset);
    if (end < 0 && !this.isAtEnd) throw this.error("a line without its end");
    this.line = this.isAtEnd ? "" : this.patch.slice(this.offset, end);
  }

  private path(written: string): string {
    const quoted = written.startsWith('"') ? readQuoted(written) : undefined;
    if (written.startsWith('"') && quoted?.rest !== "") throw new PatchError(this.at, "a name with a broken quote");
    return this.checked(quoted?.name ?? written, this.at);
  }

  private checked(path: string, line: number): string {
    const steps = path.split("/");
    if (path.includes("\0") || steps.some((step) => step === "" || step === "." || step === ".."))
      throw new PatchError(line, "a path that leads elsewhere");
    return path;
  }

  private error(problem: string): PatchError {
    return new PatchError(this.at + 1, problem);
  }
}

const sideOf: Readonly<Record<string, PatchLine["side"]>> = {" ": "both", "-": "old", "+": "new"};

function samePaths(path: string): {oldPath: string; newPath: string} {
  return {oldPath: path, newPath: path};
}

/** Checks one side of a file while its hunks are read. */
class SideCheck {
  /** The line after the last one read, counted from 1. */
  private next = 1;
  private left = 0;
  private complete = false;

  get open(): boolean {
    return this.left > 0;
  }

  /** Whether a hunk with `lines` lines can begin at `start`. */
  begin(start: number, lines: number): boolean {
    const first = lines === 0 ? start + 1 : start;
    if (!Number.isSafeInteger(first + lines) || first < this.next || (this.complete && lines > 0)) return false;
    this.next = first;
    this.left = lines;
    return true;
  }

  /** Whether a line may follow. */
  add(unended: boolean): boolean {
    if (this.left === 0 || this.complete) return false;
    this.left--;
    this.next++;
    this.complete = unended;
    return true;
  }
}

/**
 * The common name in `diff --git a/NAME b/NAME`. Prefixes are one letter (diff.mnemonicPrefix) or missing
 * (diff.noprefix).
 */
function sameName(names: string): string | undefined {
  const pair = names.startsWith('"') ? quotedPair(names) : halves(names);
  if (pair === undefined) return undefined;
  const [first, second] = pair;
  if (first === second) return first;
  const [one, other] = [first, second].map((name) => (/^[a-z]\//.test(name) ? name.slice(2) : undefined));
  return one === other ? one : undefined;
}

/** Unquoted names may contain spaces, but both have the same length. */
function halves(names: string): [string, string] | undefined {
  const middle = (names.length - 1) / 2;
  return names[middle] === " " ? [names.slice(0, middle), names.slice(middle + 1)] : undefined;
}

function quotedPair(names: string): [string, string] | undefined {
  const first = readQuoted(names);
  const second = first?.rest.startsWith(' "') ? readQuoted(first.rest.slice(1)) : undefined;
  return first !== undefined && second?.rest === "" ? [first.name, second.name] : undefined;
}
