import {readdir, readFile} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import {type ExcludesPath, excludeGlobs} from "../../text/excludeGlobs";
import {IgnoreRules} from "../../text/ignoreRules";
import {iterateInSlices} from "../cooperativeWork";

/** Further files are left out, and the result says so. */
const maxFiles = 100_000;

/** Folders that are read at the same time. */
const foldersAtOnce = 32;

/** Characters of a list of patterns that are read. */
const maxListLength = 1 << 18;

/** Folders above a chosen one in which its repository is looked for. */
const maxAbove = 64;

const ignoresCase = process.platform === "win32" || process.platform === "darwin";

export interface FolderFile {
  readonly uri: vscode.Uri;
  /** Below what all chosen files and folders have in common, with "/". */
  readonly path: string;
}

/** What is in a folder, and not listed: it is no file, or can't be read. Excluded and ignored files are not told. */
export interface UnlistedFile extends FolderFile {
  readonly why: "link" | "special" | "unreadable" | "missing";
}

interface Entry {
  readonly name: string;
  readonly type: vscode.FileType;
}

/** A folder that was chosen, and what its files are held to. */
interface Root {
  readonly uri: vscode.Uri;
  /** Below what is common, with a slash at the end; "" for the folder itself. */
  readonly path: string;
  readonly rules: IgnoreRules;
  /** From the folder to which the rules are relative down to `uri`, as names. */
  readonly belowRules: readonly string[];
  readonly excludes: ExcludesPath;
  /** From the folder to which the globs are relative down to `uri`, as names. */
  readonly belowGlobs: readonly string[];
}

/**
 * The files in chosen folders, and chosen files, in the order of their names: without what `.gitignore` files, the repository's
 * `info/exclude` and `files.exclude` leave out, and without symbolic links. What was chosen itself is listed in any case.
 */
export class FolderFiles {
  readonly files: FolderFile[] = [];
  readonly unlisted: UnlistedFile[] = [];
  /** There were more than {@link maxFiles}. */
  cut = false;
  private readonly roots: Root[] = [];
  /** Paths of the files that were chosen themselves. */
  private readonly chosenFiles = new Map<string, string>();
  private readonly gate = new Gate(foldersAtOnce);
  /** Files met in folders. */
  private found = 0;

  private constructor(
    /** What all have in common. Its path ends with a slash. */
    readonly base: vscode.Uri,
    private readonly token: vscode.CancellationToken
  ) {}

  /** Rejects with a CancellationError where it is cancelled. */
  static async list(chosen: readonly vscode.Uri[], token: vscode.CancellationToken): Promise<FolderFiles> {
    const stats = await Promise.all(chosen.map((uri) => typeOf(uri)));
    const isFolder = (i: number): boolean => ((stats[i] ?? 0) & vscode.FileType.Directory) !== 0;
    const base = commonFolder(chosen.map((uri, i) => (isFolder(i) && chosen.length === 1 ? uri : above(uri))));
    const listing = new FolderFiles(base, token);
    for (const [i, uri] of chosen.entries()) {
      if (isInside(uri, chosen)) continue;
      const below = pathBelow(base, uri);
      if (isFolder(i)) {
        const root = await rootOf(uri, below === "" ? "" : `${below}/`);
        listing.roots.push(root);
        for (const file of await listing.walk(root, [])) listing.add(file);
        continue;
      }
      listing.chosenFiles.set(uri.toString(), below);
      if (stats[i] === undefined) listing.unlisted.push({uri, path: below, why: "missing"});
      else listing.add({uri, path: below});
    }
    return listing;
  }

  /** The folders that were chosen. */
  get folders(): readonly vscode.Uri[] {
    return this.roots.map(({uri}) => uri);
  }

