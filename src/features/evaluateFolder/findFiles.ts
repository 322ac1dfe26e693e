import * as vscode from "vscode";
import {commonFolder} from "../../host/documents/folderFiles";
import {HostError} from "../../host/hostError";
import {byteSize} from "../../text/numberText";
import type {FileOfEvaluation, UnscoredFile} from "./evaluation";

/** Bytes. Larger files are left out, and the result says so. */
export const maxFileSize = 1_000_000;

/** Further files are ignored, and the result says so. */
const maxFiles = 10_000;

export interface FoundFile extends FileOfEvaluation {
  readonly bytes: number;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly leftOut: readonly UnscoredFile[];
  /** There were more than {@link maxFiles}. */
  readonly cut: boolean;
}

/** Files whose sizes are read at the same time. */
const statsAtOnce = 64;

/** The given files and the files in the given folders, in the order of their paths, without those excluded from search. */
export async function findFiles(roots: readonly vscode.Uri[], token: vscode.CancellationToken): Promise<FoundFiles> {
  const uris = new Map<string, vscode.Uri>();
  for (const root of roots) {
    if (await isFolder(root)) {
      const pattern = new vscode.RelativePattern(root, "**/*");
      const found = await vscode.workspace.findFiles(pattern, excluded(root), maxFiles + 1, token);
      for (const uri of found) uris.set(uri.toString(), uri);
    } else uris.set(root.toString(), root);
    if (token.isCancellationRequested) throw new vscode.CancellationError();
  }
  const base = commonFolder(roots.length === 1 ? roots : [...uris.values()].map(parent)).path;
  const named = [...uris.values()].map((uri) => ({uri, path: pathBelow(base, uri)}));
  named.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const cut = named.length > maxFiles;
  const [files, leftOut]: [FoundFile[], UnscoredFile[]] = [[], []];
  for (let at = 0; at < Math.min(named.length, maxFiles); at += statsAtOnce) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    const some = named.slice(at, Math.min(at + statsAtOnce, maxFiles));
    for (const file of await Promise.all(some.map(withSize))) {
      if (file.bytes > maxFileSize) leftOut.push({uri: file.uri, path: file.path, reason: tooLarge(file.bytes)});
      else files.push(file);
    }
  }
  return {files, leftOut, cut};
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    const {type} = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.Directory) !== 0;
  } catch {
    throw new HostError(
      "noEvaluation",
      vscode.l10n.t('"{0}" can\'t be read any more: choose another folder.', uri.path)
    );
  }
}

function tooLarge(bytes: number): string {
  return vscode.l10n.t("larger than {0} ({1})", byteSize(maxFileSize), byteSize(bytes));
}

/** A file without a known size is kept: reading it tells what is wrong. */
async function withSize(file: FileOfEvaluation): Promise<FoundFile> {
  const bytes = await vscode.workspace.fs.stat(file.uri).then(
    ({size}) => size,
    () => 0
  );
  return {...file, bytes};
}

/** What search and the explorer exclude. Exclusions with a `when` clause can't be expressed as a glob. */
function excluded(scope: vscode.Uri): string | undefined {
  const globs = ["files", "search"].flatMap((section) =>
    Object.entries(vscode.workspace.getConfiguration(section, scope).get<Record<string, unknown>>("exclude") ?? {})
      .filter(([, value]) => value === true)
      .map(([glob]) => glob)
  );
  return globs.length > 0 ? `{${[...new Set(globs)].join(",")}}` : undefined;
}

function parent(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, "..");
}

function pathBelow(base: string, {path}: vscode.Uri): string {
  if (path.startsWith(base)) return path.slice(base.length);
  return path.slice(path.lastIndexOf("/") + 1);
}
