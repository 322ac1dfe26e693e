import type {Scores} from "../../contract/scoring";
import type {TargetText} from "./targetText";

/**
 * A text and its scores, as a command's argument from one part of the extension to another: what was scored once need not
 * be scored again. A class, because no link or key binding can make one.
 */
export class ScoredTarget {
  constructor(
    readonly target: TargetText,
    readonly scores: Scores
  ) {}
}
