import {readFileSync} from "node:fs";
import {inflateRawSync} from "node:zlib";

/** The files of a zip archive by their names, as PKWARE's APPNOTE.TXT describes it; no encryption, no Zip64. */
export function unzip(archive: string): Map<string, Buffer> {
  const bytes = readFileSync(archive);
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) throw new Error(`${archive} is no zip archive.`);
  const files = new Map<string, Buffer>();
  let entry = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const method = bytes.readUInt16LE(entry + 10);
    const nameLength = bytes.readUInt16LE(entry + 28);
    const name = bytes.toString("utf8", entry + 46, entry + 46 + nameLength);
    const local = bytes.readUInt32LE(entry + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + bytes.readUInt32LE(entry + 20));
    if (!name.endsWith("/")) files.set(name, method === 0 ? data : inflateRawSync(data));
    entry += 46 + nameLength + bytes.readUInt16LE(entry + 30) + bytes.readUInt16LE(entry + 32);
  }
  return files;
}
