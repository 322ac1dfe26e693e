import * as vscode from "vscode";
import {sampleScheme} from "../../host/documents/sampleScheme";

interface SampleFile {
  readonly content: Uint8Array;
  /** Time of the last change (ms since the epoch), by which VS Code tells versions apart. */
  readonly mtime: number;
}

/** File names in media/walkthrough/samples. */
const names = ["tokens.md", "perplexity.md", "logprobs.ts", "completion.ts"] as const;
export type SampleName = (typeof names)[number];

/**
 * The walkthrough's samples as documents. They can be edited, because ghost text needs that. Every edit is saved in
 * memory, so that closing a sample never asks to save it.
 */
export class Samples implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly files = new Map<string, SampleFile>();
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  private readonly subscriptions: vscode.Disposable;
  readonly onDidChangeFile = this.changed.event;

  constructor(private readonly extensionUri: vscode.Uri) {
    this.subscriptions = vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerFileSystemProvider(sampleScheme, this, {isCaseSensitive: true}),
      vscode.workspace.onDidChangeTextDocument(({document}) => {
        if (document.uri.scheme === sampleScheme && document.isDirty) void document.save();
      })
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** A sample as it ships. */
  async original(name: SampleName): Promise<Uint8Array> {
    const folder = vscode.Uri.joinPath(this.extensionUri, "media", "walkthrough", "samples");
    return await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name));
  }

  watch(): vscode.Disposable {
    // Nothing else writes these files.
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    if (uri.path === "/") return {type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0};
    const {content, mtime} = await this.file(uri);
    return {type: vscode.FileType.File, ctime: 0, mtime, size: content.length};
  }

  readDirectory(): [string, vscode.FileType][] {
    return names.map((name) => [name, vscode.FileType.File]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.file(uri)).content;
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const {mtime} = await this.file(uri);
    this.files.set(uri.path, {content, mtime: Math.max(Date.now(), mtime + 1)});
    this.changed.fire([{type: vscode.FileChangeType.Changed, uri}]);
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private async file(uri: vscode.Uri): Promise<SampleFile> {
    const known = this.files.get(uri.path);
    if (known) return known;
    const name = names.find((one) => `/${one}` === uri.path);
    if (!name) throw vscode.FileSystemError.FileNotFound(uri);
    const file = {content: await this.original(name), mtime: Date.now()};
    this.files.set(uri.path, file);
    return file;
  }
}
