const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
};

/**
 * A text for HTML, as an element's content or between the quotes of an attribute. It has no markup of its own; what would reorder
 * the text around it, and control characters, which HTML has none of, are written as their numbers. Line breaks are LF.
 */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(harmful, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}

const harmful = /(?![\n\t])\p{Cc}|[\p{Bidi_C}\ufeff\u2028\u2029]/gu;
