import type {ModelFacts} from "../gguf/facts";
import type {Purpose} from "../gguf/purpose";
import type {Summary} from "../metrics/summary";

/**
 * The contract between the extension host and the engine process: requests, replies, progress and errors.
 * Nothing in it assumes llama.cpp: another backend (a server, say) answers the same requests, or says in its
 * capabilities that it can't.
 *
 * Offsets are UTF-8 byte offsets into the text of the request. Logprobs are natural. A lone surrogate in a text counts
 * as U+FFFD, the way every UTF-8 encoder writes it, so UTF-16 lengths are unchanged.
 */

/** Which model answers, and how it is run. Every request names it, so a new engine process needs no set-up. */
export interface ModelSpec {
  /** Absolute path of a GGUF file. */
  readonly path: string;
  readonly gpu: GpuChoice;
  /** Layers whose weights go on the device; null: as many as its memory holds. */
  readonly gpuLayers: number | null;
  /** CPU threads; 0 leaves the choice to the backend, which leaves a core to the editor. */
  readonly threads: number;
  /** Tokens of context; 0 means what the model was trained on, {@link automaticContextLimit} at most. */
  readonly contextSize: number;
}

export type GpuChoice = "auto" | "metal" | "cuda" | "vulkan" | "off";

export const automaticContextLimit = 4096;

/** Contexts of so many tokens that are held at most: one for completing, and for scoring two, or one where it is large. */
export function contextsHeld(contextSize: number): number {
  return contextSize > automaticContextLimit ? 2 : 3;
}

/** What a backend can do with a model. A feature asks here, never for the backend's kind. */
export interface Capabilities {
  /** Predicts a next token: can be scored, and can complete. */
  readonly generate: boolean;
  /** What it was made for. */
  readonly purpose: Purpose;
  /** Completes between a prefix and a suffix, with tokens of its own for it. */
  readonly infill: boolean;
  /** Tokens tile the text's bytes, so that spans can be shown. False where the tokenizer rewrites text. */
  readonly spans: boolean;
}

/** What is known of a model without loading its weights. */
export interface ModelDescription {
  /** A name for people: the model's own, or else its file's. */
  readonly name: string;
  /** File name without its folder. */
  readonly file: string;
  readonly architecture: string;
  readonly quantization: string;
  readonly parameters: number | null;
  readonly vocabularySize: number;
  /** Tokens of context as run (see {@link ModelSpec.contextSize}). */
  readonly contextSize: number;
  /** The vocabulary asks for BOS in front of a text. */
  readonly addsBos: boolean;
  readonly capabilities: Capabilities;
}

/** A {@link ModelDescription} of a model that ran. */
export interface RunningModel extends ModelDescription {
  /** Lower-case hex SHA-256 of the model file. */
  readonly sha256: string;
  /** What it ran on: "cpu", "cuda", "metal", "vulkan". */
  readonly device: string;
  /** Layers whose weights are on the device, of all. Absent where the backend doesn't know. */
  readonly layers?: {readonly onDevice: number; readonly all: number};
}

export interface DescribeParams {
  readonly model: ModelSpec;
}

/**
 * Whole sentences on what makes the numbers of an answer others than one may think: what the file has wrong, or what was
 * asked for that the model can't do well. The same request has the same warnings.
 */
export interface Warned {
  readonly warnings: readonly string[];
}

