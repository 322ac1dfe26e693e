import type {ByteSource} from "./byteSource";
import {maxHeaderLength} from "./headerBudget";
import {HeaderReader} from "./headerReader";
import {keptText, type MetadataArray} from "./metadata";
import {maxItemLength, readText} from "./metadataReader";

const lossy = new TextDecoder("utf-8", {ignoreBOM: true});
/** One character per byte. */
const bytewise = new TextDecoder("latin1");

/** The strings at these indices of a list, such as tokens by their ids. Reads the list up to the last of them. */
export async function stringsAt(
  source: ByteSource,
  array: MetadataArray,
  indices: Iterable<number>,
  signal?: AbortSignal
): Promise<ReadonlyMap<number, string>> {
  const chosen = new Set(indices);
  const texts = new Map<number, string>();
  if (array.itemType !== "string") return texts;
  const last = [...chosen].reduce((most, index) => Math.max(most, index), -1);
  const reader = new HeaderReader(source, array.offset, maxHeaderLength, signal);
  const end = Math.min(array.length, last + 1);
  for (let i = 0; i < end; i++) {
    const from = i;
    i += reader.passStrings(end - from, (passed) => chosen.has(from + passed));
    if (i >= end) break;
    const text = await readText(reader, maxItemLength);
    if (chosen.has(i)) texts.set(i, keptText(text));
  }
  return texts;
}

/**
 * A string that a list has twice, or null. Strings end at the first NUL, as in llama.cpp. Empty strings and strings of
 * 64 KB or more don't count. Takes 16 bytes of memory per string.
 */
export async function repeatedString(
  source: ByteSource,
  array: MetadataArray,
  signal?: AbortSignal
): Promise<string | null> {
  if (array.itemType !== "string") return null;
  const hashes = new Float64Array(array.length);
  await seeStrings(source, array, signal, (i, string) => {
    hashes[i] = hash(upToNul(string));
  });
  const sorted = hashes.slice().sort();
  const repeated = new Set(sorted.filter((one, i) => one !== 0 && one === sorted[i - 1]));
  if (repeated.size === 0) return null;
  // Different strings may have the same hash.
  const seen = new Set<string>();
  let found: string | null = null;
  await seeStrings(source, array, signal, (i, string) => {
    if (found !== null || !repeated.has(hashes[i] ?? 0)) return;
    const text = bytewise.decode(upToNul(string));
    if (seen.has(text)) found = lossy.decode(upToNul(string).slice(0, maxItemLength));
    seen.add(text);
  });
  return found;
}

function upToNul(string: Uint8Array): Uint8Array {
  const end = string.indexOf(0);
  return end < 0 ? string : string.subarray(0, end);
}

/** Calls `see` with each string of a list, except strings that don't fit into the reader's first window. */
async function seeStrings(
  source: ByteSource,
  array: MetadataArray,
  signal: AbortSignal | undefined,
  see: (index: number, string: Uint8Array) => void
): Promise<void> {
  const reader = new HeaderReader(source, array.offset, maxHeaderLength, signal);
  for (let i = 0; i < array.length; ) {
    // Load a window that begins with this string.
    await reader.need(Math.min(reader.available + 1, reader.remaining));
    const passed = reader.passStrings(array.length - i, (before, bytes, from, to) => {
      see(i + before, bytes.subarray(from, to));
      return false;
    });
    if (passed === 0) await readText(reader, 0);
    i += Math.max(1, passed);
  }
}

/** A hash of about 53 bits, from two variants of FNV-1a. 0 for the empty string. */
function hash(string: Uint8Array): number {
  if (string.length === 0) return 0;
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (const byte of string) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193) ^ (a >>> 15);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11) + 1;
}
