import type {SamplerName, SamplerSettings, SamplerStage} from "../sampling/settings";
import type {CompleteParams, StopGranularity} from "./completion";
import type {ModelDescription, ModelRef} from "./models";
import type {Alternative, RopeFactors, Warned} from "./scoring";

/** What stands before the token that is asked for. Of more tokens than fit into the context, the last ones are given to the model. */
export type SamplingPrompt =
  /** A text by itself, behind the model's BOS. */
  | {readonly kind: "text"; readonly text: string}
  /** What an inline completion sees at the cursor: with a suffix where the model has fill-in-the-middle tokens. */
  | CursorPrompt
  /** Tokens of a text, without BOS: those of {@link Scores.contextIds} and {@link Scores.ids}, for one. */
  | {readonly kind: "tokens"; readonly ids: Int32Array};

export interface CursorPrompt
  extends Pick<CompleteParams, "prefix" | "suffix" | "path" | "repository" | "files">,
    Partial<Pick<CompleteParams, "maxTokens">> {
  /** `maxTokens`: the prompt leaves room for a completion of so many tokens. */
  readonly kind: "cursor";
}

/** What may be written. `schema`: JSON Schema as text. */
export type Constraint =
  | {readonly kind: "gbnf"; readonly grammar: string}
  | {readonly kind: "jsonSchema"; readonly schema: string};

export interface NextParams {
  readonly model: ModelRef;
  readonly prompt: SamplingPrompt;
  readonly samplers: SamplerSettings;
  /** So many of the most probable tokens are told one by one. */
  readonly top: number;
  /** Draws so many tokens from what the samplers leave. */
  readonly draws?: {readonly count: number; readonly seed: number};
}

/** A model's distribution over the next token, and what samplers make of it. */
export interface NextDistribution extends Warned {
  readonly model: ModelDescription;
  /** Tokens that the model was given, BOS among them. */
  readonly promptTokens: number;
  /** The prompt was longer than the context: its beginning was left out. */
  readonly cut: boolean;
  /** As {@link Scores.ropeFactors}. */
  readonly ropeFactors?: RopeFactors;
  /** Of the model's distribution, nats. */
  readonly entropy: number;
  /** Most probable first, before the samplers act. */
  readonly top: readonly NextToken[];
  /** All other tokens together. */
  readonly rest: {
    readonly tokens: number;
    readonly probability: number;
    readonly after: number;
    readonly drawn?: number;
  };
  /** What each sampler that is on has left, in their order. XTC is told as when it acts. */
  readonly stages: readonly SamplerStage[];
  readonly after: {readonly candidates: number; readonly entropy: number};
}

export interface NextToken extends Alternative {
  /** Probability, 0 to 1, of being drawn. With XTC it is the mean over its acting and not acting. */
  readonly after: number;
  /** The sampler that takes it away, where one does; of XTC: when it acts. */
  readonly cutBy?: SamplerName;
  /** How often it was drawn, where draws were asked for. */
  readonly drawn?: number;
}

export interface SampleParams {
  readonly model: ModelRef;
  readonly prompt: SamplingPrompt;
  readonly samplers: SamplerSettings;
  /** Continuations. Sample i has the random numbers of `seed + i`. */
  readonly count: number;
  readonly seed: number;
  readonly maxTokens: number;
  readonly extent: StopGranularity;
  /** A sample ends before the first of these texts. */
  readonly stopTexts?: readonly string[];
  readonly constraint?: Constraint;
}

export interface Samples extends Warned {
  readonly model: ModelDescription;
  readonly promptTokens: number;
  readonly cut: boolean;
  readonly ropeFactors?: RopeFactors;
  /** Fewer than were asked for where it was told to stop, the last of them unfinished ("stopped"). */
  readonly samples: readonly Sample[];
}

/** One continuation, N tokens. */
export interface Sample {
  readonly text: string;
  readonly ids: Int32Array;
  readonly texts: readonly string[];
  /**
   * N natural logprobs in the model's own distribution: those that a score gives in the same context, to the last bit. Of a sample that
   * was stopped they are those of its writing, as the others of {@link drawnLogprobs}: token by token, llama.cpp rounds otherwise.
   */
  readonly logprobs: Float64Array;
  /** N natural logprobs in the distribution that was drawn from. */
  readonly drawnLogprobs: Float64Array;
  /** Under a constraint: N shares, 0 to 1, of the model's probability that the constraint left. */
  readonly allowedMasses?: Float64Array;
  /** Under a constraint: N flags, 1 where it forbade the model's first choice, which wanted to leave it. */
  readonly wantedForbidden?: Uint8Array;
  /** "constraint": the grammar allows nothing more. "text": one of {@link SampleParams.stopTexts}. */
  readonly stop: "end" | "line" | "block" | "maxTokens" | "context" | "stopped" | "constraint" | "text";
}
