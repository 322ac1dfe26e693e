import {stringEnd} from "./quotes";

/** A text that was suggested, and where. */
interface Suggestion {
  readonly prefix: string;
  readonly suffix: string;
  readonly text: string;
  readonly file: string;
}

/** About what llama.vscode keeps. */
const maxSuggestions = 250;

/**
 * The last suggestions, the latest first. What stands after the cursor is part of the place: after an edit below, another
 * suggestion may be right (Continue's cache does not see it).
 */
export class RecentSuggestions {
  private kept: Suggestion[] = [];

  /**
   * What is left of a suggestion for this place, or for one from which its text was typed or accepted up to here.
   * Undefined: nothing is known. "": it is known that there is nothing to suggest.
   *
   * @param file Any name for the document.
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
    this.kept = [
      {prefix, suffix, text, file},
      ...this.kept
        .filter((one) => one.prefix !== prefix || one.suffix !== suffix || one.file !== file)
        .slice(0, maxSuggestions - 1)
    ];
  }

  clear(): void {
    this.kept = [];
  }
}

/** What was typed at a place: the text, and the brackets and quotes with which the editor has closed it by itself. */
export interface Typed {
  readonly text: string;
  readonly closers: string;
}

/** What was typed between two places; undefined where something else was done than that. */
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

/** A suggestion that is typed to its end is used up: whatever follows it is another one. */
function rest(one: Suggestion, prefix: string, suffix: string): string | undefined {
  const typed = typedBetween(one, {prefix, suffix});
  if (typed === undefined) return undefined;
  if (typed.text === "") return one.text;
  if (one.text.length <= typed.text.length || !one.text.startsWith(typed.text)) return undefined;
  return beforeCloser(one.text.slice(typed.text.length), typed.closers);
}

/** The text up to where it closes what is closed behind the cursor already. */
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
