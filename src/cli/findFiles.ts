import {lstat, readdir, realpath, stat} from "node:fs/promises";
import path from "node:path";
import {IgnoreRules} from "../text/ignoreRules";
import {visibleText} from "../text/visibleText";
import {UsageError} from "./arguments";
import {type Glob, readGlob} from "./globs";
import {readText} from "./readText";
import {userFile} from "./userFolder";

/** As Git sets it up on these systems. */
const ignoresCase = process.platform === "win32" || process.platform === "darwin";

/** Why a file of a folder is not counted. */
export type SkipReason = "binary" | "encoding" | "link" | "special";

export interface SkippedFile {
  readonly file: string;
  readonly reason: SkipReason;
}

export interface FoundFile {
  /** As the command line names it or its folder, with slashes; "-" for standard input. */
  readonly file: string;
  /** The command line names it, not only its folder: then it is an error if it holds no text. */
  readonly isNamed: boolean;
}

/** What PATHs stand for: files in their order, each once. */
export class FileSearch {
  readonly files: FoundFile[] = [];
  readonly skipped: SkippedFile[] = [];
  private readonly known = new Set<string>();
  /** What was found, skipped or told. */
  private seen = 0;

  /**
   * @param onProblem is told what can't be read; the search goes on
   * @param onFile is told each time that a file is found
   */
  constructor(
    private readonly signal: AbortSignal,
    private readonly onProblem: (file: string, error: UsageError) => void,
    private readonly onFile: () => void
  ) {}

  /** Adds a file, the files in a folder, or those that match a glob. */
  async add(written: string): Promise<void> {
    if (written === "-") return this.found(written, true);
    const status = await stat(userFile(written)).catch((error: NodeJS.ErrnoException) => error);
    if (!(status instanceof Error))
      return status.isDirectory() ? await this.walk(written) : this.found(withSlashes(written), true);
    const glob = readGlob(written);
    if (glob === undefined) return this.problem(written, cannotRead(written, status));
    const before = this.seen;
    await this.walk(glob.folder, glob);
    if (this.seen === before) this.problem(written, new UsageError(`no file matches "${visibleText(written)}"`));
  }

  private problem(file: string, error: UsageError): void {
    this.seen++;
    this.onProblem(file, error);
  }

  private skip(file: SkippedFile): void {
    this.seen++;
    this.skipped.push(file);
  }

  private found(file: string, isNamed: boolean): void {
    this.seen++;
    const key = file === "-" ? file : path.resolve(userFile(file));
    if (this.known.has(key)) return;
    this.known.add(key);
    this.files.push({file, isNamed});
    this.onFile();
  }

  private async walk(written: string, glob?: Glob): Promise<void> {
    const top = withSlashes(written).replace(/^(\.\/+)+|^\.$/g, "");
    const prefix = top === "" || top.endsWith("/") ? top : `${top}/`;
    try {
      const {rules, place} = await this.rulesAbove(prefix);
      await this.walkFolder({prefix, place, rules, glob}, "");
    } catch (error) {
      this.problem(written, cannotRead(written, error));
    }
  }

  private async walkFolder(walk: Walk, folder: string): Promise<void> {
    const {prefix, place, rules, glob} = walk;
    this.signal.throwIfAborted();
    const entries = await readdir(userFile(prefix + folder), {withFileTypes: true}).catch((error: unknown) => {
      // An unreadable folder is told, and the others are still searched.
      this.problem(prefix + folder, cannotRead(prefix + folder, error));
      return [];
    });
    if (entries.some((entry) => entry.name === ".gitignore" && entry.isFile()))
      await this.addRules(rules, place + folder, `${prefix}${folder}.gitignore`);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = folder + entry.name;
      const isFolder = entry.isDirectory();
      if (rules.ignores(place + name + (isFolder ? "/" : ""))) continue;
      if (isFolder) {
        if (glob?.leadsInto(name) ?? true) await this.walkFolder(walk, `${name}/`);
      } else if (glob?.matches(name) ?? true) {
        if (entry.isFile()) this.found(prefix + name, false);
        else this.skip({file: prefix + name, reason: entry.isSymbolicLink() ? "link" : "special"});
      }
    }
  }

  /** The .gitignore files from the top of a folder's repository down to it, without its own, and its path from there. */
  private async rulesAbove(prefix: string): Promise<{rules: IgnoreRules; place: string}> {
    const folder = await realpath(userFile(prefix));
    const none = {rules: new IgnoreRules(ignoresCase), place: ""};
    const top = await repositoryOf(folder);
    if (top === undefined || top === folder) return none;
    const rules = new IgnoreRules(ignoresCase);
    let place = "";
    for (const name of path.relative(top, folder).split(path.sep)) {
      const file = path.join(top, place, ".gitignore");
      if (await isFile(file)) await this.addRules(rules, place, file);
      place += `${name}/`;
      // A person who names an ignored folder wants its files.
      if (rules.ignores(place)) return none;
    }
    return {rules, place};
  }

  private async addRules(rules: IgnoreRules, place: string, file: string): Promise<void> {
    try {
      rules.add(place.replace(/\/$/, ""), await readText(file));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.problem(file, error);
    }
  }
}

interface Walk {
  /** What stands before the paths in the folder. */
  readonly prefix: string;
  /** The folder's path from where the rules begin: "" or with a slash at the end. */
  readonly place: string;
  readonly rules: IgnoreRules;
  readonly glob: Glob | undefined;
}

async function repositoryOf(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const isTop = await lstat(path.join(at, ".git")).then(
      () => true,
      () => false
    );
    if (isTop) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

async function isFile(file: string): Promise<boolean> {
  return await lstat(file).then(
    (status) => status.isFile(),
    () => false
  );
}

function withSlashes(file: string): string {
  return process.platform === "win32" ? file.replaceAll("\\", "/") : file;
}

function cannotRead(file: string, error: unknown): UsageError {
  const {code} = error as NodeJS.ErrnoException;
  if (typeof code !== "string") throw error;
  return new UsageError(`can't read "${visibleText(file)}" (${code})`);
}
