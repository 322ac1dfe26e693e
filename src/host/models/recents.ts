/** Models that are remembered. */
const maxRecent = 10;

/** The list with this path in front. `remembered` comes from a store and may be anything. */
export function withRecent(remembered: unknown, path: string): readonly string[] {
  return [path, ...recentPaths(remembered).filter((one) => one !== path)].slice(0, maxRecent);
}

export function recentPaths(remembered: unknown): readonly string[] {
  if (!Array.isArray(remembered)) return [];
  const paths = remembered.filter((one): one is string => typeof one === "string" && one !== "");
  return [...new Set(paths)].slice(0, maxRecent);
}
