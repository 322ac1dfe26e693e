import * as vscode from "vscode";
import {type FileCounts, maxCountedFile} from "../contract/fileCounts";
import type {ModelDescription, ModelRef} from "../contract/models";
import {type FolderFile, FolderFiles} from "./documents/folderFiles";
import type {Host} from "./host";
import type {SkipReason} from "./skipText";

/** A file that was counted, or the reason why it was not. */
export type CountedFile = FolderFile & (TextSize | {readonly skipped: SkipReason});

/** Of a file's whole text, as an editor shows it. */
export interface TextSize {
  readonly tokens: number;
  /** Unicode code points. */
  readonly characters: number;
  /** UTF-8 bytes. */
  readonly bytes: number;
}

/** What was counted in folders. */
export interface FolderCounts {
  /** In the order of their paths. */
  readonly files: readonly CountedFile[];
  /** Files that were not reached before it was cancelled. */
  readonly notReached: number;
  /** There were more files than are counted. */
  readonly cut: boolean;
  /** Null where nothing was counted, so that no model was asked. */
  readonly model: ModelDescription | null;
  readonly warnings: readonly string[];
}

export interface FolderProgress {
  /** Files. */
  readonly done: number;
  readonly total: number;
  /** In the files that are done. */
  readonly tokens: number;
}

export interface FolderCountOptions {
  readonly token: vscode.CancellationToken;
  /** The scoring model, unless another one is given. */
  readonly model?: ModelRef;
  readonly onProgress?: (progress: FolderProgress) => void;
  /** Nobody waits for it: it does not keep an idle engine alive. */
  readonly inPassing?: boolean;
}

/** Files in a request. The engine answers for as many as it counts in a moment. */
const filesAtOnce = 512;

/** Files of other file systems that are read at the same time. */
const readsAtOnce = 8;

/**
 * Counts the tokens of all files in folders, and of files, as they are on disk. Ignored and excluded files are left out
 * (documents/folderFiles.ts). Where it is cancelled, the result has what was counted until then. Counts are kept by content, so
 * that what has not changed is counted once.
 */
export async function countFolder(
  host: Host,
  chosen: readonly vscode.Uri[],
  options: FolderCountOptions
): Promise<FolderCounts> {
  const listed = await FolderFiles.list(chosen, options.token);
  const files: CountedFile[] = [];
  const counts = new FileCounting(host, options);
  const total = listed.files.length;
  let tokens = 0;
  await counts.count(listed.files, (counted) => {
    for (const file of counted) {
      files.push(file);
      if ("tokens" in file) tokens += file.tokens;
    }
    options.onProgress?.({done: files.length, total, tokens});
  });
  return {
    files: [...files, ...listed.unlisted.map(({uri, path, why}) => ({uri, path, skipped: why}))],
    notReached: total - files.length,
    cut: listed.cut,
    model: counts.model,
    warnings: counts.warnings
  };
}

/** Counts files with one model. */
export class FileCounting {
  /** Null until something was counted. */
  model: ModelDescription | null = null;
  warnings: readonly string[] = [];
  private readonly ref: ModelRef;
  private readonly asking: Pick<FolderCountOptions, "token" | "inPassing">;
  private readonly kept: string;

  constructor(
    private readonly host: Host,
    options: FolderCountOptions
  ) {
    // The same for all files, even if another one is chosen meanwhile.
    this.ref = options.model ?? host.settings.scoringModel();
    this.kept = keptCounts(host).fsPath;
    this.asking = {token: options.token, inPassing: options.inPassing ?? false};
  }

  /** Hands files over as they are counted, in their order. Resolves early where it is cancelled. */
  async count(files: readonly FolderFile[], onCounted: (counted: readonly CountedFile[]) => void): Promise<void> {
    try {
      for (let at = 0; at < files.length; ) {
        const isLocal = files[at]?.uri.scheme === "file";
        const size = isLocal ? filesAtOnce : readsAtOnce;
        const next = files.slice(at, at + size);
        const other = next.findIndex(({uri}) => (uri.scheme === "file") !== isLocal);
        const some = other === -1 ? next : next.slice(0, other);
        const counted = isLocal ? await this.countLocal(some) : await this.countOthers(some);
        at += counted.length;
        onCounted(counted);
      }
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) throw error;
    }
  }

  private async countLocal(files: readonly FolderFile[]): Promise<readonly CountedFile[]> {
    const paths = files.map(({uri}) => uri.fsPath);
    const counts = await this.host.engine.request("countFiles", {model: this.ref, paths, kept: this.kept}, this.asking);
    return this.take(counts, files);
  }

  private async countOthers(files: readonly FolderFile[]): Promise<readonly CountedFile[]> {
    return await Promise.all(files.map((file) => this.countOther(file)));
  }

  private async countOther(file: FolderFile): Promise<CountedFile> {
    const content = await contentOf(file.uri).catch(() => "unreadable" as const);
    if (typeof content === "string") return {...file, skipped: content};
    const counts = await this.host.engine.request(
      "countBytes",
      {model: this.ref, content, kept: this.kept},
      this.asking
    );
    return this.take(counts, [file])[0] ?? {...file, skipped: "unreadable"};
  }

  private take(counts: FileCounts, files: readonly FolderFile[]): readonly CountedFile[] {
    const {model, warnings, tokens, characters, bytes, problems} = counts;
    this.model = model;
    this.warnings = warnings;
    return problems.map((problem, i) => {
      const file = files[i] as FolderFile;
      if (problem !== null) return {...file, skipped: problem};
      return {...file, tokens: tokens[i] ?? 0, characters: characters[i] ?? 0, bytes: bytes[i] ?? 0};
    });
  }
}

async function contentOf(uri: vscode.Uri): Promise<Uint8Array | "tooLarge"> {
  const {size} = await vscode.workspace.fs.stat(uri);
  return size > maxCountedFile ? "tooLarge" : await vscode.workspace.fs.readFile(uri);
}

/** The file in which counts are kept, without texts and names of files. */
function keptCounts({storageUri}: Host): vscode.Uri {
  return vscode.Uri.joinPath(storageUri, "tokenCounts.txt");
}
