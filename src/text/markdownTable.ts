/** A table of Markdown. Cells are Markdown already. */
export function markdownTable(
  head: readonly string[],
  align: readonly ("left" | "right")[],
  rows: readonly (readonly string[])[]
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(align.map((side) => (side === "left" ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
