/** What the view of a text under a grammar and the extension host say to each other. */
import type {ConstrainedScores} from "../../contract/constrained";

export interface ConstraintResult {
  readonly title: string;
  /** The grammar's or the schema's name. */
  readonly constraint: string;
  readonly model: string;
  readonly vocabularySize: number;
  /** Tokens of the text, and how many of them have no score. */
  readonly total: number;
  readonly unscored: number;
  /** Of the first N tokens: what they cover, and the model's first choices. */
  readonly texts: readonly string[];
  readonly wantedTexts: readonly string[];
  /** Of all tokens, natural; NaN: not scored. */
  readonly logprobs: Float64Array;
  readonly constrained: ConstrainedScores;
  readonly warnings: readonly string[];
}

export interface ToView {
  readonly type: "show";
  readonly result: ConstraintResult;
}

/** The view listens for messages. */
export interface FromView {
  readonly type: "ready";
}
