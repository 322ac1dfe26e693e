/** Why a file can't be read as text. */
export type TextProblem = "binary" | "encoding" | "tooLarge";

/** Maximum length of a JavaScript string, in UTF-16 units. */
const maxUnits = 2 ** 29 - 24;

/** VS Code looks for zeros in this many bytes at the start of a file. */
const sniffedBytes = 512;

/**
 * Decodes a file as an editor of VS Code does: UTF-8, UTF-16 with a byte order mark, or UTF-16 recognized by its zeros.
 * The mark is removed. All code that counts or scores a file decodes it here, so that a file has one score. Invalid
 * bytes are an error: if U+FFFD replaced them, offsets would be wrong.
 */
export function fileText(bytes: Uint8Array): {readonly text: string} | {readonly problem: TextProblem} {
  const encoding = encodingOf(bytes);
  if (encoding === null) return {problem: "binary"};
  try {
    return {text: new TextDecoder(encoding, {fatal: true}).decode(bytes)};
  } catch (error) {
    // The decoder for UTF-16 gives no error code for a text that is too long.
    const tooLong = (error as {code?: unknown}).code === "ERR_STRING_TOO_LONG" || bytes.length > 2 * maxUnits;
    return {problem: tooLong ? "tooLarge" : "encoding"};
  }
}

/**
 * VS Code's own rule (vs/workbench/services/textfile/common/encoding.ts): a byte order mark decides. Without one, zeros
 * at all odd positions mean little endian, zeros at all even positions big endian, no zeros UTF-8. Null for any other
 * zeros.
 */
function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const start = bytes.subarray(0, sniffedBytes);
  if (!start.includes(0)) return "utf-8";
  if (start.every((byte, index) => (byte === 0) === (index % 2 === 1))) return "utf-16le";
  return start.every((byte, index) => (byte === 0) === (index % 2 === 0)) ? "utf-16be" : null;
}
