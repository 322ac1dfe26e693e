import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {access, type FileHandle, link, rename, stat, statfs, unlink} from "node:fs/promises";
import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {byteSize} from "../../text/numberText";

/** The digest that a file must have, in lower-case hex. */
export interface Checksum {
  readonly algorithm: "sha256" | "sha512";
  readonly digest: string;
}

/** Bytes left free on the disk for other programs. */
const minFreeAfter = 32 << 20;

/** @throws EngineError diskFull if `bytes` more don't fit on the disk. */
export async function checkFreeSpace(folder: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  const missing = bytes + minFreeAfter - (await freeSpace(folder));
  if (missing > 0)
    throw new EngineError(
      "diskFull",
      l10n.t("The disk has no room for this download: free {0} more on it, then try again.", byteSize(missing))
    );
}

async function freeSpace(folder: string): Promise<number> {
  const {bavail, bsize} = await withDiskErrors(statfs(folder));
  return bavail * bsize;
}

/** Runs work on files, and turns its failures into sentences for people. */
export async function withDiskErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const {code = ""} = error as NodeJS.ErrnoException;
    if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code))
      throw new EngineError(
        "diskFull",
        l10n.t("The disk is full: free some of it, then resume the download where it stopped.")
      );
    if (["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "EEXIST", "ENAMETOOLONG", "ELOOP", "EIO"].includes(code))
      throw new EngineError(
        "folderUnwritable",
        l10n.t("The folder for downloads can't be written to ({0}): check its permissions and its disk.", code)
      );
    throw error;
  }
}

/** Writes all bytes: a single write may take fewer. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const {bytesWritten} = await withDiskErrors(file.write(bytes, done, bytes.length - done, position + done));
    done += bytesWritten;
  }
}

/** A file's size in bytes; null if it does not exist. */
export async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    return await withDiskErrors(Promise.reject(error));
  }
}

/** The lower-case hex digest of a file. `onBytes` gets the bytes of each chunk read. */
export async function digestOf(
  file: string,
  algorithm: Checksum["algorithm"],
  onBytes: (bytes: number) => void,
  signal: AbortSignal
): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of createReadStream(file, {signal, highWaterMark: 1 << 20})) {
    hash.update(piece as Buffer);
    onBytes((piece as Buffer).length);
  }
  return hash.digest("hex");
}

/** Renames a file if the name is free; never replaces another file. Returns false if the name is taken. */
export async function moveIfFree(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // Some file systems have no hard links (exFAT, some network shares).
    if (await exists(name)) return false;
    await withDiskErrors(rename(file, name));
    return true;
  }
  await withDiskErrors(unlink(file));
  return true;
}

export async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false
  );
}

/** Parses Subresource Integrity metadata and returns its strongest digest. */
export function readIntegrity(integrity: string): Checksum {
  for (const algorithm of ["sha512", "sha256"] as const) {
    const one = integrity.split(/\s+/).find((metadata) => metadata.startsWith(`${algorithm}-`));
    const digest = Buffer.from(one?.slice(algorithm.length + 1) ?? "", "base64").toString("hex");
    if (digest.length === (algorithm === "sha512" ? 128 : 64)) return {algorithm, digest};
  }
  throw new Error("integrity without a digest that is understood");
}
