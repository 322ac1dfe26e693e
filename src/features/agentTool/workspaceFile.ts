import {realpath} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import {relativeNames} from "../../host/documents/pathContainment";
import {ToolInputError} from "./toolInput";

/** Bytes: more is data, and would have to be read whole for a few lines of it. */
const maxFileSize = 20_000_000;

/** A file that an agent may be told about. */
export interface WorkspaceFile {
  readonly uri: vscode.Uri;
  /** Its path in its workspace folder, with the folder's name in front where there are several. Whatever the agent wrote. */
  readonly path: string;
}

/**
 * The file of the workspace that an agent's path names: absolute, or relative to one of the workspace's folders (with or
 * without that folder's name in front). Refused is what lies outside all of them, and what a symbolic link inside leads to,
 * wherever that is: a link called README.md may lead to `.env`, and its own name is what people would see.
 *
 * @throws ToolInputError
 */
export async function workspaceFile(
  written: string,
  folders: readonly vscode.WorkspaceFolder[]
): Promise<WorkspaceFile> {
  if (folders.length === 0)
    throw new ToolInputError("No folder is open, so no file can be read: give the text itself as `text`.");
  const candidates = folders.flatMap((folder) => candidatesIn(folder, written));
  if (candidates.length === 0) throw outside();
  let refusal = new ToolInputError("There is no such file in the workspace: look for its path first.");
  for (const {folder, names} of candidates) {
    const found = await look(folder.uri, names);
    if (found === undefined) continue;
    if (found === "link")
      refusal = new ToolInputError("A symbolic link is on the way to this file: give the path that it leads to.");
    else if (found.size > maxFileSize)
      refusal = new ToolInputError("This file is larger than 20 MB: give its text in parts.");
    else {
      const way = found.names.join("/");
      return {
        uri: vscode.Uri.joinPath(folder.uri, ...found.names),
        path: folders.length > 1 ? `${folder.name}/${way}` : way
      };
    }
  }
  throw refusal;
}

interface Candidate {
  readonly folder: vscode.WorkspaceFolder;
  /** From the folder down to the file. */
  readonly names: readonly string[];
}

function candidatesIn(folder: vscode.WorkspaceFolder, asWritten: string): Candidate[] {
  const isLocal = folder.uri.scheme === "file";
  // The system behind another file system may be Windows, which would take `\` for `/` after all that is checked here.
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
    if (first === folder.name && rest.length > 0) uris.push(vscode.Uri.joinPath(folder.uri, ...rest));
  }
  return uris.flatMap((uri) => {
    const names = relativeNames(folder.uri, uri);
    return names === undefined ? [] : [{folder, names}];
  });
}

interface Found {
  /** Bytes. */
  readonly size: number;
  /** From the folder down to the file, as the file system has them. */
  readonly names: readonly string[];
}

/** Looks for a file at each step down to it; undefined where there is none. */
async function look(folder: vscode.Uri, names: readonly string[]): Promise<Found | "link" | undefined> {
  let place = folder;
  let status: vscode.FileStat | undefined;
  try {
    for (const name of names) {
      place = vscode.Uri.joinPath(place, name);
      status = await vscode.workspace.fs.stat(place);
      if (status.type & vscode.FileType.SymbolicLink) return "link";
    }
    if (status === undefined || !(status.type & vscode.FileType.File)) return undefined;
    const spelled = folder.scheme === "file" ? await spelling(folder, place) : names;
    return spelled && {size: status.size, names: spelled};
  } catch {
    return undefined;
  }
}

/** The disk's own names: Windows and macOS find a file by others, too (`ENV~1` is `.env`). */
async function spelling(folder: vscode.Uri, file: vscode.Uri): Promise<string[] | undefined> {
  const [realFolder, real] = await Promise.all([realpath(folder.fsPath), realpath(file.fsPath)]);
  return relativeNames(vscode.Uri.file(realFolder), vscode.Uri.file(real));
}

function outside(): ToolInputError {
  return new ToolInputError("This file is outside the workspace, and is not read: give its text itself as `text`.");
}
