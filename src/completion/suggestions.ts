import {stringEnd} from "./quotes";

/** A suggested text and its place. */
interface Suggestion {
  readonly prefix: string;
  readonly suffix: string;
  readonly text: string;
  readonly file: string;
}

/** About as many as llama.vscode keeps. */
const maxSuggestions = 250;

/**
 * The last suggestions, the latest first. The text after the cursor is part of the place, because after an edit there
 * another suggestion may be right (Continue's cache ignores it).
 */
export class RecentSuggestions {
  private kept: Suggestion[] = [];

  /**
   * The rest of a suggestion for this place, or for an earlier place from which its text was typed or accepted up to
   * here. Undefined if no suggestion is known; "" if the known suggestion is empty.
   *
   * @param file Identifies the document.
   */
  find(prefix: string, suffix: string, file: string): string | undefined {
    for (const [index, one] of this.kept.entries()) {
      const left = one.file === file ? rest(one, prefix, suffix) : undefined;
      if (left === undefined) continue;
      this.kept.splice(index, 1);
      this.kept.unshift(one);
      return left;
    }
    return undefined;
  }

  keep(prefix: string, suffix: string, text: string, file: string): void {
    this.keepAll(prefix, suffix, [text], file);
  }

  /** Keeps several suggestions for one place, the first of them in front. */
  keepAll(prefix: string, suffix: string, texts: readonly string[], file: string): void {
    this.kept = [
      ...texts.map((text) => ({prefix, suffix, text, file})),
      ...this.kept.filter((one) => one.prefix !== prefix || one.suffix !== suffix || one.file !== file)
    ].slice(0, maxSuggestions);
  }

  clear(): void {
    this.kept = [];
  }
}

/** The text typed at a place, and the closing brackets and quotes that the editor has added. */
export interface Typed {
  readonly text: string;
  readonly closers: string;
}

/** The text typed between two places; undefined if the document was changed otherwise. */
export function typedBetween(
  from: {readonly prefix: string; readonly suffix: string},
  to: {readonly prefix: string; readonly suffix: string}
): Typed | undefined {
  if (!to.prefix.startsWith(from.prefix) || !to.suffix.endsWith(from.suffix)) return undefined;
  const text = to.prefix.slice(from.prefix.length);
  const closers = to.suffix.slice(0, to.suffix.length - from.suffix.length);
  const openers = text.replace(/[^([{"'`]/g, "").length;
  return /^[)\]}"'`]*$/.test(closers) && closers.length <= openers ? {text, closers} : undefined;
}

/** The rest of a suggestion; undefined once it is typed to its end, because a new one follows. */
function rest(one: Suggestion, prefix: string, suffix: string): string | undefined {
  const typed = typedBetween(one, {prefix, suffix});
  if (typed === undefined) return undefined;
  if (typed.text === "") return one.text;
  if (one.text.length <= typed.text.length || !one.text.startsWith(typed.text)) return undefined;
  return beforeCloser(one.text.slice(typed.text.length), typed.closers);
}

/** The text up to the closer that the editor has already added behind the cursor. */
function beforeCloser(text: string, closers: string): string {
  const [closer = ""] = closers;
  if (closer === "") return text;
  if (/["'`]/.test(closer)) return text.slice(0, stringEnd(text, 0, closer));
  const opener = {")": "(", "]": "[", "}": "{"}[closer];
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === closer && depth-- === 0) return text.slice(0, index);
    if (character === opener) depth++;
  }
  return text;
}
