import type {CompleteParams, Completion} from "../contract/completion";
import type {DeviceState, EngineVersions} from "../contract/devices";
import type {MemoryEstimate, ModelDescription, ModelRef, RunningModel} from "../contract/models";
import type {Progress} from "../contract/progress";
import type {NoticeParams} from "../contract/requests";
import type {CursorPrompt} from "../contract/sampling";
import type {Alternatives, ScorePart, TokenBytes} from "../contract/scoring";
import type {TokenInfo} from "../contract/tokenInfo";
import type {SearchVocabularyParams, VocabularyFacts} from "../contract/vocabulary";
import type {Windowing} from "../metrics/windowing";
import type {Scheduler} from "./scheduler";
import type {ScoredTokens} from "./scoredTokens";
import type {Window, WindowLimits} from "./scoringWindows";

/** How a request is accompanied while it runs. */
export interface RequestContext {
  /** Aborted when nobody waits for the answer any more. Work then stops at the next batch and rejects. */
  readonly signal: AbortSignal;
  /** Aborted when what there is of the answer is enough: work ends at the next batch and resolves with that. */
  readonly stop?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Takes what a caller asked for in parts. Arrays in it are copies. */
  readonly onPart?: (part: ScorePart) => void;
}

export interface TokenizeOptions {
  /** Read special tokens written in the text as what they stand for. */
  readonly special: boolean;
  /** Something stands before the text. */
  readonly behind: boolean;
}

/** N tokens of a text. */
export interface TextTokens {
  readonly ids: Int32Array;
  /** N byte offsets at which tokens end. Null where the tokenizer rewrote the text. */
  readonly ends: Uint32Array | null;
}

/**
 * Tokenizes a text in parts: their tokens, one after the other, are those of the whole. What is done to one part is done in one go.
 */
export interface PartTokenizer {
  /** UTF-16 units on each side of a place to cut on which it depends that it is one. */
  readonly context: number;
  /** The first place to cut a text, at or behind an offset that is not 0; the text's end if there is none. */
  cut(text: string, from: number): number;
  /** The tokens of a well-formed part. `behind`: it is not the first. */
  tokenize(part: string, behind: boolean): Int32Array;
  /** The bytes of the part at which its tokens end. Null where the tokenizer rewrote it. */
  ends(part: string, ids: Int32Array, behind: boolean, signal: AbortSignal): Promise<Uint32Array | null>;
}

/** What a model's file says of chats. */
export interface ChatTemplates {
  /** In Jinja. */
  readonly standard: string | null;
  /** For a chat with tools, where there is one of its own. */
  readonly toolUse: string | null;
  /** The special tokens as text; "" without one. */
  readonly bos: string;
  readonly eos: string;
  /** The vocabulary puts them in front of a text, and behind it. */
  readonly addsBos: boolean;
  readonly addsEos: boolean;
}

/** Tokens to be scored. Positions are indices into `ids`. */
export interface ScoringTask {
  /** Tokens that are context only, then the text's. */
  readonly ids: Int32Array;
  readonly contextTokens: number;
  readonly windowing: Windowing;
  /** Scores are known up to here, `contextTokens` at least. */
  readonly from: number;
  /** Told, in order, up to which position all scores are final. */
  readonly onScored?: (until: number) => void;
  readonly sets?: PositionSets | undefined;
}

/** Sets of tokens at the positions of a text, and what comes of them: what they do to the model's distributions there. */
export interface PositionSets {
  /** Bits of TokenSets, at positions from `start` up to `end`, or fewer: none behind the last one that has a set. */
  between(start: number, end: number): Promise<readonly Uint32Array[]>;
  /** NaN where there is no set. Positions may come again. */
  keep(first: number, masses: {readonly cutOff: Float64Array; readonly decided: Float64Array}): void;
}

/** A position at which the model's prediction is asked for. */
export interface PositionTask {
  readonly ids: Int32Array;
  readonly position: number;
  readonly windowing: Windowing;
  /** The window in which the position is scored. */
  readonly window: Window;
  /** How many alternatives. */
  readonly top: number;
}

/** What the model is given. */
export interface PromptTokens {
  /** BOS and marks among them. */
  readonly ids: Int32Array;
  /** There was more than room for it. */
  readonly cut: boolean;
}

/** A prompt to go on from. */
export interface PromptTask {
  readonly prompt: Int32Array;
  /** The size of the context in which it is evaluated: it decides LongRoPE's factors. */
  readonly window: number;
  /** It is what a completion sees, and not a text as it is scored: they may have evaluated its beginning. */
  readonly isCompletion: boolean;
}

/** Continuations of a prompt. */
export interface ContinuationsTask extends PromptTask {
  readonly count: number;
  /** Begins a continuation. They begin in order, and again from the first where the work had to start again. */
  begin(index: number): TokenChooser;
}

/** Decides how one continuation goes on. */
export interface TokenChooser {
  /** The last token that it chose was the last one of all. */
  readonly ended: boolean;
  /** The token behind those that it has chosen, given the model's logits there; null where the continuation ends with those. */
  next(logits: Float32Array): number | null;
  /**
   * Told at its end: the natural logprobs of all that it has chosen, as a score computes them. Not told where there is one token at
   * most, whose logits were a score's.
   */
  scored(logprobs: Float64Array): void;
}

