import {visibleText} from "../metrics/visibleText";

const longestLabel = 80;

/** A name out of a file's metadata on one line, all of it visible, and short enough to be shown; undefined where it is none. */
export function label(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = value.trim();
  if (name === "") return undefined;
  return name.length <= longestLabel
    ? visibleText(name)
    : `${visibleText(name.slice(0, longestLabel).toWellFormed())}…`;
}
