import {visibleText} from "./visibleText";

/**
 * Escapes a text for one line of Markdown. Every character that could mean something to Markdown, HTML or icons becomes
 * an entity. Invisible characters are made visible first, because an entity would bring them back.
 */
export function escapeMarkdown(text: string): string {
  return visibleText(text).replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);
}
