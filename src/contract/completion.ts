import type {ModelDescription, ModelRef} from "./models";
import type {RopeFactors, Warned} from "./scoring";

/** Where generation stops, besides the model's end token and `maxTokens`. */
export type StopGranularity = "line" | "block" | "unlimited";

export interface CompleteParams {
  readonly model: ModelRef;
  readonly prefix: string;
  readonly suffix: string;
  readonly maxTokens: number;
  readonly extent: StopGranularity;
  /**
   * Of the file that is written in: relative to its repository, with slashes. Models that know a token for it see it.
   */
  readonly path?: string;
  readonly repository?: string;
  /** What else the model is to see where it knows a token for files, the most useful last. */
  readonly files?: readonly ContextFile[];
  /**
   * Probability, 0 to 1: ends before the token with which the model holds the whole less probable than that; the token
   * is cut off. Default 0: never.
   */
  readonly minConfidence?: number;
  /** Milliseconds after which the whole lines that there are are enough. Default: none. */
  readonly timeLimit?: number;
  /** It gives way to any other completion: it then ends with what it has. */
  readonly background?: boolean;
  /** The prompt is evaluated and nothing is written, so that the same completion without this starts sooner. */
  readonly promptOnly?: boolean;
}

/** A part of another file that a completion may need to know. */
export interface ContextFile {
  /** As {@link CompleteParams.path}. */
  readonly path: string;
  readonly text: string;
}

/**
 * `unsure`: the model was not sure enough of what would have come next. `time`: as {@link CompleteParams.timeLimit}
 * says.
 */
export type CompletionStop = "end" | "line" | "block" | "maxTokens" | "context" | "unsure" | "time" | "stopped";

export interface Completion extends Warned {
  readonly model: ModelDescription;
  readonly text: string;
  readonly ids: Int32Array;
  /** Natural logprob of each generated token, temperature 1. */
  readonly logprobs: Float64Array;
  readonly texts: readonly string[];
  readonly stop: CompletionStop;
  /** As {@link Scores.ropeFactors}: by the size of the context, not of the prompt. */
  readonly ropeFactors?: RopeFactors;
  /** The prompt used the model's fill-in-the-middle tokens; false: the suffix was left out. */
  readonly infill: boolean;
  readonly promptTokens: number;
  /** Of these, the ones not found in the KV cache. */
  readonly evaluatedPromptTokens: number;
  /** From the request's turn to its first token, and to its end. */
  readonly firstTokenMilliseconds: number | null;
  readonly milliseconds: number;
  /** Draft tokens (prompt lookup) that were evaluated, and how many of them the model accepted. */
  readonly draft: {readonly tried: number; readonly accepted: number};
}
