import type {Summary} from "../metrics/summary";
import type {Windowing} from "../metrics/windowing";
import type {EngineVersions} from "./devices";
import type {ModelDescription, ModelRef, RunningModel} from "./models";

/**
 * Whole sentences on what makes the numbers of an answer others than one may think: what the file has wrong, or what was
 * asked for that the model can't do well. The same request has the same warnings.
 */
export interface Warned {
  readonly warnings: readonly string[];
}

export interface CountParams {
  readonly model: ModelRef;
  readonly text: string;
}

export interface CountResult extends Warned {
  readonly count: number;
  /** Unicode code points of the text. */
  readonly characters: number;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  readonly model: ModelDescription;
}

export interface TokenizeParams {
  readonly model: ModelRef;
  readonly text: string;
  /** Read special tokens written in the text (`<|endoftext|>`) as what they stand for, not as characters. */
  readonly special?: boolean;
  /** Give texts for this many tokens from the start; all when absent. */
  readonly texts?: number;
}

/** N tokens of a text. */
export interface TokenList extends Warned {
  readonly model: ModelDescription;
  /** N token ids. */
  readonly ids: Int32Array;
  /**
   * N byte offsets at which tokens end; token i covers `[ends[i-1] ?? 0, ends[i])`, tokens tile the text.
   * Null where the tokenizer rewrote this text.
   */
  readonly ends: Uint32Array | null;
  /** As in {@link CountResult}. */
  readonly characters: number;
  readonly bytes: number;
  /** Tokens as text, as many as asked for; a token that holds part of a character shows U+FFFD for it. */
  readonly texts: readonly string[];
}

/** `window` and `stride` by default: the model's context and half the window (document), 512 (llama-perplexity). */
export interface ScoreParams extends Partial<Omit<Windowing, "bos">> {
  readonly model: ModelRef;
  readonly text: string;
  /**
   * What stands before the text. Its last tokens (as many as leave a stride of the window to the text) are given to the
   * model as context and are not scored. It is cut into tokens by itself, so that the text's tokens are the same with and
   * without it. Not in llama-perplexity mode.
   */
  readonly context?: string;
  /**
   * Context and text are cut into tokens in one piece, as lm-evaluation-harness does. The text's tokens are those behind as many as the
   * context has by itself, and the context takes all the room of the window that a short text leaves.
   */
  readonly joined?: boolean;
  readonly special?: boolean;
  /**
   * Adds rank, entropy and this many alternatives for every token; 0 leaves them out. By default there are {@link fullDetail}
   * alternatives where they are free (`Capabilities.detailIsFree`), and none where they cost more. A caller that needs only
   * sums and logprobs says 0, so that no detail travels. Where detail is free, the engine keeps it all the same: a later
   * request for it (Show Logprobs after a perplexity) needs no other evaluation.
   */
  readonly top?: number;
  /** Sends the tokens, and then scores as they are final, as {@link ScorePart}s before the answer. Without it nothing more travels. */
  readonly stream?: boolean;
}

/** Alternatives of a token, unless others are asked for. */
export const fullDetail = 10;

/** Short: the model's original context. Long: all that is larger. */
export type RopeFactors = "short" | "long";

/** Scores of a text's N tokens. */
export interface Scores extends Warned {
  /** The model that made them. Whatever else is asked about these scores is asked of it. */
  readonly spec: ModelRef;
  readonly model: RunningModel;
  readonly windowing: Windowing;
  /** N token ids. */
  readonly ids: Int32Array;
  /** As {@link TokenList.ends}. */
  readonly ends: Uint32Array | null;
  /** N natural logprobs; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** N flags: 1 where the token was the model's first choice. */
  readonly top1: Uint8Array;
  readonly detail: ScoreDetail | null;
  /** Ids of the tokens that were given as context before the text; empty where none was asked for. */
  readonly contextIds: Int32Array;
  /** False where the request was told to stop: the tokens from there on are unscored. */
  readonly finished: boolean;
  /** Perplexity and its relatives. */
  readonly summary: Summary;
  /** Of a model with two sets of LongRoPE factors: which of them its positions were turned with. */
  readonly ropeFactors?: RopeFactors;
  /** What computed them, where the backend knows. */
  readonly versions?: EngineVersions;
}

