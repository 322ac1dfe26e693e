import type {Row} from "./row";

/** Formats rows as a plain text table. Rows with the same figures are grouped under their headers. */
export function tableOf(rows: readonly Row[]): string {
  const blocks = new Map<string, Row[]>();
  for (const row of rows) {
    const kind = JSON.stringify([row.part, Object.keys(row.figures)]);
    blocks.set(kind, [...(blocks.get(kind) ?? []), row]);
  }
  const missed = rows.filter(({reached}) => !reached).length;
  return [...[...blocks.values()].map(blockOf), `${rows.length} goals, ${missed} missed`].join("\n\n");
}

function blockOf(rows: readonly Row[]): string {
  const [{part, figures}] = rows as [Row];
  const headers = [part, ...Object.keys(figures), "goal", "reached"];
  const cells = rows.map((row) => [
    row.name,
    ...Object.values(row.figures).map((figure) => (typeof figure === "number" ? figure.toLocaleString("en") : figure)),
    row.goal,
    row.reached ? "yes" : "NO"
  ]);
  const widths = headers.map((header, column) =>
    Math.max(...[header, ...cells.map((row) => row[column] ?? "")].map(({length}) => length))
  );
  // Figures are aligned to the right, words to the left.
  const isFigure = (column: number): boolean => column > 0 && column < headers.length - 2;
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(headers), widths.map((width) => "-".repeat(width)).join("  "), ...cells.map(line)].join("\n");
}
