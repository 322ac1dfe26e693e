import type {ChatCount, CountChatParams} from "../contract/chat";
import type {CompleteParams, Completion} from "../contract/completion";
import type {ScoresUnder, ScoreUnderParams} from "../contract/constrained";
import type {DeviceState} from "../contract/devices";
import type {MemoryEstimate, ModelDescription, ModelRef} from "../contract/models";
import type {NextDistribution, NextParams, SampleParams, Samples} from "../contract/sampling";
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
} from "../contract/scoring";
import type {TokenInfo, TokenInfoParams} from "../contract/tokenInfo";
import type {SearchVocabularyParams, VocabularyFacts, VocabularyMatches} from "../contract/vocabulary";
import type {Backend, RequestContext} from "./backend";
import {requireCompleting} from "./capabilities";
import {countChat} from "./chat/countChat";
import {Constraints} from "./constraints";
import {measure} from "./measure";
import {OpenDocuments} from "./openDocuments";
import {Sampling} from "./sampling";
import {Scoring} from "./scoring";

/** An open model: what requests ask, made of what its backend can do. */
export class Model {
  private readonly scoring: Scoring;
  private readonly sampling: Sampling;
  readonly documents: OpenDocuments;

  constructor(
    ref: ModelRef,
    private readonly backend: Backend
  ) {
    const constraints = new Constraints(backend);
    this.scoring = new Scoring(ref, backend, constraints);
    this.sampling = new Sampling(backend, constraints);
    this.documents = new OpenDocuments(backend);
  }

  get loadedOn(): DeviceState["device"] | null {
    return this.backend.loadedOn;
  }

  async describe(): Promise<ModelDescription> {
    return await this.backend.describe();
  }

  async count({text}: CountParams, {signal}: RequestContext): Promise<CountResult> {
    return {
      ...(await this.countAlone(text, signal)),
      warnings: await this.warnings(),
      model: await this.describe()
    };
  }

  /** Those that are the same whatever is asked. */
  async warnings(): Promise<readonly string[]> {
    return await this.backend.warnings({});
  }

  /** {@link count} without what describes the model. */
  async countAlone(text: string, signal: AbortSignal): Promise<Pick<CountResult, "count" | "characters" | "bytes">> {
    return {count: await this.backend.countTokens(text.toWellFormed(), signal), ...(await measure(text, signal))};
  }

  async tokenize({text, special = false, texts}: TokenizeParams, {signal}: RequestContext): Promise<TokenList> {
    const {ids, ends} = await this.backend.tokenize(text.toWellFormed(), {special, behind: false}, signal);
    return {
      model: await this.backend.describe(),
      ids,
      ends,
      ...(await measure(text, signal)),
      texts: await this.backend.tokenTexts(ids.subarray(0, texts ?? ids.length)),
      warnings: await this.backend.warnings({ids})
    };
  }

  async countChat(params: CountChatParams, {signal}: RequestContext): Promise<ChatCount> {
    return await countChat(this.backend, params, signal);
  }

  async tokenTexts({ids}: TokenTextsParams): Promise<readonly string[]> {
    return await this.backend.tokenTexts(ids);
  }

  async tokenBytes({ids}: TokenTextsParams): Promise<TokenBytes> {
    return await this.backend.tokenBytes(ids);
  }

  async tokenInfo({ids}: TokenInfoParams, {signal}: RequestContext): Promise<readonly TokenInfo[]> {
    return await this.backend.tokenInfo(ids, signal);
  }

  async vocabularyFacts(): Promise<VocabularyFacts> {
    return {...(await this.backend.vocabularyFacts()), model: await this.backend.describe()};
  }

  async searchVocabulary(params: SearchVocabularyParams, {signal}: RequestContext): Promise<VocabularyMatches> {
    return {ids: await this.backend.searchVocabulary(params, signal)};
  }

  async score(params: ScoreParams, context: RequestContext): Promise<Scores> {
    return await this.scoring.score(params, context);
  }

  async scoreTokens(params: ScoreTokensParams, context: RequestContext): Promise<TokensScore> {
    return await this.scoring.scoreTokens(params, context);
  }

  async scoreUnder(params: ScoreUnderParams, context: RequestContext): Promise<ScoresUnder> {
    return await this.scoring.scoreUnder(params, context);
  }

  async alternatives(params: AlternativesParams, context: RequestContext): Promise<Alternatives> {
    return await this.scoring.alternatives(params, context);
  }

  async complete(params: CompleteParams, context: RequestContext): Promise<Completion> {
    requireCompleting(await this.backend.describe());
    return await this.backend.complete(params, context);
  }

  async next(params: NextParams, context: RequestContext): Promise<NextDistribution> {
    return await this.sampling.next(params, context);
  }

  async sample(params: SampleParams, context: RequestContext): Promise<Samples> {
    return await this.sampling.sample(params, context);
  }

  async estimate(): Promise<MemoryEstimate> {
    return await this.backend.estimate();
  }

  async dispose(): Promise<void> {
    await this.backend.dispose();
  }
}
