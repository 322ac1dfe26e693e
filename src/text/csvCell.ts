/** A cell of a CSV file (RFC 4180) with a text that may be hostile. */
export function csvCell(text: string): string {
  // Spreadsheets would run a file name that looks like a formula.
  const harmless = /^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Replaces what separates cells in some locales: spreadsheets heed quotes only where a cell begins. */
export function inOneCell(text: string): string {
  return text.replace(/[;\t]/g, ",");
}
