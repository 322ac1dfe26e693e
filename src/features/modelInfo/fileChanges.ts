import * as vscode from "vscode";
import {stampOf} from "./modelFiles";
import type {Reading} from "./readModel";

/** Milliseconds without a change of the file before it is compared: programs write in pieces. */
const compareDelay = 500;

/** Finds out when a model's files are no longer as they were read. */
export class FileChanges implements vscode.Disposable {
  private stamps: Reading["stamps"] = new Map();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private comparing: Promise<void> | undefined;
  private readonly watcher: vscode.FileSystemWatcher;

  constructor(
    file: vscode.Uri,
    private readonly onChange: () => Promise<void> | void
  ) {
    // The whole folder: a file's name may have characters with a meaning in patterns.
    const folder = vscode.Uri.joinPath(file, "..");
    this.watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, "*"));
    const follow = (uri: vscode.Uri) => {
      if (uri.toString() === file.toString() || this.stamps.has(uri.toString())) this.compareSoon();
    };
    this.watcher.onDidChange(follow);
    this.watcher.onDidCreate(follow);
    this.watcher.onDidDelete(follow);
  }

  /** From now on the files are compared with these stamps. */
  remember(stamps: Reading["stamps"]): void {
    this.stamps = stamps;
  }

  /** Runs once at a time: a file system that doesn't answer is not asked again and again. */
  compare(): Promise<void> {
    this.comparing ??= this.compareNow().finally(() => {
      this.comparing = undefined;
    });
    return this.comparing;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.watcher.dispose();
  }

  private compareSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.compare(), compareDelay);
  }

  private async compareNow(): Promise<void> {
    for (const [uri, stamp] of this.stamps)
      if ((await stampOf(vscode.Uri.parse(uri))) !== stamp) return await this.onChange();
  }
}
