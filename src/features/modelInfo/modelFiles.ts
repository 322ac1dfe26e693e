import * as vscode from "vscode";
import type {HumanError} from "../../contract/errors";
import type {ByteSource} from "../../gguf/byteSource";
import {uriName} from "../../host/documents/uriName";
import {HostError} from "../../host/hostError";
import {timedStat} from "../../host/models/local/timedStat";
import {fileSource} from "../../platform/fileSource";
import {byteSize} from "../../text/numberText";

/** Maximum bytes of a file that is read whole because its file system can't read parts. */
export const maxReadWhole = 64_000_000;

/** Maximum bytes of all files of a model that are read whole. A hundred files of the size above would take too long. */
export const maxReadTogether = 4 * maxReadWhole;

/** A file that is open for reading. */
export interface OpenFile extends ByteSource {
  /** Changes when the file changes. */
  readonly stamp: string;
  /** The whole file was read to open it. */
  readonly readWhole: boolean;
  close(): Promise<void>;
}

/** The file is too large for a file system that reads only whole files. A copy on this machine could be read. */
export class TooLargeToRead extends HostError {}

/** Reads bytes of a file on another machine; null if parts of files can't be read there. */
export type ReadPiece = ((uri: vscode.Uri, offset: number, length: number) => Promise<Uint8Array>) | null;

/** Opens a file. A HumanError says why it can't be read. */
export async function openFile(uri: vscode.Uri, readPiece: ReadPiece): Promise<OpenFile> {
  if (uri.scheme === "file") return await openLocal(uri);
  const status = await statOf(uri);
  if (status.size <= maxReadWhole) return await readWhole(uri, status);
  if (readPiece === null) throw tooLarge(uri, status);
  return await openRemote(uri, status, readPiece);
}

/** As {@link OpenFile.stamp}; null if there is no such file. */
export async function stampOf(uri: vscode.Uri): Promise<string | null> {
  try {
    const status = await look(uri);
    return status && stamp(status.size, status.mtime);
  } catch {
    return null;
  }
}

/** VS Code's description of a file; null if the file system doesn't answer, as when a network share is offline. */
async function look(uri: vscode.Uri): Promise<vscode.FileStat | null> {
  const {fs} = vscode.workspace;
  return uri.scheme === "file" ? await timedStat.ask(uri.fsPath, async () => await fs.stat(uri)) : await fs.stat(uri);
}

async function openLocal(uri: vscode.Uri): Promise<OpenFile> {
  const {size, mtime} = await statOf(uri);
  try {
    return Object.assign(await fileSource(uri.fsPath), {stamp: stamp(size, mtime), readWhole: false});
  } catch (error) {
    throw unreadable(uriName(uri), (error as NodeJS.ErrnoException).code);
  }
}

async function readWhole(uri: vscode.Uri, {size, mtime}: vscode.FileStat): Promise<OpenFile> {
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    throw unreadable(uriName(uri), error instanceof vscode.FileSystemError ? error.code : undefined);
  }
  return {
    size: bytes.length,
    stamp: stamp(size, mtime),
    readWhole: true,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => undefined
  };
}

async function openRemote(
  uri: vscode.Uri,
  status: vscode.FileStat,
  readPiece: NonNullable<ReadPiece>
): Promise<OpenFile> {
  return {
    size: status.size,
    stamp: stamp(status.size, status.mtime),
    readWhole: false,
    read: (offset, length) =>
      readPiece(uri, offset, length).catch(() => {
        throw tooLarge(uri, status);
      }),
    close: async () => undefined
  };
}

function tooLarge(uri: vscode.Uri, {size}: vscode.FileStat): TooLargeToRead {
  return new TooLargeToRead(
    "unreadableFile",
    vscode.l10n.t(
      '"{0}" has {1}, and VS Code reads a file from there only as a whole, which is too much above {2}: save a copy on this machine, or open it where it lies.',
      uriName(uri),
      byteSize(size),
      byteSize(maxReadWhole)
    )
  );
}

/** Checks that it is a file before it is opened: opening a pipe would wait for its other end. */
async function statOf(uri: vscode.Uri): Promise<vscode.FileStat> {
  const name = uriName(uri);
  let status: vscode.FileStat | null;
  try {
    status = await look(uri);
  } catch (error) {
    const code = error instanceof vscode.FileSystemError ? error.code : undefined;
    if (code === "FileNotFound")
      throw new HostError("unreadableFile", vscode.l10n.t('There is no file "{0}" any more: open another one.', name));
    throw unreadable(name, code);
  }
  if (status === null) throw unreadable(name, "ETIMEDOUT");
  if ((status.type & vscode.FileType.Directory) !== 0)
    throw new HostError("unreadableFile", vscode.l10n.t('"{0}" is a folder: open a GGUF file in it.', name));
  if ((status.type & vscode.FileType.File) === 0)
    throw new HostError("unreadableFile", vscode.l10n.t('"{0}" is not a file: open a GGUF file.', name));
  return status;
}

function unreadable(name: string, code: string | undefined): HumanError {
  return new HostError(
    "unreadableFile",
    vscode.l10n.t('"{0}" can\'t be read ({1}): check its permissions or open another one.', name, code ?? "?")
  );
}

function stamp(size: number, modified: number): string {
  return `${size} ${modified}`;
}
