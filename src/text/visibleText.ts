/**
 * Makes a token's text readable and harmless on one line. Not reversible: a text that contains `·` or `\u{...}` itself
 * looks the same.
 *
 * - A space is `·` at the start or end of the text and in a run of spaces; a single one between other characters stays.
 * - Line feed `⏎`, carriage return `␍`, tab `→`; other C0 controls and DEL are their control pictures (`␀`, `␡`).
 * - Characters without ink become `\u{hex}`: C1 controls, zero-width and bidirectional controls (which could reorder
 *   the text around them), line and paragraph separators, spaces other than U+0020, variation selectors and fillers,
 *   private use, lone surrogates, and what this JavaScript engine's Unicode tables don't know.
 * - A combining mark at the start stands on a dotted circle `◌`, not on the neighbouring token.
 * - U+FFFD stays: it is how a part of a character is shown.
 */
export function visibleText(text: string): string {
  return text
    .replace(/^ +| +$| {2,}/g, (spaces) => "·".repeat(spaces.length))
    .replace(invisible, visibleForm)
    .replace(/^(?=\p{M})/u, "◌");
}

/** {@link visibleText} for several lines: line feeds and tabs stay as they are. */
export function visibleLines(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(invisible, (character) => (character === "\n" || character === "\t" ? character : visibleForm(character)));
}

/**
 * A character that is invisible or moves the text around it: categories C (controls, format, surrogates, private use,
 * unassigned) and Z except U+0020, and other blank characters.
 */
export const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

function visibleForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a) return "⏎";
  if (code === 0x09) return "→";
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `\\u{${code.toString(16)}}`;
}
