import type {Scores} from "../../contract/scoring";
import type {TargetText} from "./targetText";

/**
 * A text and its scores, passed as a command's argument within the extension so that nothing is scored twice. A class,
 * because a link or a key binding can't create an instance.
 */
export class ScoredTarget {
  constructor(
    readonly target: TargetText,
    readonly scores: Scores
  ) {}
}
