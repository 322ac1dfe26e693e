import {createHash} from "node:crypto";
import {readFile, stat} from "node:fs/promises";
import {setImmediate} from "node:timers/promises";
import {type FileProblem, maxCountedFile} from "../../contract/fileCounts";
import {fileText} from "../../text/fileText";

/** A zero in so many bytes at the start makes a file binary, unless it is UTF-16. */
const sniffedBytes = 8192;

/** Bytes that are hashed before others have their turn. */
const hashedAtOnce = 1 << 22;

/** What tells one state of a file from another without reading it. */
export interface Stamp {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** As `modified`, but nobody can set it back. */
  readonly changed: number;
}

/** Only regular files are read: a pipe could keep us waiting for ever. */
export async function stampOf(path: string): Promise<Stamp | FileProblem> {
  const status = await stat(path).catch(() => undefined);
  if (!status?.isFile()) return "unreadable";
  return status.size > maxCountedFile
    ? "tooLarge"
    : {size: status.size, modified: status.mtimeMs, changed: status.ctimeMs};
}

export async function contentOf(path: string): Promise<Uint8Array | FileProblem> {
  return await readFile(path).catch(() => "unreadable" as const);
}

/** 128 bits of a SHA-256, which name a content. */
export async function nameOf(content: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < content.length; at += hashedAtOnce) {
    if (at > 0) await setImmediate();
    hash.update(content.subarray(at, at + hashedAtOnce));
  }
  return shortName(hash.digest());
}

/** As {@link nameOf}, of a text. */
export function nameOfText(text: string): string {
  return shortName(createHash("sha256").update(text).digest());
}

function shortName(hash: Buffer): string {
  return hash.toString("base64url", 0, 16);
}

/** The text of a file as an editor shows it, or why it has none. */
export function textOf(content: Uint8Array): {readonly text: string} | {readonly problem: FileProblem} {
  const read = fileText(content);
  if ("problem" in read || !content.subarray(0, sniffedBytes).includes(0)) return read;
  // A program or a picture may begin with text. UTF-16 has zeros, and its text has none.
  return read.text.slice(0, sniffedBytes).includes("\0") ? {problem: "binary"} : read;
}
