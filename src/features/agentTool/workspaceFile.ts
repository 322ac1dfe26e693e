import {realpath} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import {relativeNames} from "../../host/documents/pathContainment";
import {ToolInputError} from "./toolInput";

/** Bytes. Larger files are data, and would be read whole for a few lines. */
const maxFileSize = 20_000_000;

/** A file or folder that an agent may see. */
export interface WorkspaceFile {
  readonly uri: vscode.Uri;
  /**
   * Its real path in its workspace folder, whatever the agent wrote. With several folders, the folder's name comes first. A
   * workspace folder itself is its name.
   */
  readonly path: string;
}

/**
 * The workspace file of an agent's path, which is absolute or relative to a workspace folder (with or without that folder's
 * name in front). Refuses files outside the folders and everything behind a symbolic link: a link called README.md may lead
 * to `.env`, and the user would be asked about README.md.
 *
 * @throws ToolInputError
 */
export async function workspaceFile(
  written: string,
  folders: readonly vscode.WorkspaceFolder[]
): Promise<WorkspaceFile> {
  const {size, ...file} = await find(written, folders, "file");
  if (size > maxFileSize) throw new ToolInputError("This file is larger than 20 MB: give its text in parts.");
  return file;
}

/** As {@link workspaceFile}: a folder in a workspace folder, or that one itself. */
export async function workspaceFolder(
  written: string,
  folders: readonly vscode.WorkspaceFolder[]
): Promise<WorkspaceFile> {
  const {uri, path} = await find(written, folders, "folder");
  return {uri, path};
}

type Kind = "file" | "folder";

async function find(
  written: string,
  folders: readonly vscode.WorkspaceFolder[],
  kind: Kind
): Promise<WorkspaceFile & {readonly size: number}> {
  if (folders.length === 0)
    throw new ToolInputError(`No folder is open, so no ${kind} can be read: give the text itself as \`text\`.`);
  const candidates = folders.flatMap((folder) => candidatesIn(folder, written));
  if (candidates.length === 0) throw outside(kind);
  let refusal = new ToolInputError(`There is no such ${kind} in the workspace: look for its path first.`);
  for (const {folder, names} of candidates) {
    const found = await look(folder.uri, names, kind);
    if (found === undefined) continue;
    if (found === "link")
      refusal = new ToolInputError(`A symbolic link is on the way to this ${kind}: give the path that it leads to.`);
    else
      return {
        uri: vscode.Uri.joinPath(folder.uri, ...found.names),
        path: [...(folders.length > 1 || found.names.length === 0 ? [folder.name] : []), ...found.names].join("/"),
        size: found.size
      };
  }
  throw refusal;
}

interface Candidate {
  readonly folder: vscode.WorkspaceFolder;
  /** From the folder down to the file; none for the folder itself. */
  readonly names: readonly string[];
}

function candidatesIn(folder: vscode.WorkspaceFolder, asWritten: string): Candidate[] {
  const isLocal = folder.uri.scheme === "file";
  // Another file system may be on Windows, which would read `\` as `/` after these checks.
  const written = isLocal ? asWritten : asWritten.replaceAll("\\", "/");
  const isAbsolute = isLocal ? path.isAbsolute(written) : written.startsWith("/");
  const uris: vscode.Uri[] = [];
  if (isAbsolute)
    uris.push(
      isLocal ? vscode.Uri.file(path.normalize(written)) : folder.uri.with({path: path.posix.normalize(written)})
    );
  else {
    uris.push(vscode.Uri.joinPath(folder.uri, written));
    const [first, ...rest] = written.split(/[/\\]/);
    if (first === folder.name) uris.push(vscode.Uri.joinPath(folder.uri, ...rest));
  }
  return uris.flatMap((uri) => {
    const names = namesBelow(folder.uri, uri);
    return names === undefined ? [] : [{folder, names}];
  });
}

interface Found {
  /** Bytes. */
  readonly size: number;
  /** From the folder down to the file, as the file system spells them. */
  readonly names: readonly string[];
}

/** Checks every step of the path down to a file or folder; undefined if there is none. */
async function look(folder: vscode.Uri, names: readonly string[], kind: Kind): Promise<Found | "link" | undefined> {
  let place = folder;
  try {
    let status = await vscode.workspace.fs.stat(folder);
    for (const name of names) {
      place = vscode.Uri.joinPath(place, name);
      status = await vscode.workspace.fs.stat(place);
      if (status.type & vscode.FileType.SymbolicLink) return "link";
    }
    if (!(status.type & (kind === "file" ? vscode.FileType.File : vscode.FileType.Directory))) return undefined;
    const spelled = folder.scheme === "file" ? await spelling(folder, place) : names;
    return spelled && {size: status.size, names: spelled};
  } catch {
    return undefined;
  }
}

/** The names on the disk: Windows and macOS also find a file by other names (`ENV~1` is `.env`). */
async function spelling(folder: vscode.Uri, file: vscode.Uri): Promise<string[] | undefined> {
  const [realFolder, real] = await Promise.all([realpath(folder.fsPath), realpath(file.fsPath)]);
  return namesBelow(vscode.Uri.file(realFolder), vscode.Uri.file(real));
}

/** As {@link relativeNames}, with no names for the folder itself. */
function namesBelow(folder: vscode.Uri, file: vscode.Uri): string[] | undefined {
  const names = relativeNames(folder, file);
  if (names !== undefined) return names;
  return isSamePlace(folder, file) ? [] : undefined;
}

function isSamePlace(folder: vscode.Uri, file: vscode.Uri): boolean {
  return folder.scheme === "file"
    ? path.relative(folder.fsPath, file.fsPath) === ""
    : path.posix.relative(folder.path, file.path) === "";
}

/** @throws ToolInputError */
export async function openWorkspaceFile(uri: vscode.Uri): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    throw new ToolInputError("This file can't be opened as text: choose one that holds text.");
  }
}

function outside(kind: Kind): ToolInputError {
  return new ToolInputError(
    `This ${kind} is outside the workspace, and is not read: give its text itself as \`text\`.`
  );
}
