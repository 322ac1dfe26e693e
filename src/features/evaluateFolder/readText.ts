/** Why a file is not evaluated, in a few words. */
export type LeftOut = "binary" | "notUtf8" | "empty";

/** Bytes in which a NUL makes a file binary, as git looks. */
const looked = 8192;

/** The text of a file, without its byte order mark, or why it has none. */
export function readText(bytes: Uint8Array): {readonly text: string} | {readonly leftOut: LeftOut} {
  if (bytes.length === 0) return {leftOut: "empty"};
  if (bytes.subarray(0, looked).includes(0)) return {leftOut: "binary"};
  try {
    const text = new TextDecoder("utf-8", {fatal: true}).decode(bytes);
    return text === "" ? {leftOut: "empty"} : {text};
  } catch {
    return {leftOut: "notUtf8"};
  }
}
