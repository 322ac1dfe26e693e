/** A text that was suggested, and where. */
interface Suggestion {
  readonly prefix: string;
  readonly suffix: string;
  readonly text: string;
  readonly file: string;
}

/** About what llama.vscode keeps. */
const most = 250;

/**
 * The last suggestions, the latest first. What stands after the cursor is part of the place: after an edit below, another
 * suggestion may be right (Continue's cache does not see it).
 */
export class Suggestions {
  private kept: Suggestion[] = [];

  /**
   * What is left of a suggestion for this place, or for one from which its text was typed or accepted up to here.
   * Undefined: nothing is known. "": it is known that there is nothing to suggest.
   *
   * @param file Any name for the document.
   */
  find(prefix: string, suffix: string, file: string): string | undefined {
    const index = this.kept.findIndex(
      (one) => one.file === file && one.suffix === suffix && rest(one, prefix) !== undefined
    );
    const found = this.kept[index];
    if (found === undefined) return undefined;
    this.kept.splice(index, 1);
    this.kept.unshift(found);
    return rest(found, prefix);
  }

  keep(prefix: string, suffix: string, text: string, file: string): void {
    this.kept = [
      {prefix, suffix, text, file},
      ...this.kept
        .filter((one) => one.prefix !== prefix || one.suffix !== suffix || one.file !== file)
        .slice(0, most - 1)
    ];
  }

  clear(): void {
    this.kept = [];
  }
}

/** A suggestion that is typed to its end is used up: whatever follows it is another one. */
function rest({prefix: start, text}: Suggestion, prefix: string): string | undefined {
  if (prefix === start) return text;
  const typed = prefix.slice(start.length);
  return typed !== "" && text.length > typed.length && text.startsWith(typed) && prefix.startsWith(start)
    ? text.slice(typed.length)
    : undefined;
}
