/** Any line break. */
export const lineBreak = /\r\n|\r|\n/;

export function toLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** The text with the document's line ends. */
export function withLineEndsOf(text: string, prefix: string, suffix: string): string {
  const usesCrLf = prefix.includes("\r\n") || suffix.includes("\r\n");
  return usesCrLf ? toLineFeeds(text).replaceAll("\n", "\r\n") : text;
}

/** The part of the cursor's line before the cursor. */
export function cursorLine(prefix: string): string {
  return prefix.slice(Math.max(prefix.lastIndexOf("\n"), prefix.lastIndexOf("\r")) + 1);
}

export function isBlank(text: string): boolean {
  return text.trim() === "";
}
