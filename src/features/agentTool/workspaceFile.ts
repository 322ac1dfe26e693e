import {realpath} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import {relativeNames} from "../../host/documents/pathContainment";
import {ToolInputError} from "./toolInput";

/** Bytes. Larger files are data, and would be read whole for a few lines. */
const maxFileSize = 20_000_000;

/** A file that an agent may see. */
export interface WorkspaceFile {
  readonly uri: vscode.Uri;
  /** Its real path in its workspace folder, whatever the agent wrote. With several folders, the folder's name comes first. */
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
  /** From the folder down to the file, as the file system spells them. */
  readonly names: readonly string[];
}

/** Checks every step of the path down to a file; undefined if there is no such file. */
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

/** The names on the disk: Windows and macOS also find a file by other names (`ENV~1` is `.env`). */
async function spelling(folder: vscode.Uri, file: vscode.Uri): Promise<string[] | undefined> {
  const [realFolder, real] = await Promise.all([realpath(folder.fsPath), realpath(file.fsPath)]);
  return relativeNames(vscode.Uri.file(realFolder), vscode.Uri.file(real));
}

function outside(): ToolInputError {
  return new ToolInputError("This file is outside the workspace, and is not read: give its text itself as `text`.");
}
