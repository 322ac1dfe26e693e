import {rm} from "node:fs/promises";
import path from "node:path";
import {type Checksum, digestOf, exists, moveIfFree, sizeOf, withDiskErrors} from "./disk";
import {numbered} from "./fileName";

/** A file that will get this name, unless a file with the same content exists. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: number;
  readonly checksum: Checksum | null;
}

/** A complete file, still under its temporary name. */
interface FetchedFile extends NamedFile {
  readonly partial: string;
}

/**
 * Finds files with this content, under their own names or numbered ones, and returns the first one's path. Null if
 * there are none, or if no checksum tells what the content should be.
 */
export async function findExisting(
  folder: string,
  files: readonly NamedFile[],
  signal: AbortSignal
): Promise<string | null> {
  return await findSameContent(folder, files, async ({checksum}) => checksum, signal);
}

/**
 * Renames complete files to their final names, with the first number that is free for all. Returns the first one's
 * path.
 */
export async function moveToFinalNames(
  folder: string,
  files: readonly FetchedFile[],
  signal: AbortSignal
): Promise<string> {
  const same = await findSameContent(folder, files, (file) => checksumOf(file, signal), signal);
  if (same !== null) {
    for (const {partial} of files) await withDiskErrors(rm(partial, {force: true}));
    return same;
  }
  const at = files.map(({partial}) => partial);
  for (let number = 1; ; number++) {
    const names = numberedPaths(folder, files, number);
    if ((await Promise.all(names.map(exists))).includes(true)) continue;
    let placed = true;
    for (const [index, name] of names.entries()) {
      // Another process may have taken the name since.
      placed = await moveIfFree(at[index] ?? "", name);
      if (!placed) break;
      at[index] = name;
    }
    if (placed) return at[0] ?? "";
  }
}

async function findSameContent<F extends NamedFile>(
  folder: string,
  files: readonly F[],
  checksumOf: (file: F) => Promise<Checksum | null>,
  signal: AbortSignal
): Promise<string | null> {
  for (let number = 1; ; number++) {
    const names = numberedPaths(folder, files, number);
    if (!(await Promise.all(names.map(exists))).includes(true)) return null;
    const same = async (file: F, name: string): Promise<boolean> => {
      if ((await sizeOf(name)) !== file.bytes) return false;
      const checksum = await checksumOf(file);
      return (
        checksum !== null && (await digestOf(name, checksum.algorithm, () => undefined, signal)) === checksum.digest
      );
    };
    if (await every(files, (file, index) => same(file, names[index] ?? ""))) return names[0] ?? null;
  }
}

async function every<T>(items: readonly T[], test: (item: T, index: number) => Promise<boolean>): Promise<boolean> {
  for (const [index, item] of items.entries()) if (!(await test(item, index))) return false;
  return true;
}

/** The expected checksum; if there is none, the file's own. */
async function checksumOf({checksum, partial}: FetchedFile, signal: AbortSignal): Promise<Checksum> {
  return checksum ?? {algorithm: "sha256", digest: await digestOf(partial, "sha256", () => undefined, signal)};
}

function numberedPaths(folder: string, files: readonly NamedFile[], number: number): string[] {
  return files.map(({name}) => path.join(folder, numbered(name, number)));
}
