import ignore, {type Ignore} from "ignore";
import * as vscode from "vscode";
import type {Settings} from "../../host/settings";

/** Lies in a workspace folder and says, as a .gitignore does, what of it is never given to a model to complete. */
export const ignoreFile = ".tokenscopeignore";

/**
 * Which files are never sent to a completion: neither written in nor looked at. By the setting, for all files, and by each
 * workspace folder's own list.
 */
export class Exclusions implements vscode.Disposable {
  private readonly lists = new Map<string, Promise<Ignore>>();
  /** The setting's own; understanding its patterns takes longer than all else that a key costs. */
  private setting: Ignore | undefined;
  private readonly subscription: vscode.Disposable;
  private readonly watcher = vscode.workspace.createFileSystemWatcher(`**/${ignoreFile}`);

  constructor(private readonly settings: Settings) {
    this.subscription = settings.onDidChangeInlineCompletion(() => {
      this.setting = undefined;
    });
    const forget = (): void => this.lists.clear();
    this.watcher.onDidChange(forget);
    this.watcher.onDidCreate(forget);
    this.watcher.onDidDelete(forget);
  }

  /** What excludes a file: the setting, or the list of its folder. Undefined where nothing does. */
  async excludedBy(uri: vscode.Uri): Promise<"setting" | "list" | undefined> {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const path = pathIn(folder, uri);
    if (path === "") return undefined;
    this.setting ??= matcher(this.settings.completionExclusions());
    if (this.setting.ignores(path)) return "setting";
    return folder !== undefined && (await this.listOf(folder)).ignores(path) ? "list" : undefined;
  }

  dispose(): void {
    this.watcher.dispose();
    this.subscription.dispose();
  }

  private listOf(folder: vscode.WorkspaceFolder): Promise<Ignore> {
    const key = folder.uri.toString();
    let list = this.lists.get(key);
    if (list === undefined) {
      list = readList(folder);
      this.lists.set(key, list);
    }
    return list;
  }
}

async function readList(folder: vscode.WorkspaceFolder): Promise<Ignore> {
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, ignoreFile)).then(
    (read) => read,
    () => new Uint8Array()
  );
  return matcher(new TextDecoder().decode(bytes).split(/\r?\n/));
}

/** A pattern that can't be understood matches nothing. */
function matcher(patterns: readonly string[]): Ignore {
  const list = ignore({ignorecase: true, allowRelativePaths: true});
  for (const pattern of patterns) list.add(pattern);
  return list;
}

/** Relative to its folder, or else to its root; with slashes, and without one in front. */
function pathIn(folder: vscode.WorkspaceFolder | undefined, uri: vscode.Uri): string {
  const path = folder === undefined ? uri.path : uri.path.slice(folder.uri.path.length);
  return path.replace(/^\/+/, "");
}
