import {visibleText} from "../text/visibleText";

const maxLabelLength = 80;

/**
 * A name out of a file's metadata on one line, all of it visible, and short enough to be shown; undefined where it is none.
 * It keeps nothing of the metadata in memory.
 */
export function displayName(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = value.trim();
  if (name === "") return undefined;
  return name.length <= maxLabelLength
    ? visibleText(ownText(name))
    : `${visibleText(ownText(name.slice(0, maxLabelLength)))}…`;
}

/** What was cut out of a text keeps all of that in memory; this is a text of its own, and well-formed. */
function ownText(text: string): string {
  return new TextDecoder("utf-8", {ignoreBOM: true}).decode(new TextEncoder().encode(text));
}
