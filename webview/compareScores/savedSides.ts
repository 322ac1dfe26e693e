import {type Comparison, type Pair, type SavedSide, savedSide} from "../../src/features/compareScores/protocol";

/** Maximum characters of JSON that VS Code saves. Longer texts have to be compared again after a reload. */
const maxSavedLength = 2_000_000;

/** Both sides in the form that VS Code saves; null if they are too long. */
export function savedSidesIfShort({sides: [a, b]}: Comparison): Pair<SavedSide> | null {
  // Estimated: the text, and 40 characters for every token.
  const length = a.text.length + b.text.length + 40 * (a.ids.length + b.ids.length);
  return length > maxSavedLength ? null : [savedSide(a), savedSide(b)];
}
