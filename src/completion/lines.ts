/** A line break of any kind. */
export const lineBreak = /\r\n|\r|\n/;

/** The part of the cursor's line before the cursor. */
export function cursorLine(prefix: string): string {
  return prefix.slice(Math.max(prefix.lastIndexOf("\n"), prefix.lastIndexOf("\r")) + 1);
}

export function isBlank(text: string): boolean {
  return text.trim() === "";
}