  /** The path of a file as it would be listed; undefined where it would not. */
  pathOf(uri: vscode.Uri, isFolder: boolean): string | undefined {
    const chosen = this.chosenFiles.get(uri.toString());
    if (chosen !== undefined) return chosen;
    for (const root of this.roots) {
      const top = root.uri.path.endsWith("/") ? root.uri.path : `${root.uri.path}/`;
      if (uri.scheme !== root.uri.scheme || uri.authority !== root.uri.authority || !uri.path.startsWith(top)) continue;
      const names = uri.path.slice(top.length).split("/");
      for (let depth = 1; depth <= names.length; depth++)
        if (isLeftOut(root, names.slice(0, depth), depth < names.length || isFolder, () => new Set())) return undefined;
      return root.path + names.join("/");
    }
    return undefined;
  }

  private add(file: FolderFile): void {
    if (this.files.length < maxFiles) this.files.push(file);
    else this.cut = true;
  }

  /** Whether there is room for one more. */
  private find(): boolean {
    if (this.found === maxFiles) this.cut = true;
    else this.found++;
    return !this.cut;
  }

  /** The files in a folder, which is given by the names from the root down to it. */
  private async walk(root: Root, below: readonly string[]): Promise<readonly FolderFile[]> {
    if (this.cut) return [];
    const uri = below.length === 0 ? root.uri : vscode.Uri.joinPath(root.uri, ...below);
    const here = root.path + below.map((name) => `${name}/`).join("");
    const entries = await this.gate.run(() => this.entries(root, uri, below));
    if (entries === undefined) {
      this.unlisted.push({uri, path: here, why: "unreadable"});
      return [];
    }
    let names: ReadonlySet<string> | undefined;
    const beside = (): ReadonlySet<string> => {
      names ??= new Set(entries.map(({name}) => name));
      return names;
    };
    const found: (FolderFile | Promise<readonly FolderFile[]>)[] = [];
    for await (const {name, type} of iterateInSlices(entries)) {
      const isLink = (type & vscode.FileType.SymbolicLink) !== 0;
      const isFolder = !isLink && (type & vscode.FileType.Directory) !== 0;
      if (isLeftOut(root, [...below, name], isFolder, beside)) continue;
      if (isFolder) {
        const inside = this.walk(root, [...below, name]);
        // It is awaited below, after the other entries.
        inside.catch(() => undefined);
        found.push(inside);
        continue;
      }
      const file = {uri: vscode.Uri.joinPath(uri, name), path: here + name};
      if (isLink) this.unlisted.push({...file, why: "link"});
      else if (type & vscode.FileType.File) {
        if (!this.find()) break;
        found.push(file);
      } else this.unlisted.push({...file, why: "special"});
    }
    const files: FolderFile[] = [];
    for (const one of found) {
      if (!(one instanceof Promise)) files.push(one);
      else for (const file of await one) files.push(file);
    }
    return files;
  }

  /** What is in a folder, by name; its .gitignore is heeded from now on. Undefined where it can't be read. */
  private async entries(root: Root, uri: vscode.Uri, below: readonly string[]): Promise<readonly Entry[] | undefined> {
    if (this.token.isCancellationRequested) throw new vscode.CancellationError();
    try {
      const entries = await entriesOf(uri);
      if (entries.some(({name}) => name === ".gitignore"))
        await addList(root.rules, [...root.belowRules, ...below].join("/"), vscode.Uri.joinPath(uri, ".gitignore"));
      return entries;
    } catch {
      return undefined;
    }
  }
}

function isLeftOut(
  {rules, belowRules, excludes, belowGlobs}: Root,
  names: readonly string[],
  isFolder: boolean,
  beside: () => ReadonlySet<string>
): boolean {
  return (
    rules.ignores([...belowRules, ...names].join("/") + (isFolder ? "/" : "")) ||
    excludes([...belowGlobs, ...names], beside)
  );
}

/** A folder with the lists of its repository that stand above it. Of a folder that they ignore, they say nothing. */
async function rootOf(uri: vscode.Uri, path: string): Promise<Root> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const belowGlobs = folder === undefined ? [] : namesBelow(folder.uri, uri);
  const excludes = excludeGlobs(vscode.workspace.getConfiguration("files", uri).get("exclude"), ignoresCase);
  const {top, rules} = await repositoryRules(uri);
  const belowRules = namesBelow(top, uri);
  const isIgnored = belowRules.length > 0 && rules.ignoresWithin(`${belowRules.join("/")}/`);
  const held = isIgnored ? {rules: new IgnoreRules(ignoresCase), belowRules: []} : {rules, belowRules};
  return {uri, path, excludes, belowGlobs, ...held};
}

