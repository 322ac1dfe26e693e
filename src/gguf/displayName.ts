import {visibleText} from "../text/visibleText";

const maxLabelLength = 80;

/**
 * A name from a file's metadata as one short line without invisible characters; undefined if the value is no name. It
 * does not keep the metadata in memory.
 */
export function displayName(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = value.trim();
  if (name === "") return undefined;
  return name.length <= maxLabelLength
    ? visibleText(ownText(name))
    : `${visibleText(ownText(name.slice(0, maxLabelLength)))}…`;
}

/** A well-formed copy: V8 would keep the whole text in memory for a slice of it. */
function ownText(text: string): string {
  return new TextDecoder("utf-8", {ignoreBOM: true}).decode(new TextEncoder().encode(text));
}
