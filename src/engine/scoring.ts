import * as l10n from "@vscode/l10n";
import type {ScoresUnder, ScoreUnderParams} from "../contract/constrained";
import {EngineError} from "../contract/errors";
import type {ModelDescription, ModelRef} from "../contract/models";
import {
  type Alternatives,
  type AlternativesParams,
  fullDetail,
  type ScoreParams,
  type Scores,
  type ScoreTokensParams,
  type TokensScore
} from "../contract/scoring";
import {summarize} from "../metrics/summary";
import type {Windowing} from "../metrics/windowing";
import type {Backend, PositionSets, RequestContext, ScoringTask, TextTokens} from "./backend";
import {possibleDetail, possibleTop, requireScoring} from "./capabilities";
import {Constraints} from "./constraints";
import {ScoreCache} from "./scoreCache";
import {copyScores, type ScoredTokens, tokensFrom, unscore, unscoredTokens, withTop} from "./scoredTokens";
import {ScoreStream, scoresBetween} from "./scoreStream";
import {inShortWindow, resolveWindowing, ropeFactors, windowOf} from "./scoringWindows";
import {cutWarning, tokensBehind} from "./textBehind";
import {TextUnderConstraint} from "./textUnderConstraint";
import {Turns} from "./turns";

/** A text as it is scored. */
interface PreparedText {
  readonly model: ModelDescription;
  readonly tokens: TextTokens;
  /** As many of the tokens before the text as are given to the model. */
  readonly contextIds: Int32Array;
  readonly windowing: Windowing;
  /** Alternatives of each token that were asked for. */
  readonly top: number;
  readonly warnings: readonly string[];
}

/** How texts are scored, whatever computes the scores: windows, context, what is known already, and what comes of it. */
export class Scoring {
  private readonly cache = new ScoreCache();

  constructor(
    private readonly ref: ModelRef,
    private readonly backend: Backend,
    private readonly constraints = new Constraints(backend)
  ) {}

  async score(params: ScoreParams, context: RequestContext): Promise<Scores> {
    return await this.scorePrepared(params, await this.prepare(params, context.signal), context);
  }

  /** The same scores, with what a constraint does to the model's distributions. */
  async scoreUnder({constraint, ...params}: ScoreUnderParams, context: RequestContext): Promise<ScoresUnder> {
    const {backend} = this;
    const prepared = await this.prepare(params, context.signal);
    const constrained = await this.constraints.of(constraint, "read");
    const {tokens, contextIds} = prepared;
    const turns = new Turns((signal) => backend.idle(signal), context.signal);
    const text = {...tokens, contextTokens: contextIds.length};
    const under = await TextUnderConstraint.of(text, constrained, await backend.tokenTable(), turns);
    // The first alternative is the model's first choice.
    const scores = await this.scorePrepared(params, {...prepared, top: Math.max(1, prepared.top)}, context, under);
    return {
      ...scores,
      ...withTop(scores, prepared.top),
      constrained: await under.result(scores),
      warnings: [...scores.warnings, ...constrained.warnings]
    };
  }

  private async scorePrepared(
    params: ScoreParams,
    {model, tokens, contextIds, windowing, top, ...prepared}: PreparedText,
    context: RequestContext,
    sets?: PositionSets
  ): Promise<Scores> {
    const {backend} = this;
    // Reading a large file takes a while, so it is read while the text is scored.
    const identity = backend.identity();
    identity.catch(() => undefined);
    const ids = joined(contextIds, tokens.ids);
    const factors = ropeFactors(await backend.windowLimits(), windowing.window);
    const about = {
      spec: this.ref,
      windowing,
      ...(factors === null ? {} : {ropeFactors: factors}),
      ...tokens,
      contextIds
    };
    // What is free is known to the next request, which may ask for it.
    const kept = model.capabilities.detailIsFree ? Math.max(top, possibleDetail(fullDetail, model)) : top;
    const {onPart} = context;
    const begin = (known: ScoredTokens, until: number): ScoreStream | undefined => {
      if (!params.stream || onPart === undefined) return undefined;
      const shown = top === 0 ? {...known, detail: null} : known;
      const summary = summarize(params.text, {...tokensFrom(known, contextIds.length), ends: tokens.ends});
      const scores = scoresBetween(shown, contextIds.length, contextIds.length, until);
      onPart({kind: "beginning", ...about, model, summary, scores});
      return new ScoreStream(shown, contextIds.length, until, onPart);
    };
    const task = {windowing, ids, contextTokens: contextIds.length, sets};
    const all = await this.scoreUnknown(task, kept, begin, context);
    const scored = {...all, ...withTop(all, top)};
    // Ranks that are known are counted also where they are not asked for: the same text has the same numbers everywhere.
    const summary = summarize(params.text, {...all, ends: tokens.ends});
    const sha256 = await identity;
    const {versions, ...running} = await backend.provenance(context);
    return {
      ...about,
      model: {...model, sha256, ...running},
      ...scored,
      summary,
      ...(versions === undefined ? {} : {versions}),
      warnings: [...prepared.warnings, ...(await backend.warnings({ids, windowing}))]
    };
  }

  /** These scores are not kept: they are seldom needed twice, and would push those of a text out of the cache. */
  async scoreTokens(params: ScoreTokensParams, context: RequestContext): Promise<TokensScore> {
    const {backend} = this;
    const {ids, contextTokens, from} = params;
    const model = await this.checked(params, from);
    if (!Number.isSafeInteger(contextTokens) || contextTokens < 0 || contextTokens > from) throw noSuchToken();
    const windowing = await this.windowingOf(params.windowing, model);
    const scored = unscoredTokens(ids.length, 0);
    const known = await backend.scoreWindows({ids, contextTokens, windowing, from}, scored, context);
    const finished = known === ids.length;
    if (!finished) unscore(scored, Math.max(known, from));
    return {logprobs: scored.logprobs.slice(from), finished};
  }

