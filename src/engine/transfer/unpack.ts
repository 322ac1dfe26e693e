import {createHash, randomUUID} from "node:crypto";
import {type FileHandle, mkdir, open, readdir, rename, rm} from "node:fs/promises";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import type {ReadEntry} from "tar";
import {EngineError} from "../../contract/errors";
import type {UnpackedFolder, UnpackParams} from "../../contract/transfer";
import {isAlive} from "../../platform/processAlive";
import type {RequestContext} from "../backend";

/** Limits of a package, in bytes, files and characters of a path. CUDA's packages have 375 MB and 25 files. */
const maxBytes = 4e9;
const maxFiles = 1000;
const maxPathLength = 1000;

/** Suffix of a folder that a process is filling or removing. The id of that process stands in front of it. */
const partialSuffix = ".partial";

/**
 * Checks packages against their integrity and unpacks them into a temporary folder, which is renamed once all are
 * unpacked. Rejects with a EngineError if a person can act on the failure. A failure leaves nothing behind.
 */
export async function unpack(params: UnpackParams, context: RequestContext): Promise<UnpackedFolder> {
  const {files, packages, folder} = params;
  const partial = temporaryName(folder);
  const opened: FileHandle[] = [];
  try {
    await removeAbandoned(folder);
    // One handle per file, so that the bytes that were checked are the bytes that are unpacked, whatever happens to the
    // names.
    for (const file of files) opened.push(await openArchive(file));
    const archives = await identify(opened, packages, context);
    const total = sum(archives.map(({size}) => size));
    let bytes = 0;
    let read = 0;
    for (const {handle, name} of archives) {
      const target = path.join(partial, name);
      await mkdir(target, {recursive: true});
      bytes += await extract(handle, target, context.signal, (count) => {
        read += count;
        context.onProgress({stage: "unpack", done: read, total});
      });
    }
    context.signal.throwIfAborted();
    await replace(folder, partial);
    return {bytes};
  } catch (error) {
    await rm(partial, {recursive: true, force: true, maxRetries: 5}).catch(() => undefined);
    throw diskError(error, folder);
  } finally {
    for (const handle of opened) await handle.close();
  }
}

function temporaryName(folder: string): string {
  return `${folder}.${randomUUID()}.${process.pid}${partialSuffix}`;
}

/** Replaces a folder by another, if there is one. The path never shows half of either. */
async function replace(folder: string, by: string): Promise<void> {
  const former = temporaryName(folder);
  const was = await rename(folder, former).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    }
  );
  try {
    await rename(by, folder);
  } catch (error) {
    if (was) await rename(former, folder);
    throw error;
  }
  // A file in use can't be deleted on some systems: a later call removes it.
  await rm(former, {recursive: true, force: true, maxRetries: 5}).catch(() => undefined);
}

/** Removes what processes left behind that died while unpacking to this folder. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(`${path.basename(folder)}.`) || !name.endsWith(partialSuffix)) continue;
    const process = Number(name.split(".").at(-2));
    if (Number.isSafeInteger(process) && !isAlive(process))
      await rm(path.join(parent, name), {recursive: true, force: true, maxRetries: 5});
  }
}

async function openArchive(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch {
    throw new EngineError("notFound", l10n.t('"{0}" could not be read: choose another file.', path.basename(file)));
  }
}

interface Archive {
  readonly handle: FileHandle;
  readonly name: string;
  readonly size: number;
}

/** Finds each package among the files by its checksum. Other files are not opened. */
async function identify(
  handles: readonly FileHandle[],
  packages: UnpackParams["packages"],
  {signal, onProgress}: RequestContext
): Promise<Archive[]> {
  const sizes: number[] = [];
  for (const handle of handles) sizes.push((await handle.stat()).size);
  const total = sum(sizes);
  let done = 0;
  const found = new Map<string, {handle: FileHandle; size: number}>();
  for (const [index, handle] of handles.entries()) {
    const hash = createHash("sha512");
    // With `start`, the read does not move the handle's own position.
    for await (const chunk of handle.createReadStream({start: 0, autoClose: false})) {
      signal.throwIfAborted();
      hash.update(chunk as Buffer);
      done += (chunk as Buffer).length;
      onProgress({stage: "verify", done, total});
    }
    found.set(`sha512-${hash.digest("base64")}`, {handle, size: sizes[index] ?? 0});
  }
  return packages.map(({name, integrity}) => {
    const archive = found.get(integrity);
    if (archive === undefined)
      throw new EngineError(
        "wrongContent",
        handles.length === 0
          ? l10n.t("No file was chosen for {0}: choose one.", name)
          : l10n.t("None of these files is {0} as this version needs it: their checksums differ.", name)
      );
    return {...archive, name};
  });
}

/**
 * Unpacks a package into an existing folder, without its top folder. Returns the bytes of its files. `onRead` gets the
 * bytes of each chunk read.
 */
async function extract(
  handle: FileHandle,
  folder: string,
  signal: AbortSignal,
  onRead: (count: number) => void
): Promise<number> {
  const tar = await import("tar");
  const archive = handle.createReadStream({start: 0, autoClose: false});
  let bytes = 0;
  let files = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const unpacker = tar.extract({
        cwd: folder,
        strip: 1,
        // Half a package is useless.
        strict: true,
        preserveOwner: false,
        noMtime: true,
        filter: (name, entry) => {
          bytes += (entry as ReadEntry).size;
          files++;
          if (isHarmless(name, entry as ReadEntry) && bytes <= maxBytes && files <= maxFiles) {
            (entry as ReadEntry).mode = 0o755;
            return true;
          }
          reject(damaged());
          return false;
        }
      });
      unpacker.on("error", (error: Error) => reject(isOfDisk(error) ? error : damaged()));
      unpacker.on("close", resolve);
      archive.on("error", reject);
      archive.on("data", (chunk) => onRead(chunk.length));
      archive.pipe(unpacker);
      signal.addEventListener("abort", () => reject(signal.reason), {once: true});
      if (signal.aborted) reject(signal.reason);
    });
  } finally {
    archive.destroy();
  }
  return bytes;
}

/**
 * Whether an entry is a plain file or folder below the package's folder, with a name that means the same on every
 * system.
 */
function isHarmless(name: string, {type}: ReadEntry): boolean {
  const parts = name.split("/");
  return (
    ["File", "OldFile", "ContiguousFile", "Directory"].includes(type) &&
    name.length <= maxPathLength &&
    !/[\\:\p{Cc}]/u.test(name) &&
    // The name of a folder ends with a slash.
    parts.every((part, at) => part !== "." && part !== ".." && (part !== "" || (at > 0 && at === parts.length - 1)))
  );
}

function damaged(): EngineError {
  return new EngineError("wrongContent", l10n.t("The package is damaged and was not unpacked: get it again."));
}

function isOfDisk(error: unknown): error is NodeJS.ErrnoException {
  return ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function diskError(error: unknown, folder: string): unknown {
  if (!isOfDisk(error)) return error;
  return error.code === "ENOSPC" || error.code === "EDQUOT"
    ? new EngineError("diskFull", l10n.t('There is no room left for "{0}": free some and try again.', folder))
    : new EngineError(
        "folderUnwritable",
        l10n.t('"{0}" cannot be written: close what uses it, or allow it, and try again.', folder)
      );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
