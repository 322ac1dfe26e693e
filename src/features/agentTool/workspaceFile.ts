import path from "node:path";
import * as vscode from "vscode";
import {isBelow, isReallyBelow} from "../../host/below";
import {ToolInputError} from "./toolInput";

/** Bytes: more is data, and would have to be read whole for a few lines of it. */
const largestFile = 20_000_000;

/**
 * The file of the workspace that a path names: absolute, or relative to one of the workspace's folders (with or without
 * that folder's name in front). What lies outside all of them is refused, also where a symbolic link inside leads there.
 *
 * @throws ToolInputError
 */
export async function workspaceFile(written: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0)
    throw new ToolInputError("No folder is open, so no file can be read: give the text itself as `text`.");
  const candidates = folders.flatMap((folder) => candidatesIn(folder, written));
  if (candidates.length === 0) throw outside();
  let refusal = new ToolInputError("There is no such file in the workspace: look for its path first.");
  for (const {folder, uri} of candidates) {
    const size = await sizeOf(uri);
    if (size === undefined) continue;
    if (!(await isReallyBelow(folder.uri, uri))) refusal = outside();
    else if (size > largestFile)
      refusal = new ToolInputError("This file is larger than 20 MB: give its text in parts.");
    else return uri;
  }
  throw refusal;
}

interface Candidate {
  readonly folder: vscode.WorkspaceFolder;
  readonly uri: vscode.Uri;
}

function candidatesIn(folder: vscode.WorkspaceFolder, written: string): Candidate[] {
  const isLocal = folder.uri.scheme === "file";
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
  return uris.filter((uri) => isBelow(folder.uri, uri)).map((uri) => ({folder, uri}));
}

/** Of a file; undefined where there is none. */
async function sizeOf(uri: vscode.Uri): Promise<number | undefined> {
  try {
    const {type, size} = await vscode.workspace.fs.stat(uri);
    return type & vscode.FileType.File ? size : undefined;
  } catch {
    return undefined;
  }
}

function outside(): ToolInputError {
  return new ToolInputError("This file is outside the workspace, and is not read: give its text itself as `text`.");
}
