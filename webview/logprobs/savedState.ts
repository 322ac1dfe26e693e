import {type KeptText, keptText, type ScoredText} from "../../src/features/logprobs/protocol";

/** Characters of JSON that VS Code is given to keep. A longer text is scored again after a reload. */
const maxKept = 2_000_000;

/** What VS Code is given to keep of a text; null where that is too much. */
export function toKeep(scored: ScoredText): KeptText | null {
  return sizeOf(scored) > maxKept ? null : keptText(scored);
}

/** About the characters of the JSON: the text, once more as token texts, and some 40 more for every token. */
function sizeOf({text, texts, ids}: ScoredText): number {
  return (texts ? 2 : 1) * text.length + 40 * ids.length;
}
