/** How many models are remembered. */
const most = 10;

/** The list with this path in front; what is remembered comes from a store that anything may have written to. */
export function withRecent(remembered: unknown, path: string): readonly string[] {
  return [path, ...recentPaths(remembered).filter((one) => one !== path)].slice(0, most);
}

export function recentPaths(remembered: unknown): readonly string[] {
  if (!Array.isArray(remembered)) return [];
  const paths = remembered.filter((one): one is string => typeof one === "string" && one !== "");
  return [...new Set(paths)].slice(0, most);
}
