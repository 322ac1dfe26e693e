/** A line break of any kind. */
export const lineBreak = /\r\n|\r|\n/;

/** The part of the cursor's line before the cursor. */
export function cursorLine(prefix: string): string {
  return prefix.slice(Math.max(prefix.lastIndexOf("\n"), prefix.lastIndexOf("\r")) + 1);
}

export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** The string that is open at the end of a line: its quote, and where that stands. An apostrophe looks like one. */
export function openString(line: string): {readonly quote: string; readonly index: number} | undefined {
  let open: {quote: string; index: number} | undefined;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === "\\") index++;
    else if (open !== undefined) open = character === open.quote ? undefined : open;
    else if (/["'`]/.test(character)) open = {quote: character, index};
  }
  return open;
}
