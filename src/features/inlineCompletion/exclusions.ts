import * as vscode from "vscode";
import {type Names, namedBy, patternsOf} from "../../completion/patterns";
import type {Settings} from "../../host/settings";

/** Lies in a workspace folder and says, as a .gitignore does, what of it is never given to a model to complete. */
export const ignoreFile = ".tokenscopeignore";

/** Bytes. A longer list excludes everything: nobody has written it. */
const maxListLength = 1 << 16;

/**
 * Which files are never sent to a completion: neither written in nor looked at. By the setting, for all files, and by each
 * workspace folder's own list.
 */
export class Exclusions implements vscode.Disposable {
  private readonly lists = new Map<string, Promise<Names>>();
  private bySetting: Names | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  /** Other files are excluded from now on. */
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

  /** What excludes a file: the setting, or the list of its folder. Undefined where nothing does. */
  async excludedBy(uri: vscode.Uri): Promise<"setting" | "list" | undefined> {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const path = pathIn(folder, uri);
    this.bySetting ??= namedBy(this.settings.completionExclusions());
    if (this.bySetting(path)) return "setting";
    return folder !== undefined && (await this.listOf(folder))(path) ? "list" : undefined;
  }

  dispose(): void {
    this.watcher.dispose();
    this.subscription.dispose();
    this.changed.dispose();
  }

  private listOf(folder: vscode.WorkspaceFolder): Promise<Names> {
    const key = folder.uri.toString();
    let list = this.lists.get(key);
    if (list === undefined) {
      list = readList(folder).catch(() => {
        // It is there and can't be read, for now: nothing is given away meanwhile.
        this.lists.delete(key);
        return () => true;
      });
      this.lists.set(key, list);
    }
    return list;
  }
}

/** Rejects where there is a list that can't be read. */
async function readList(folder: vscode.WorkspaceFolder): Promise<Names> {
  const file = vscode.Uri.joinPath(folder.uri, ignoreFile);
  try {
    const {size} = await vscode.workspace.fs.stat(file);
    if (size > maxListLength) return () => true;
    return namedBy(patternsOf(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return () => false;
    throw error;
  }
}

/** Relative to its folder, or else to its root; with slashes, and without one in front. */
function pathIn(folder: vscode.WorkspaceFolder | undefined, uri: vscode.Uri): string {
  const path = folder === undefined ? uri.path : uri.path.slice(folder.uri.path.length);
  return path.replace(/^\/+/, "");
}
