import type {ChatCount, CountChatParams} from "./chat";
import type {CompleteParams, Completion} from "./completion";
import type {ScoresUnder, ScoreUnderParams} from "./constrained";
import type {DeviceState, DevicesParams, ProcessVersions, VersionsParams} from "./devices";
import type {
  ChangeDocumentParams,
  CloseDocumentParams,
  DocumentCount,
  DocumentRangesParams,
  DocumentRef,
  DocumentTokens,
  DocumentTokensParams,
  OfDocument,
  OpenDocumentParams,
  RangesCount,
  TokenEnd,
  TokenEndParams
} from "./documents";
import type {CountBytesParams, CountFilesParams, FileCounts} from "./fileCounts";
import type {DescribeParams, EstimateParams, MemoryEstimate, MemoryReport, ModelDescription, ModelRef} from "./models";
import type {NextDistribution, NextParams, SampleParams, Samples} from "./sampling";
import type {
  Alternatives,
  AlternativesParams,
  CountParams,
  CountResult,
  ScoreParams,
  Scores,
  ScoreTokensParams,
  TokenBytes,
  TokenizeParams,
  TokenList,
  TokensScore,
  TokenTextsParams
} from "./scoring";
import type {TokenInfo, TokenInfoParams} from "./tokenInfo";
import type {DownloadedFile, DownloadParams, InspectParams, RemoteFile, UnpackedFolder, UnpackParams} from "./transfer";
import type {SearchVocabularyParams, VocabularyFacts, VocabularyFactsParams, VocabularyMatches} from "./vocabulary";

/** Method name → what it takes and gives. */
export interface EngineRequests {
  describe: {params: DescribeParams; result: ModelDescription};
  count: {params: CountParams; result: CountResult};
  countFiles: {params: CountFilesParams; result: FileCounts};
  countBytes: {params: CountBytesParams; result: FileCounts};
  countChat: {params: CountChatParams; result: ChatCount};
  tokenize: {params: TokenizeParams; result: TokenList};
  openDocument: {params: OpenDocumentParams; result: DocumentCount};
  changeDocument: {params: ChangeDocumentParams; result: OfDocument<DocumentCount>};
  closeDocument: {params: CloseDocumentParams; result: null};
  countDocument: {params: DocumentRef; result: OfDocument<DocumentCount>};
  countRanges: {params: DocumentRangesParams; result: OfDocument<RangesCount>};
  documentTokens: {params: DocumentTokensParams; result: OfDocument<DocumentTokens>};
  tokenEnd: {params: TokenEndParams; result: OfDocument<TokenEnd>};
  score: {params: ScoreParams; result: Scores};
  scoreTokens: {params: ScoreTokensParams; result: TokensScore};
  scoreUnder: {params: ScoreUnderParams; result: ScoresUnder};
  alternatives: {params: AlternativesParams; result: Alternatives};
  tokenTexts: {params: TokenTextsParams; result: readonly string[]};
  tokenBytes: {params: TokenTextsParams; result: TokenBytes};
  tokenInfo: {params: TokenInfoParams; result: readonly TokenInfo[]};
  vocabularyFacts: {params: VocabularyFactsParams; result: VocabularyFacts};
  searchVocabulary: {params: SearchVocabularyParams; result: VocabularyMatches};
  complete: {params: CompleteParams; result: Completion};
  next: {params: NextParams; result: NextDistribution};
  sample: {params: SampleParams; result: Samples};
  estimate: {params: EstimateParams; result: MemoryEstimate};
  memory: {params: EstimateParams; result: MemoryReport};
  devices: {params: DevicesParams; result: readonly DeviceState[]};
  versions: {params: VersionsParams; result: ProcessVersions};
  inspect: {params: InspectParams; result: RemoteFile};
  download: {params: DownloadParams; result: DownloadedFile};
  unpack: {params: UnpackParams; result: UnpackedFolder};
}

export type EngineMethod = keyof EngineRequests;

/**
 * Notification to the engine: hand over what there is of a request's answer. `score`, `scoreTokens`, `scoreUnder`, `complete` and
 * `sample` have answers in part.
 */
export const stopNotification = "stop";

export interface StopParams {
  /** The request's number. */
  readonly request: number;
}

/** Notification to the engine: the models that are still wanted. The others are given back, once no request uses them. */
export const retainNotification = "retain";

export interface RetainParams {
  readonly models: readonly ModelRef[];
}

/** The token of JSON-RPC's progress under which a request's {@link ScorePart}s are sent. Its other progress is under its number. */
export function partsToken(request: number): string {
  return `parts:${request}`;
}

/** Notifications from the engine. */
export const logNotification = "log";

export const noticeNotification = "notice";

export const holdingNotification = "holding";

export type LogLevel = "error" | "warn" | "info" | "debug" | "trace";

export interface LogParams {
  readonly level: LogLevel;
  readonly message: string;
}

/**
 * Something a person should know although the request goes on. `fewerLayers`: the device's memory was too small for the
 * layers that were to be on it, and holds fewer. `slowDetail`: the fast way to read whole distributions does not work here.
 */
export interface NoticeParams {
  readonly kind: "fewerLayers" | "slowDetail";
  /** Absolute path of the model's file. */
  readonly model: string;
  /** One sentence. */
  readonly message: string;
}

/** A request as it travels: its parameters and the number its progress is reported under. */
export interface RequestEnvelope<M extends EngineMethod> {
  readonly request: number;
  readonly params: EngineRequests[M]["params"];
}

/** File descriptor of the line on which the engine process sends back its owner's heartbeats, and the argument that says it is there. */
export const heartbeatDescriptor = 4;

export const heartbeatArgument = "--heartbeat";

/** Environment variables of the engine process: what to word errors in, and the file of its translations. Without: English. */
export const languageVariables = {locale: "TOKENSCOPE_LOCALE", bundle: "EXTENSION_BUNDLE_PATH"} as const;

/** Environment variable of the engine process: {@link guardedEvaluator} takes the other way to evaluate. */
export const evaluatorVariable = "TOKENSCOPE_EVALUATOR";

/** Evaluates through node-llama-cpp, which catches drivers' C++ exceptions. */
export const guardedEvaluator = "node-llama-cpp";
