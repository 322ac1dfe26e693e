import {type SavedText, type ScoredText, savedText} from "../../src/features/logprobs/protocol";

/** Maximum characters of JSON that VS Code saves. A longer text has to be scored again after a reload. */
const maxSavedLength = 2_000_000;

/** The text in the form that VS Code saves; null if it is too long. */
export function savedTextIfShort(scored: ScoredText): SavedText | null {
  return sizeOf(scored) > maxSavedLength ? null : savedText(scored);
}

/** Estimated characters of the JSON: the text, the token texts if there are any, and 40 for every token. */
function sizeOf({text, texts, ids}: ScoredText): number {
  return (texts ? 2 : 1) * text.length + 40 * ids.length;
}

/** Milliseconds without a change before the state is saved. */
const saveDelay = 250;

/** Saves at once, or when nothing has changed for a moment. */
export class StateSaver {
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly save: () => void) {}

  now(): void {
    clearTimeout(this.waiting);
    this.save();
  }

  soon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), saveDelay);
  }
}
