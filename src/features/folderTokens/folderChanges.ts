import * as vscode from "vscode";
import type {FolderFiles} from "../../host/documents/folderFiles";
import {uriName} from "../../host/documents/uriName";

/** Changes are collected until there was none for so long (ms). */
const quiet = 500;

/** More of them are a checkout or a build: everything is looked at again. */
const maxSingle = 200;

/** What has happened to the files of a listing. */
export interface FolderChange {
  /** What files there are, and which are ignored, is not known any more. */
  readonly listAgain: boolean;
  /** Files that were changed or created, and the path of each. */
  readonly changed: readonly {readonly uri: vscode.Uri; readonly path: string}[];
  /** Paths of files and folders that are gone. */
  readonly gone: readonly string[];
}

/** Tells what happens to listed files, and to files that would be listed. */
export class FolderChanges implements vscode.Disposable {
  private readonly watchers: readonly vscode.FileSystemWatcher[];
  private readonly touched = new Map<string, {readonly uri: vscode.Uri; created: boolean}>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    /** Exchanged for a newer one of what was chosen, while watching goes on: a new watcher would miss what happens until it works. */
    public listing: FolderFiles,
    chosen: readonly vscode.Uri[],
    private readonly onChange: (change: FolderChange) => void
  ) {
    const folders = new Set(listing.folders.map(String));
    const withFiles = chosen.filter((uri) => !folders.has(uri.toString())).map((uri) => vscode.Uri.joinPath(uri, ".."));
    const patterns = [
      ...this.listing.folders.map((uri) => new vscode.RelativePattern(uri, "**/*")),
      ...new Map(withFiles.map((uri) => [uri.toString(), new vscode.RelativePattern(uri, "*")])).values()
    ];
    this.watchers = patterns.map((pattern) => vscode.workspace.createFileSystemWatcher(pattern));
    for (const watcher of this.watchers) {
      watcher.onDidChange((uri) => this.touch(uri, false));
      watcher.onDidCreate((uri) => this.touch(uri, true));
      watcher.onDidDelete((uri) => this.touch(uri, false));
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers) watcher.dispose();
  }

  private touch(uri: vscode.Uri, created: boolean): void {
    const key = uri.toString();
    // Whether it is a file or a folder shows later; what is ignored as a file is ignored as a folder too.
    if (this.listing.pathOf(uri, false) === undefined) return;
    if (this.touched.size <= maxSingle)
      this.touched.set(key, {uri, created: created || this.touched.get(key)?.created === true});
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tell(), quiet);
  }

  private async tell(): Promise<void> {
    const touched = [...this.touched.values()];
    this.touched.clear();
    const changed: FolderChange["changed"][number][] = [];
    const gone: string[] = [];
    let listAgain = touched.length > maxSingle;
    for (const {uri, created} of listAgain ? [] : touched) {
      if (uriName(uri) === ".gitignore") listAgain = true;
      const type = await Promise.resolve(vscode.workspace.fs.stat(uri)).then(
        (status) => status.type,
        () => undefined
      );
      const isFolder = ((type ?? 0) & vscode.FileType.Directory) !== 0;
      const path = this.listing.pathOf(uri, isFolder);
      if (path === undefined) continue;
      if (type === undefined) gone.push(path);
      else if (isFolder) listAgain ||= created;
      else if ((type & vscode.FileType.SymbolicLink) === 0) changed.push({uri, path});
    }
    this.onChange({listAgain, changed, gone});
  }
}
