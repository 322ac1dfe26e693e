import type {Dirent} from "node:fs";
import {open, opendir, stat} from "node:fs/promises";
import path from "node:path";

/** Limits of a search, whatever a folder contains: folders entered and names looked at. */
const maxFolders = 10_000;
const maxNames = 200_000;

/** Large folders without models. */
const skippedFolders = new Set(["node_modules", ".git"]);

/**
 * Finds files by name below a folder, shallow ones first. Follows symbolic links, and enters each folder once. Skips
 * folders that can't be read. A `depth` of 1 searches only the folder itself.
 */
export async function filesBelow(
  folder: string,
  depth: number,
  hasName: (fileName: string) => boolean,
  signal: AbortSignal
): Promise<readonly string[]> {
  const found: string[] = [];
  const entered = new Set<string>();
  let names = 0;
  let level = [folder];
  for (let below = 0; below < depth && level.length > 0; below++) {
    const next: string[] = [];
    for (const one of level) {
      signal.throwIfAborted();
      const identity = await folderIdentity(one);
      if (identity === null || entered.has(identity)) continue;
      if (entered.size === maxFolders) return found;
      entered.add(identity);
      for await (const entry of entriesOf(one)) {
        if (++names > maxNames) return found;
        const file = path.join(one, entry.name);
        if (hasName(entry.name) && !entry.isDirectory()) found.push(file);
        else if ((entry.isDirectory() || entry.isSymbolicLink()) && !skippedFolders.has(entry.name)) next.push(file);
        if (names % 1000 === 0) signal.throwIfAborted();
      }
    }
    level = next.sort();
  }
  return found;
}

/** Names of the folders in a folder; none if it can't be read. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of entriesOf(folder)) {
    if (entry.isDirectory() || entry.isSymbolicLink()) names.push(entry.name);
    if (names.length === maxFolders) break;
  }
  return names.sort();
}

/** The entries of a folder, as far as it can be read. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, {bufferSize: 512});
  } catch {
    // Missing, not readable, or no folder.
  }
}

async function folderIdentity(folder: string): Promise<string | null> {
  const status = await stat(folder, {bigint: true}).catch(() => null);
  return status?.isDirectory() ? identityOf(folder, status) : null;
}

/** An id that is the same for all paths of a file or folder. */
export function identityOf(file: string, {dev, ino}: {readonly dev: bigint; readonly ino: bigint}): string {
  // Some network file systems have no inode numbers.
  return ino === 0n ? file : `${dev}:${ino}`;
}

const maxTextLength = 1 << 20;

/** Reads a program's settings file or manifest. Null if it is missing, unreadable or too large. */
export async function readSmallText(file: string): Promise<string | null> {
  try {
    // A pipe would never end.
    const status = await stat(file);
    if (!status.isFile() || status.size > maxTextLength) return null;
    const handle = await open(file, "r");
    try {
      const {buffer, bytesRead} = await handle.read(Buffer.alloc(status.size), 0, status.size, 0);
      return buffer.toString("utf8", 0, bytesRead).replace(/^\ufeff/, "");
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** Reads the object in a JSON file; null if there is none. */
export async function readSmallJson(file: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const value: unknown = JSON.parse((await readSmallText(file)) ?? "null");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
