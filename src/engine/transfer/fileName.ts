import {invisible} from "../../text/visibleText";

/** Leaves room for our endings within the 255 bytes that file systems allow. */
const maxBytes = 200;

/** Device names on Windows, with or without an extension. */
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** The part number of a split file and the extension, which must stay when a name is changed. */
const tail = /(-\d{5}-of-\d{5})?(\.[a-z0-9_]{1,10})?$/i;

/** Leading dots hide a file, and Windows drops dots and spaces at the end. */
const edges = /^[\s.]+|[\s.]+$/g;

/**
 * Makes a server's file name safe: it stays in its folder and is valid on every file system. It has no separators,
 * control characters, reserved characters or reserved names, no dots at its ends, and at most 200 bytes.
 */
export function safeFileName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const clean = last
    .toWellFormed()
    .normalize("NFC")
    .replace(invisible, "_")
    .replace(/[<>:"|?*]/g, "_")
    .replace(edges, "")
    .replace(device, "_$1");
  return shortened(clean === "" ? "download" : clean);
}

function shortened(name: string): string {
  const end = tail.exec(name)?.[0] ?? "";
  // A character has at least one byte: this cut keeps the loop below short, however long a server's name is.
  let stem = name.slice(0, Math.min(name.length - end.length, maxBytes)).toWellFormed();
  while (Buffer.byteLength(stem + end) > maxBytes) stem = Array.from(stem).slice(0, -1).join("");
  return (stem + end).replace(edges, "");
}

/** The same name with a number: "model (2).gguf", "model (2)-00001-of-00003.gguf". */
export function numbered(name: string, number: number): string {
  if (number < 2) return name;
  const end = tail.exec(name)?.[0] ?? "";
  return `${name.slice(0, name.length - end.length)} (${number})${end}`;
}

/** The file name in a Content-Disposition header, if there is one (RFC 6266). */
export function dispositionName(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header) ?? [];
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // The plain form may be present too.
    }
  }
  const [, quoted, bare] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(header) ?? [];
  return quoted?.replace(/\\(.)/g, "$1") ?? bare ?? null;
}