/**
 * What is sent before the answer of a score whose caller asked for it ({@link ScoreParams.stream}): the beginning first, and not
 * where all scores are known already. What is sent is final: the answer has the same numbers to the last bit. A score that is told
 * to stop answers with all that was sent.
 */
export type ScorePart = ScoreBeginning | (TokenScores & {readonly kind: "scores"});

/** The tokens of a text that is being scored, and what is known of it from before. */
export interface ScoreBeginning
  extends Pick<Scores, "spec" | "windowing" | "ids" | "ends" | "contextIds" | "summary" | "ropeFactors"> {
  readonly kind: "beginning";
  readonly model: ModelDescription;
  /** Of the text's first tokens, as many as are known. */
  readonly scores: TokenScores;
}

/** Scores of some of a text's tokens, from `from` on. Ranks and entropies are null where no detail was asked for. */
export interface TokenScores {
  readonly from: number;
  readonly logprobs: Float64Array;
  readonly ranks: Int32Array | null;
  readonly entropies: Float64Array | null;
}

/** Rank, entropy and alternatives of N tokens, K alternatives each; what is unscored holds 0, NaN and -1. */
export interface ScoreDetail {
  readonly top: number;
  /** N ranks, 1 is the first choice. */
  readonly ranks: Int32Array;
  /** N entropies of the prediction, nats. */
  readonly entropies: Float64Array;
  /** N × K ids, best first; -1 where the vocabulary has fewer. */
  readonly topIds: Int32Array;
  /** N × K natural logprobs. */
  readonly topLogprobs: Float64Array;
}

export interface AlternativesParams {
  readonly model: ModelRef;
  /**
   * {@link Scores.contextIds} and {@link Scores.ids} one after the other, at least up to and including `position`. With those of the
   * rest of its batch (512 more suffice) the token has exactly its score.
   */
  readonly ids: Int32Array;
  /** Index into `ids` of the token whose rivals are asked for. */
  readonly position: number;
  /** The windowing the scores were made with: the same context is rebuilt. */
  readonly windowing: Windowing;
  /** Of the model that made the scores; refused where the model in use is another one. */
  readonly sha256?: string;
  /** How many. */
  readonly top: number;
}

/** The prediction at one position. */
export interface Alternatives {
  /** Of the token that stands there: natural logprob and rank (1 = first choice). */
  readonly logprob: number;
  readonly rank: number;
  /** Nats. */
  readonly entropy: number;
  readonly top: readonly Alternative[];
}

export interface Alternative {
  readonly id: number;
  readonly text: string;
  /** What {@link text} can't show: a part of a character. */
  readonly bytes: Uint8Array;
  readonly logprob: number;
}

/** Tokens as they are, not a text: what a text would cost with another token in it keeps its other tokens. */
export interface ScoreTokensParams {
  readonly model: ModelRef;
  /** What the model is given as context, and the tokens that are scored. */
  readonly ids: Int32Array;
  /** So many of the first ones are context, as {@link Scores.contextIds}. */
  readonly contextTokens: number;
  /** Scores are asked for from here on. */
  readonly from: number;
  readonly windowing: Windowing;
  /** As {@link AlternativesParams.sha256}. */
  readonly sha256?: string;
}

/** What a score of a text with these tokens says, to the last bit. */
export interface TokensScore {
  /** Natural logprobs of the tokens from {@link ScoreTokensParams.from} on; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** As {@link Scores.finished}. */
  readonly finished: boolean;
}

export interface TokenTextsParams {
  readonly model: ModelRef;
  readonly ids: Int32Array;
}

/** Bytes of N tokens, one after the other. */
export interface TokenBytes {
  readonly bytes: Uint8Array;
  /** N offsets at which tokens end. */
  readonly ends: Uint32Array;
}
