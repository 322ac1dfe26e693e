import {visibleText} from "./visibleText";

/**
 * Escapes a text for one line of Markdown. Every character that could mean something to Markdown, HTML or icons becomes
 * an entity. Invisible characters are made visible first, because an entity would bring them back.
 */
export function escapeMarkdown(text: string): string {
  return visibleText(text).replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** Texts that are safe in a code span inside a table. */
const safeInCodeSpan = /^[^`|\\]+$/;

/** A visible text as a code span, or escaped if a code span is not safe for it. */
export function codeSpan(label: string): string {
  return safeInCodeSpan.test(label) && label.trim() === label ? `\`${label}\`` : escapeMarkdown(label);
}
