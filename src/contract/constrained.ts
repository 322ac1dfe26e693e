import type {Constraint} from "./sampling";
import type {ScoreParams, Scores} from "./scoring";

/** A score of a text under a grammar or a JSON schema, which begins with the text; a context stands outside. */
export interface ScoreUnderParams extends Omit<ScoreParams, "stream"> {
  readonly constraint: Constraint;
}

/** The same scores as without the constraint, and what that does to the model's distributions. Definitions: docs/grammars.md. */
export interface ScoresUnder extends Scores {
  readonly constrained: ConstrainedScores;
}

/** Of a text's N tokens. Behind the first token that the constraint forbids nothing is known, nor where a token is unscored. */
export interface ConstrainedScores {
  /** N numbers of tokens that the constraint allows; -1: unknown. */
  readonly allowed: Int32Array;
  /** N probabilities of all that it forbids; NaN: unknown. */
  readonly cutOff: Float64Array;
  /** N times -ln of the probability of all that it allows, nats: what the constraint decides; NaN: unknown. */
  readonly decided: Float64Array;
  /** N natural logprobs under the constraint: -Infinity for the token that it forbids; NaN: unknown. */
  readonly logprobs: Float64Array;
  /** N ids: the model's first choice; -1: unknown. */
  readonly wanted: Int32Array;
  /** N flags: 1 where the constraint forbids the model's first choice. */
  readonly wantedForbidden: Uint8Array;
  /** The index of the first token that the constraint forbids; null if it allows all. */
  readonly leavesAt: number | null;
  /** The text is a whole one of the grammar: it may end where it does. */
  readonly isComplete: boolean;
  readonly sums: ConstrainedTotals;
}

/** Sums over the scored tokens before the first one that the constraint forbids. Nats. */
export interface ConstrainedTotals {
  readonly tokens: number;
  /** Of the model alone: content and decided together. */
  readonly surprisal: number;
  readonly content: number;
  readonly decided: number;
  /** Tokens that are the only ones allowed at their place. */
  readonly forced: number;
  /** Tokens at whose place the constraint forbids the model's first choice. */
  readonly unwanted: number;
}
