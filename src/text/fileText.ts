/** Why a file has no text. */
export type TextProblem = "binary" | "encoding" | "tooLarge";

/** UTF-16 units that a string can have. */
const maxUnits = 2 ** 29 - 24;

/** Bytes that are looked at for zeros, as VS Code looks. */
const sniffedBytes = 512;

/**
 * The text of a file, as an editor of VS Code shows it: UTF-8, UTF-16 with a byte order mark, or UTF-16 that is seen by its
 * zeros, and never with its mark. Whatever reads a file as a text to count or to score reads it here, so that one file has
 * one score. Bytes that are no text in the encoding are refused: with U+FFFD in their place, offsets would lie.
 */
export function fileText(bytes: Uint8Array): {readonly text: string} | {readonly problem: TextProblem} {
  const encoding = encodingOf(bytes);
  if (encoding === null) return {problem: "binary"};
  try {
    return {text: new TextDecoder(encoding, {fatal: true}).decode(bytes)};
  } catch (error) {
    // Of UTF-16, decoders don't say that it is too long.
    const tooLong = (error as {code?: unknown}).code === "ERR_STRING_TOO_LONG" || bytes.length > 2 * maxUnits;
    return {problem: tooLong ? "tooLarge" : "encoding"};
  }
}

/**
 * VS Code's own rule (vs/workbench/services/textfile/common/encoding.ts): a mark, or else zeros among the first bytes, all of
 * them in odd places (little endian) or in even ones, and none missing there. Null for zeros that stand otherwise.
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