/** The facts about single tokens that sampling needs. */
export interface TokenTable {
  readonly size: number;
  /** A short text that follows another, without special tokens. */
  tokenize(text: string): Int32Array;
  /** They are shared: don't write to them. */
  bytes(id: number): Uint8Array;
  text(id: number): string;
  /** As a grammar sees it; empty for one that it never allows. */
  grammarBytes(id: number): Uint8Array;
  /** A text ends before it: it is no text. */
  endsText(id: number): boolean;
  /** The token that the vocabulary writes like this. */
  idOf(written: string): number | undefined;
}

/** The tokens that warnings are about, and how they are cut into windows. */
export interface WarningsTask {
  readonly ids?: Int32Array;
  readonly windowing?: Windowing;
}

/** What made the numbers of an answer. */
export type Provenance = Pick<RunningModel, "device" | "layers"> & {readonly versions?: EngineVersions};

/**
 * One model, ready to compute: llama.cpp in this process today, a server one day. It knows nothing of texts that were scored
 * before, of windows' defaults or of summaries: that is the engine's (scoring.ts). What it can't do its capabilities say.
 *
 * Methods throw EngineError for what a person can act on, and reject with the signal's reason when aborted. Texts are well-formed.
 */
export interface Backend {
  describe(): Promise<ModelDescription>;
  windowLimits(): Promise<WindowLimits>;
  countTokens(text: string, signal: AbortSignal): Promise<number>;
  tokenize(text: string, options: TokenizeOptions, signal: AbortSignal): Promise<TextTokens>;
  partTokenizer(): Promise<PartTokenizer>;
  /** Resolves when no completion is computed or about to be: what nobody waits for at the cursor goes on then. */
  idle(signal: AbortSignal): Promise<void>;
  tokenTexts(ids: Int32Array): Promise<readonly string[]>;
  tokenBytes(ids: Int32Array): Promise<TokenBytes>;
  tokenInfo(ids: Int32Array, signal: AbortSignal): Promise<readonly TokenInfo[]>;
  chatTemplates(): Promise<ChatTemplates>;
  vocabularyFacts(): Promise<Omit<VocabularyFacts, "model">>;
  /** The ids of all tokens that match. */
  searchVocabulary(params: Omit<SearchVocabularyParams, "model">, signal: AbortSignal): Promise<Int32Array>;
  /** Whole sentences on what makes the numbers others than one may think. */
  warnings(asked: WarningsTask): Promise<readonly string[]>;
  /**
   * Writes scores of the tokens from `from` on into `scored`, in the detail that it has room for; it may begin earlier, behind
   * the context.
   * Resolves with the position up to which all is scored: less than all where it was told to stop.
   */
  scoreWindows(task: ScoringTask, scored: ScoredTokens, context: RequestContext): Promise<number>;
  alternatives(task: PositionTask, context: RequestContext): Promise<Alternatives>;
  complete(params: Omit<CompleteParams, "model">, context: RequestContext): Promise<Completion>;
  tokenTable(): Promise<TokenTable>;
  /** At most `room` tokens: of a text's tokens with BOS in front, or of what a completion sees at a cursor. */
  prompt(of: Int32Array | CursorPrompt, room: number): Promise<PromptTokens>;
  /** The model's logits behind a prompt. */
  logits(task: PromptTask, context: RequestContext): Promise<Float32Array>;
  /** Resolves when all continuations have ended, or where it was told to stop. */
  writeContinuations(task: ContinuationsTask, context: RequestContext): Promise<void>;
  /** What tells this model from all others. Of a file: its SHA-256 in lower-case hex. */
  identity(): Promise<string>;
  provenance(context: RequestContext): Promise<Provenance>;
  /** What it needs and what there is, whether its weights are loaded or not. */
  estimate(): Promise<MemoryEstimate>;
  /** What its weights are on. Null while they are not in memory. */
  readonly loadedOn: DeviceState["device"] | null;
  /** Gives memory back. Nothing is asked of the backend afterwards. */
  dispose(): Promise<void>;
}

/** What a backend is given by the engine. */
export interface BackendServices {
  readonly scheduler: Scheduler;
  readonly log: EngineLog;
  readonly notify: Notify;
}

/** Answers about models of one kind that are not open. */
export interface BackendKind {
  /** Makes sure that the model is there. Resolves with what tells one state of it from another. */
  stamp(model: ModelRef): Promise<string>;
  /** Loads what all models of the kind share, and makes sure that the model can be opened without harm to the process. */
  prepare(model: ModelRef, log: EngineLog): Promise<void>;
  open(model: ModelRef, services: BackendServices): Backend;
  estimate(model: ModelRef, log: EngineLog, signal: AbortSignal): Promise<MemoryEstimate>;
  /** Bytes in use on devices. */
  deviceMemoryInUse(): Promise<number>;
}

/** Log lines of what runs the model. */
export type EngineLog = (level: "error" | "warn" | "info" | "debug", message: string) => void;

/** Tells a person something that is no answer and no failure. */
export type Notify = (notice: NoticeParams) => void;
