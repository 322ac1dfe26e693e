const longestLabel = 80;

/** A name out of a file's metadata, short enough to be shown; undefined where it is none. */
export function label(value: unknown): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return value.length <= longestLabel ? value : `${value.slice(0, longestLabel).toWellFormed()}…`;
}