export interface CountParams {
  readonly model: ModelSpec;
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
  readonly model: ModelSpec;
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

export type ScoreMode = "document" | "llama-perplexity";

export interface ScoreParams {
  readonly model: ModelSpec;
  readonly text: string;
  /**
   * What stands before the text. Its last tokens (as many as leave a stride of the window to the text) are given to the
   * model as context and are not scored. It is cut into tokens by itself, so that the text's tokens are the same with and
   * without it. Not in llama-perplexity mode.
   */
  readonly context?: string;
  readonly special?: boolean;
  /** metrics.md, "Context". Default `document`. */
  readonly mode?: ScoreMode;
  /** Positions the model sees together, BOS included. Default: the model's context (document), 512 (llama-perplexity). */
  readonly window?: number;
  /** New tokens per window after the first. Default: half the window. Without meaning in llama-perplexity mode. */
  readonly stride?: number;
  /** Adds rank, entropy and this many alternatives for every token. 0 (default) leaves them out: they cost more. */
  readonly top?: number;
}

/** How a text was cut into windows; enough to repeat a score. */
export interface Windowing {
  readonly mode: ScoreMode;
  /** BOS stood in front of every window. */
  readonly bos: boolean;
  readonly window: number;
  readonly stride: number;
}

/** Short: the model's original context. Long: all that is larger. */
export type RopeFactors = "short" | "long";

/** Scores of a text's N tokens. */
export interface Scores extends Windowing, Warned {
  readonly model: RunningModel;
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

/** Release numbers. */
export interface EngineVersions {
  readonly nodeLlamaCpp: string | null;
  /** llama.cpp's, as its build names it. */
  readonly llamaCpp: string | null;
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
  readonly model: ModelSpec;
  /**
   * {@link Scores.contextIds} and {@link Scores.ids} one after the other, at least up to and including `position`. With those of the
   * rest of its batch (128 more suffice) the token has exactly its score.
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
  readonly logprob: number;
}

export interface TokenTextsParams {
  readonly model: ModelSpec;
  readonly ids: Int32Array;
}

/** Where a completion ends, besides the end of generation and `maxTokens`. */
export type CompletionExtent = "line" | "block" | "unlimited";

export interface CompleteParams {
  readonly model: ModelSpec;
  readonly prefix: string;
  readonly suffix: string;
  readonly maxTokens: number;
  readonly extent: CompletionExtent;
  /** Of the file that is written in: relative to its repository, with slashes. Models that know a token for it see it. */
  readonly path?: string;
  readonly repository?: string;
  /** What else the model is to see where it knows a token for files, the most useful last. */
  readonly files?: readonly ContextFile[];
  /**
   * Probability, 0 to 1: ends before the token with which the model holds the whole less probable than that; the token is
   * cut off. Default 0: never.
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

/** `unsure`: the model was not sure enough of what would have come next. `time`: as {@link CompleteParams.timeLimit} says. */
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
  /** Tokens that were guessed from the text and tried together with the one before them, and those of them that were right. */
  readonly guessed: {readonly tried: number; readonly right: number};
}

/** Bytes in main memory and on the device. What a device shares with main memory (Metal, integrated GPUs) is `vram`. */
export interface MemoryUse {
  readonly ram: number;
  readonly vram: number;
}

export interface EstimateParams {
  readonly model: ModelSpec;
  /** Models that stay loaded beside it; what all others hold counts as free, because they will be given back. */
  readonly beside?: readonly ModelSpec[];
}

/** What a model will need once it is loaded, and what there is. Nothing is loaded for it but the file's header. */
export interface MemoryEstimate {
  /** Weights, and the vocabulary as it is held in memory. */
  readonly weights: MemoryUse;
  /** KV cache and compute buffers of one context of {@link contextSize} tokens. */
  readonly context: MemoryUse;
  /** What {@link context} grows by with each of its last tokens. */
  readonly perToken: MemoryUse;
  /** What a layer moves from the device to main memory when it is not put there: its weights and its part of all contexts. */
  readonly perLayer: number;
  /** Contexts that may be held at once ({@link contextsHeld}); 0 for a model that predicts no tokens. */
  readonly contexts: number;
  /** Tokens. */
  readonly contextSize: number;
  /** Layers on the device, of {@link layers}. */
  readonly gpuLayers: number;
  readonly layers: number;
  readonly free: MemoryUse;
  readonly total: MemoryUse;
  /** "cpu", "cuda", "metal", "vulkan". */
  readonly device: string;
}

/** What a loaded model takes, beside what had been estimated for it. */
export interface MemoryReport {
  readonly estimate: MemoryEstimate;
  /** The engine's growth since it began to load: resident bytes (mapped weights included), and the device's. Null: not loaded. */
  readonly used: MemoryUse | null;
}

export interface DevicesParams {
  /** What the engine is to compute with. */
  readonly gpu: GpuChoice;
  /** Only this one; all when absent. */
  readonly only?: DeviceState["device"];
}

/** One of llama.cpp's back ends on this machine. */
export interface DeviceState {
  readonly device: "cpu" | "metal" | "cuda" | "vulkan";
  /** It loads and finds a device. */
  readonly works: boolean;
  /** This engine computes with it. */
  readonly inUse: boolean;
  /** Names of the devices it found. */
  readonly names: readonly string[];
  /** Of the CPU: what it can do that llama.cpp makes use of ("AVX2", "FMA"). Empty for the others. */
  readonly features: readonly string[];
  /** Bytes of the devices' memory; null where that isn't known. */
  readonly total: number | null;
  readonly free: number | null;
  /** Why it doesn't work; null where it does. */
  readonly problem: DeviceProblem | null;
}

/**
 * `noDriver`: no device or driver was found. `noLibraries`: the libraries of its maker's that its binaries need (CUDA's
 * cudart and cublas) were not found. `noRuntime`: its binaries are not here. `failed`: the log says why.
 */
export type DeviceProblem = "otherSystem" | "noDriver" | "noLibraries" | "noRuntime" | "failed";

export interface VersionsParams {
  /** What the engine computes with: llama.cpp is loaded for it, if it is not yet. */
  readonly gpu: GpuChoice;
}

/** {@link EngineVersions}, and the engine process's own Node.js ("v20.18.0"). */
export interface ProcessVersions extends EngineVersions {
  readonly node: string;
}

/** How files are fetched. */
export interface Network {
  /** `http://host:port`, or null for what the environment says. */
  readonly proxy: string | null;
  /** Certificates are checked. */
  readonly strictSSL: boolean;
  /** Base address of Hugging Face or of a mirror of it, with a slash at the end. */
  readonly huggingFace: string;
  /** Access token for {@link huggingFace}, sent nowhere else. */
  readonly token: string | null;
}

export interface InspectParams {
  /** An `https:` or `http:` URL, or an `hf:` URI as node-llama-cpp understands it. */
  readonly uri: string;
  readonly network: Network;
}

/** A file that could be downloaded, of which nothing but its header was read. */
export interface RemoteFile {
  /** Where it really is, without a token. */
  readonly url: string;
  readonly fileName: string;
  /** Of all parts together. */
  readonly bytes: number;
  readonly parts: number;
  /** What is known of its content beforehand: lower-case hex, of the (first) file. */
  readonly sha256: string | null;
  /** Null where it is no GGUF. */
  readonly facts: ModelFacts | null;
}

export interface DownloadParams {
  readonly uri: string;
  /** Absolute path of the folder the file goes to; made if it is not there. */
  readonly folder: string;
  readonly fileName?: string;
  /** Subresource integrity ("sha256-…", "sha512-…", base64) that the file must have. Without: what the server says, if it does. */
  readonly integrity?: string;
  /** What is fetched must be a GGUF. */
  readonly gguf: boolean;
  readonly network: Network;
}

export interface DownloadedFile {
  /** Absolute path of the (first) file, under its final name. */
  readonly path: string;
  readonly bytes: number;
  /** What its content was checked against. */
  readonly verified: "checksum" | "size";
}

/** npm packages to be unpacked, as `npm pack` and the registry give them. */
export interface UnpackParams {
  /** Absolute paths of .tgz files, in any order and by any name. */
  readonly files: readonly string[];
  /** What has to be among the files, known by its subresource integrity ("sha512-…"), and nothing else is unpacked. */
  readonly packages: readonly {readonly name: string; readonly integrity: string}[];
  /** Absolute path of the folder in which each package gets a folder of its name. It is replaced whole, or not at all. */
  readonly folder: string;
}

export interface UnpackedFolder {
  /** Of all files in it. */
  readonly bytes: number;
}

/** Ends the name of the note that lies beside a partial download: an {@link UnfinishedNote} as JSON. */
export const unfinishedEnding = ".unfinished.json";

/** A download that was not brought to its end. The same request goes on with it. */
export interface UnfinishedNote {
  readonly uri: string;
  /** Of the (first) file, once it is whole. */
  readonly fileName: string;
  /** Of all parts. */
  readonly bytes: number;
  /** Names of the partial files, in the note's folder; those that have not been begun are not there yet. */
  readonly partials: readonly string[];
  /** What stands for each part's content: another one means that it has to be fetched anew. */
  readonly validators: readonly (string | null)[];
  /** The process that wrote it last. */
  readonly process: number;
}

/**
 * Work done and to do: tokens for `score` and `complete`, bytes for `download`, `verify` and `unpack`. `total` of `wait` is the
 * place in line: 1 is next.
 */
export interface Progress {
  readonly stage: "wait" | "load" | "score" | "complete" | "download" | "verify" | "unpack";
  readonly done: number;
  readonly total: number;
  /** Of a completion: what there is of it. */
  readonly text?: string;
}

/** Method name → what it takes and gives. */
export interface EngineRequests {
  describe: {params: DescribeParams; result: ModelDescription};
  count: {params: CountParams; result: CountResult};
  tokenize: {params: TokenizeParams; result: TokenList};
  score: {params: ScoreParams; result: Scores};
  alternatives: {params: AlternativesParams; result: Alternatives};
  tokenTexts: {params: TokenTextsParams; result: readonly string[]};
  complete: {params: CompleteParams; result: Completion};
  estimate: {params: EstimateParams; result: MemoryEstimate};
  memory: {params: EstimateParams; result: MemoryReport};
  devices: {params: DevicesParams; result: readonly DeviceState[]};
  versions: {params: VersionsParams; result: ProcessVersions};
  inspect: {params: InspectParams; result: RemoteFile};
  download: {params: DownloadParams; result: DownloadedFile};
  unpack: {params: UnpackParams; result: UnpackedFolder};
}

export type EngineMethod = keyof EngineRequests;

/** Notification to the engine: hand over what there is of a request's answer. Only `score` and `complete` have answers in part. */
export const stopNotification = "stop";

export interface StopParams {
  /** The request's number. */
  readonly request: number;
}

/** Notification to the engine: the models that are still wanted. The others are given back, once no request uses them. */
export const retainNotification = "retain";

export interface RetainParams {
  readonly models: readonly ModelSpec[];
}

/** Notifications from the engine. */
export const logNotification = "log";
export const progressNotification = "progress";
export const noticeNotification = "notice";
export const holdingNotification = "holding";

export type LogLevel = "error" | "warn" | "info" | "debug" | "trace";

export interface LogParams {
  readonly level: LogLevel;
  readonly message: string;
}

/**
 * Something a person should know although the request goes on. `fewerLayers`: the device's memory was too small for the
 * layers that were to be on it, and holds fewer.
 */
export interface NoticeParams {
  readonly kind: "fewerLayers";
  /** Absolute path of the model's file. */
  readonly model: string;
  /** One sentence. */
  readonly message: string;
}

/** What the engine process holds; told when that has changed. */
export interface Holding {
  readonly models: readonly HeldModel[];
  /** Bytes: of the whole process, mapped files included; of devices, what its models have taken. */
  readonly memory: MemoryUse;
}

export interface HeldModel {
  /** Absolute path of its file. */
  readonly path: string;
  /** What its weights are on. Null while only its vocabulary is loaded. */
  readonly device: DeviceState["device"] | null;
}

/** Progress of one request, found by the number its caller gave it. */
export interface ProgressParams extends Progress {
  readonly request: number;
}

/** A request as it travels: its parameters and the number its progress is reported under. */
export interface RequestEnvelope<M extends EngineMethod> {
  readonly request: number;
  readonly params: EngineRequests[M]["params"];
}

/** What can go wrong in a way a person can act on. */
export type ErrorKind =
  | "modelMissing"
  | "modelIsDirectory"
  | "modelUnreadable"
  | "notGguf"
  | "modelIncomplete"
  | "unknownArchitecture"
  | "modelFailed"
  | "modelUnsuitable"
  | "predictsNothing"
  | "noRuntime"
  | "outOfMemory"
  | "contextFailed"
  | "emptyText"
  | "nothingToScore"
  | "longRun"
  | "untrusted"
  | "busy"
  | "noGit"
  | "noRepository"
  | "gitFailed"
  | "noSpans"
  | "noEvaluation"
  | "noFolder"
  | "noInlineSuggestions"
  | "invalidRequest"
  | "badAddress"
  | "notFound"
  | "accessDenied"
  | "rateLimited"
  | "serverFailed"
  | "connectionLost"
  | "diskFull"
  | "folderUnwritable"
  | "settingsUnwritable"
  | "wrongContent"
  | "noRuntimeOffered"
  | "wrongPackage"
  | "engineDied"
  | "engineStopped"
  | "cannotStart";

/** An error for people: what happened and what to do next, in one sentence. Everything else is a bug. */
export class HumanError extends Error {
  override readonly name = "HumanError";
  constructor(
    readonly kind: ErrorKind,
    message: string
  ) {
    super(message);
  }
}

/** File descriptor of the line on which the engine process sends back its owner's heartbeats, and the argument that says it is there. */
export const heartbeatDescriptor = 4;
export const heartbeatArgument = "--heartbeat";

/** JSON-RPC: the answer to a request that was cancelled. */
export const requestCancelledCode = -32800;

/** JSON-RPC code of a {@link HumanError}; its `data` is {@link HumanErrorData}. */
export const humanErrorCode = -32001;

/** Environment variables of the engine process: what to word errors in, and the file of its translations. Without: English. */
export const languageVariables = {locale: "TOKENSCOPE_LOCALE", bundle: "EXTENSION_BUNDLE_PATH"} as const;

export interface HumanErrorData {
  readonly kind: ErrorKind;
}
