import type {CountedFile, TextSize} from "../../host/folderCounts";

/** A file with its count. */
export type TreeFile = Extract<CountedFile, TextSize>;

export type SkippedFile = Exclude<CountedFile, TextSize>;

/** A folder with the sums of all that is in it. */
export interface TreeFolder extends TextSize {
  readonly name: string;
  /** With a slash at the end; "" for the top. */
  readonly path: string;
  /** Files in it and in its folders. */
  readonly fileCount: number;
}

class Folder implements TreeFolder {
  tokens = 0;
  characters = 0;
  bytes = 0;
  fileCount = 0;
  readonly folders = new Map<string, Folder>();
  readonly files = new Map<string, TreeFile>();

  constructor(
    readonly name: string,
    readonly path: string
  ) {}

  add({tokens, characters, bytes}: TextSize, sign: 1 | -1): void {
    this.tokens += sign * tokens;
    this.characters += sign * characters;
    this.bytes += sign * bytes;
    this.fileCount += sign;
  }
}

/** Counted files by folders, whose sums follow as files come, change and go. */
export class CountTree {
  private readonly root = new Folder("", "");
  private readonly skippedFiles = new Map<string, SkippedFile>();

  /** All that was counted. */
  get top(): TreeFolder {
    return this.root;
  }

  files(): Iterable<TreeFile> {
    return filesIn(this.root);
  }

  /** In the order of their paths. */
  get skipped(): readonly SkippedFile[] {
    return [...this.skippedFiles.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  get skippedCount(): number {
    return this.skippedFiles.size;
  }

  has(path: string): boolean {
    const {folder, name} = this.placeOf(path);
    return this.skippedFiles.has(path) || folder?.files.has(name) === true;
  }

  /** Adds a file, in the place of what has its path, or had it as a folder's. */
  set(file: CountedFile): void {
    this.skippedFiles.delete(file.path);
    const there = this.placeOf(file.path);
    if (there.folder?.files.has(there.name) || there.folder?.folders.has(there.name)) this.delete(file.path);
    if ("skipped" in file) {
      this.skippedFiles.set(file.path, file);
      return;
    }
    this.makeWay(file.path);
    const names = file.path.split("/");
    const name = names.pop() ?? "";
    let folder = this.root;
    folder.add(file, 1);
    for (const folderName of names) {
      let next = folder.folders.get(folderName);
      if (next === undefined) {
        next = new Folder(folderName, `${folder.path}${folderName}/`);
        folder.folders.set(folderName, next);
      }
      folder = next;
      folder.add(file, 1);
    }
    folder.files.set(name, file);
  }

  /** Removes a file, or a folder with all that is in it. Whether there was one. */
  delete(path: string): boolean {
    const wasSkipped = this.skippedFiles.delete(path);
    for (const other of this.skippedFiles.keys()) if (other.startsWith(`${path}/`)) this.skippedFiles.delete(other);
    const {folder, name} = this.placeOf(path);
    const file = folder?.files.get(name);
    const inside = folder?.folders.get(name);
    if (file !== undefined) this.remove(file);
    else if (inside !== undefined) for (const one of [...filesIn(inside)]) this.remove(one);
    return wasSkipped || file !== undefined || inside !== undefined;
  }

  /** What is directly in a folder: the largest first, equal ones by name. */
  children(of: TreeFolder): readonly (TreeFolder | TreeFile)[] {
    const {folders, files} = of as Folder;
    return [...folders.values(), ...files.values()].sort(
      (a, b) => b.tokens - a.tokens || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
    );
  }

  /** All folders and files, each folder before what is in it. */
  *all(of: TreeFolder = this.root): Generator<TreeFolder | TreeFile> {
    for (const child of this.children(of)) {
      yield child;
      if (isFolder(child)) yield* this.all(child);
    }
  }

  /** Removes a file that stands where a path has a folder. */
  private makeWay(path: string): void {
    let folder: Folder | undefined = this.root;
    for (const name of path.split("/").slice(0, -1)) {
      const file: TreeFile | undefined = folder?.files.get(name);
      if (file !== undefined) {
        this.remove(file);
        return;
      }
      folder = folder?.folders.get(name);
    }
  }

  private remove(file: TreeFile): void {
    const names = file.path.split("/");
    const name = names.pop() ?? "";
    const folders = [this.root];
    for (const folderName of names) {
      const next = folders.at(-1)?.folders.get(folderName);
      if (next !== undefined) folders.push(next);
    }
    for (const folder of folders) folder.add(file, -1);
    folders.at(-1)?.files.delete(name);
    // A folder without files is not shown.
    for (const [i, {name: folderName, fileCount}] of folders.entries())
      if (i > 0 && fileCount === 0) folders[i - 1]?.folders.delete(folderName);
  }

  /** The folder that has a path, if there is one. */
  private placeOf(path: string): {readonly folder: Folder | undefined; readonly name: string} {
    const names = path.split("/");
    const name = names.pop() ?? "";
    let folder: Folder | undefined = this.root;
    for (const folderName of names) folder = folder?.folders.get(folderName);
    return {folder, name};
  }
}

export function isFolder(node: TreeFolder | TreeFile): node is TreeFolder {
  return "fileCount" in node;
}

function* filesIn({folders, files}: Folder): Generator<TreeFile> {
  yield* files.values();
  for (const folder of folders.values()) yield* filesIn(folder);
}