  async alternatives(params: AlternativesParams, context: RequestContext): Promise<Alternatives> {
    const {backend} = this;
    const {ids, position} = params;
    const model = await this.checked(params, position);
    const windowing = await this.windowingOf(params.windowing, model);
    const window = windowOf(position, windowing);
    if (window === undefined)
      throw new EngineError(
        "invalidRequest",
        l10n.t("This token has no score, because it has no context: there is nothing to compare.")
      );
    return await backend.alternatives({ids, position, windowing, window, top: possibleTop(params.top, model)}, context);
  }

  /** Makes sure that tokens are this model's, and that there is one at the position. */
  private async checked(
    {ids, sha256}: Pick<AlternativesParams, "ids" | "sha256">,
    position: number
  ): Promise<ModelDescription> {
    const {backend} = this;
    const model = await backend.describe();
    requireScoring(model);
    const known = ids.every((id) => id >= 0 && id < model.vocabularySize);
    if (!known || !Number.isSafeInteger(position) || position < 0 || position >= ids.length) throw noSuchToken();
    if (sha256 !== undefined && sha256 !== (await backend.identity()))
      throw new EngineError(
        "invalidRequest",
        l10n.t('These scores are of another model than the one in use now ("{0}"): score the text again.', model.file)
      );
    return model;
  }

  private async prepare(params: ScoreParams, signal: AbortSignal): Promise<PreparedText> {
    const {backend} = this;
    const {text, context = ""} = params;
    if (text === "")
      throw new EngineError(
        "emptyText",
        l10n.t("There is no text to score: select some, or open a file that has some.")
      );
    const {tokens, before, warnings} = await tokensBehind(backend, params, signal);
    const model = await backend.describe();
    requireScoring(model);
    const asked = await this.windowingOf(params, model);
    const bosCount = asked.bos ? 1 : 0;
    const length = bosCount + before.length + tokens.ids.length;
    const windowing = inShortWindow(asked, await backend.windowLimits(), length);
    const {mode, window, stride} = windowing;
    const {detailIsFree} = model.capabilities;
    if (mode === "llama-perplexity") requireWholeChunk(window, tokens.ids.length, bosCount, context);
    const inOneWindow = params.joined ? window - bosCount - tokens.ids.length : 0;
    const room = Math.max(0, window - bosCount - stride, inOneWindow);
    const cut = Math.max(0, before.length - room);
    return {
      model,
      tokens,
      contextIds: before.slice(cut),
      windowing,
      top: possibleDetail(params.top ?? (detailIsFree ? fullDetail : 0), model),
      warnings: params.joined && cut > 0 ? [...warnings, cutWarning(cut)] : warnings
    };
  }

  private async windowingOf(
    {mode, window, stride}: Partial<Windowing>,
    {addsBos, contextSize}: ModelDescription
  ): Promise<Windowing> {
    const {maxWindow} = await this.backend.windowLimits();
    return resolveWindowing({mode, window, stride, bos: addsBos, contextSize, positions: maxWindow});
  }

  /** Scores what is not known of these tokens from the last times, and gives the scores of those behind the context. */
  private async scoreUnknown(
    {sets, ...asked}: Omit<ScoringTask, "from" | "onScored">,
    top: number,
    begin: (known: ScoredTokens, until: number) => ScoreStream | undefined,
    context: RequestContext
  ): Promise<ScoredTokens & {finished: boolean}> {
    const {windowing, ids, contextTokens} = asked;
    const scored = unscoredTokens(ids.length, top);
    // What a constraint does to a distribution is not known from the last time.
    const found = sets === undefined ? this.cache.find(asked, top) : undefined;
    const from = found?.until ?? contextTokens;
    if (found !== undefined) copyScores(found.entry, scored, from);
    const isWhole = found !== undefined && from === ids.length && found.entry.ids.length === ids.length;
    const stream = isWhole ? undefined : begin(scored, from);
    const task = {...asked, sets, from, ...(stream && {onScored: (until: number) => stream.upTo(until)})};
    const known = isWhole ? ids.length : await this.backend.scoreWindows(task, scored, context);
    stream?.upTo(known);
    const finished = known === ids.length;
    // Windows are scored side by side: what lies behind a gap is no beginning of the text.
    if (!finished) unscore(scored, known);
    // A chunk that the text does not fill is scored when the text goes on.
    const unfilled =
      windowing.mode === "llama-perplexity" ? (ids.length + (windowing.bos ? 1 : 0)) % windowing.window : 0;
    const isContinued = from === found?.entry.ids.length && (top > 0 || found?.entry.detail === null);
    this.cache.keep(
      {...asked, known: Math.min(known, ids.length - unfilled), ...scored},
      isContinued ? found?.entry : undefined
    );
    return {...tokensFrom(scored, contextTokens), finished};
  }
}

function noSuchToken(): EngineError {
  return new EngineError("invalidRequest", l10n.t("There is no such token in this model: score the text again."));
}

function requireWholeChunk(window: number, tokens: number, bosCount: number, context: string): void {
  if (tokens + bosCount < window)
    throw new EngineError(
      "nothingToScore",
      l10n.t(
        "llama-perplexity mode needs at least {0} tokens and this text has {1}: use a smaller window, or document mode.",
        window,
        tokens
      )
    );
  if (context !== "")
    throw new EngineError(
      "invalidRequest",
      l10n.t("llama-perplexity mode scores a text by itself: use document mode to score it in a context.")
    );
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
