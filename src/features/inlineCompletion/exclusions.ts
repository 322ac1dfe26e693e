import * as vscode from "vscode";
import {pathInFolder} from "../../host/documents/pathInFolder";
import type {Settings} from "../../host/settings";
import {type PathMatcher, parsePatterns, pathMatcher} from "../../text/pathPatterns";

/** A file in a workspace folder, in the format of .gitignore: these files are never given to a model for completion. */
export const ignoreFile = ".tokenscopeignore";

/** Max bytes of a list. A longer one was not written by a person, and excludes everything. */
const maxListLength = 1 << 16;

/**
 * The files that completion never sees, neither as the file at the cursor nor as a related file. The setting holds for
 * all files, a folder's list for that folder.
 */
export class Exclusions implements vscode.Disposable {
  private readonly lists = new Map<string, Promise<PathMatcher>>();
  private bySetting: PathMatcher | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  /** The setting or a list has changed. */
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;
  private readonly watcher = vscode.workspace.createFileSystemWatcher(`**/${ignoreFile}`);

  constructor(private readonly settings: Settings) {
    const forget = (): void => {
      this.lists.clear();
      this.bySetting = undefined;
      this.changed.fire();
    };
    this.subscription = vscode.Disposable.from(
      settings.onDidChangeInlineCompletion(forget),
      vscode.workspace.onDidChangeWorkspaceFolders(forget)
    );
    this.watcher.onDidChange(forget);
    this.watcher.onDidCreate(forget);
    this.watcher.onDidDelete(forget);
  }

  /** What excludes a file: the setting, or its folder's list. Undefined if it is not excluded. */
  async excludedBy(uri: vscode.Uri): Promise<"setting" | "list" | undefined> {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const path = pathInFolder(folder, uri);
    this.bySetting ??= pathMatcher(this.settings.completionExclusions());
    if (this.bySetting(path)) return "setting";
    return folder !== undefined && (await this.listOf(folder))(path) ? "list" : undefined;
  }

  dispose(): void {
    this.watcher.dispose();
    this.subscription.dispose();
    this.changed.dispose();
  }

  private listOf(folder: vscode.WorkspaceFolder): Promise<PathMatcher> {
    const key = folder.uri.toString();
    let list = this.lists.get(key);
    if (list === undefined) {
      list = readList(folder).catch(() => {
        // The list can't be read at the moment: exclude everything until it can.
        this.lists.delete(key);
        return () => true;
      });
      this.lists.set(key, list);
    }
    return list;
  }
}

/** Rejects if there is a list that can't be read. */
async function readList(folder: vscode.WorkspaceFolder): Promise<PathMatcher> {
  const file = vscode.Uri.joinPath(folder.uri, ignoreFile);
  try {
    const {size} = await vscode.workspace.fs.stat(file);
    if (size > maxListLength) return () => true;
    return pathMatcher(parsePatterns(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return () => false;
    throw error;
  }
}
