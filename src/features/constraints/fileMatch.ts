/**
 * Whether a file is one of those that `fileMatch` of the setting `json.schemas` means: patterns with `*` and `**`, of the end of a path
 * unless they begin with `/`; a later one with `!` takes files out.
 */
export function matchesFile(fileMatch: unknown, path: string): boolean {
  const patterns = (Array.isArray(fileMatch) ? fileMatch : [fileMatch]).filter((one) => typeof one === "string");
  let matches = false;
  for (const pattern of patterns) {
    const isExcluding = pattern.startsWith("!");
    if (expression(isExcluding ? pattern.slice(1) : pattern).test(path)) matches = !isExcluding;
  }
  return matches;
}

function expression(pattern: string): RegExp {
  const parts = pattern.replace(/^\//, "").split(/(\*\*\/|\*+)/);
  const source = parts.map((part) => {
    if (part === "**/") return "(?:[^/]*/)*";
    return part.startsWith("*") ? "[^/]*" : part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&");
  });
  return new RegExp(`(?:^|/)${source.join("")}$`);
}