/** The lists from the top of a folder's repository down to above the folder; none where it is in no repository. */
async function repositoryRules(uri: vscode.Uri): Promise<{readonly top: vscode.Uri; readonly rules: IgnoreRules}> {
  const rules = new IgnoreRules(ignoresCase);
  const between = [uri];
  for (let top = uri; between.length < maxAbove; top = above(top), between.unshift(top)) {
    if ((await typeOf(vscode.Uri.joinPath(top, ".git"))) !== undefined) {
      await addList(rules, "", vscode.Uri.joinPath(top, ".git", "info", "exclude"));
      for (const folder of between.slice(0, -1))
        await addList(rules, namesBelow(top, folder).join("/"), vscode.Uri.joinPath(folder, ".gitignore"));
      return {top, rules};
    }
    if (above(top).path === top.path) break;
  }
  return {top: uri, rules};
}

async function addList(rules: IgnoreRules, folder: string, list: vscode.Uri): Promise<void> {
  try {
    const content = list.scheme === "file" ? await readFile(list.fsPath) : await vscode.workspace.fs.readFile(list);
    rules.add(folder, new TextDecoder().decode(content.subarray(0, maxListLength)));
  } catch {
    // There is none, or none that can be read; git does without it too.
  }
}

/** VS Code's file system would ask its main process for each folder. */
async function entriesOf(uri: vscode.Uri): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  if (uri.scheme !== "file") {
    for (const [name, type] of await vscode.workspace.fs.readDirectory(uri)) entries.push({name, type});
  } else {
    const {Directory, File, SymbolicLink, Unknown} = vscode.FileType;
    for (const entry of await readdir(uri.fsPath, {withFileTypes: true})) {
      const type = entry.isSymbolicLink()
        ? SymbolicLink
        : entry.isDirectory()
          ? Directory
          : entry.isFile()
            ? File
            : Unknown;
      entries.push({name: entry.name, type});
    }
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function typeOf(uri: vscode.Uri): Promise<vscode.FileType | undefined> {
  return await vscode.workspace.fs.stat(uri).then(
    ({type}) => type,
    () => undefined
  );
}

function above(uri: vscode.Uri): vscode.Uri {
  return uri.with({path: path.posix.dirname(uri.path)});
}

/** Whether a folder that was chosen too has it. */
function isInside(uri: vscode.Uri, chosen: readonly vscode.Uri[]): boolean {
  return chosen.some((other) => other !== uri && isSameFileSystem(other, uri) && uri.path.startsWith(`${other.path}/`));
}

function isSameFileSystem(a: vscode.Uri, b: vscode.Uri): boolean {
  return a.scheme === b.scheme && a.authority === b.authority;
}

function namesBelow(folder: vscode.Uri, {path: below}: vscode.Uri): string[] {
  return below
    .slice(folder.path.length)
    .split("/")
    .filter((name) => name !== "");
}

/** The deepest folder that contains all of them, with a slash at the end. */
export function commonFolder(folders: readonly vscode.Uri[]): vscode.Uri {
  const [first, ...others] = folders.map((uri) => uri.with({path: uri.path.endsWith("/") ? uri.path : `${uri.path}/`}));
  if (first === undefined) return vscode.Uri.file("/");
  let common = first.path;
  for (const other of others)
    while (!other.path.startsWith(common)) common = common.slice(0, common.lastIndexOf("/", common.length - 2) + 1);
  return first.with({path: common});
}

function pathBelow(base: vscode.Uri, {path: one}: vscode.Uri): string {
  return one.startsWith(base.path) || `${one}/` === base.path ? one.slice(base.path.length) : one;
}

/** Lets so many at a time through. */
class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}
