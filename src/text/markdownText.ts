import {visibleText} from "./visibleText";

/**
 * Text as text on one line, whatever it holds: what can't be seen is made visible, as an entity would only bring it back,
 * and every character that could mean something to Markdown, HTML or icons is an entity.
 */
export function escapeMarkdown(text: string): string {
  return visibleText(text).replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);
}
