/** Text as text, whatever it holds: every character that could mean something to Markdown, HTML or icons is an entity. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);
}
