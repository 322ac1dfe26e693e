import type {CompleteParams, Completion} from "../contract/completion";
import type {DeviceState} from "../contract/devices";
import type {MemoryEstimate, ModelDescription, ModelRef} from "../contract/models";
import type {Progress} from "../contract/progress";
import type {NoticeParams} from "../contract/requests";
import type {
  Alternatives,
  AlternativesParams,
  CountParams,
  CountResult,
  ScoreParams,
  Scores,
  TokenizeParams,
  TokenList
} from "../contract/scoring";

/** How a request is accompanied while it runs. */
export interface RequestContext {
  /** Aborted when nobody waits for the answer any more. Work then stops at the next batch and rejects. */
  readonly signal: AbortSignal;
  /** Aborted when what there is of the answer is enough: work ends at the next batch and resolves with that. */
  readonly stop?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

type Without<T extends {model: ModelRef}> = Omit<T, "model">;

/**
 * One model, ready to answer. What stands behind it (llama.cpp in this process today, a server one day) is nobody's
 * business but models.ts'. Methods throw EngineError for what a person can act on, and reject with the signal's
 * reason when aborted.
 */
export interface Backend {
  describe(context: RequestContext): Promise<ModelDescription>;
  count(params: Without<CountParams>, context: RequestContext): Promise<Omit<CountResult, "model">>;
  tokenize(params: Without<TokenizeParams>, context: RequestContext): Promise<TokenList>;
  tokenTexts(ids: Int32Array, context: RequestContext): Promise<readonly string[]>;
  score(params: Without<ScoreParams>, context: RequestContext): Promise<Scores>;
  alternatives(params: Without<AlternativesParams>, context: RequestContext): Promise<Alternatives>;
  complete(params: Without<CompleteParams>, context: RequestContext): Promise<Completion>;
  /** What it needs and what there is, whether its weights are loaded or not. */
  estimate(): Promise<MemoryEstimate>;
  /** What its weights are on. Null while they are not in memory. */
  readonly loadedOn: DeviceState["device"] | null;
  /** Gives memory back. Nothing is asked of the backend afterwards. */
  dispose(): Promise<void>;
}

/** Log lines of whatever runs the model. */
export type EngineLog = (level: "error" | "warn" | "info" | "debug", message: string) => void;

/** Tells a person something that is no answer and no failure. */
export type Notify = (notice: NoticeParams) => void;
