import path from "node:path";
import {setImmediate} from "node:timers/promises";
import * as l10n from "@vscode/l10n";
import type {Llama, LlamaContextSequence, LlamaModel} from "node-llama-cpp";
import {withLineEndsOf} from "../../completion/lines";
import type {CompleteParams, Completion} from "../../contract/completion";
import type {DeviceState, EngineVersions} from "../../contract/devices";
import {EngineError} from "../../contract/errors";
import {
  automaticContextLimit,
  type MemoryEstimate,
  type ModelDescription,
  type ModelRef,
  type RunningModel
} from "../../contract/models";
import type {
  Alternatives,
  AlternativesParams,
  CountResult,
  ScoreParams,
  Scores,
  TokenizeParams,
  TokenList
} from "../../contract/scoring";
import {whyNotGenerating} from "../../gguf/architectureKind";
import {displayName} from "../../gguf/displayName";
import {elements} from "../../gguf/ggmlTypes";
import {scoringBatch} from "../../gguf/memory";
import {summarize} from "../../metrics/summary";
import type {Windowing} from "../../metrics/windowing";
import {codePoints, utf8Length} from "../../text/textOffsets";
import type {Backend, EngineLog, Notify, RequestContext} from "../backend";
import {Foreground} from "../foreground";
import {Mutex} from "../mutex";
import {ScoreCache} from "../scoreCache";
import {resolveWindowing} from "../scoringWindows";
import {bosOf} from "./bos";
import {Completer} from "./completer";
import {Prompts} from "./completionPrompt";
import {
  contextShortage,
  contextTooLarge,
  DeviceShortage,
  isShortage,
  loadError,
  saysDeviceShortage
} from "./loadErrors";
import {ropeFactorsOf, withShortRope} from "./longRope";
import {markTokens} from "./markTokens";
import {estimateHeader} from "./memory";
import {checkHeaders, sha256Of} from "./modelFile";
import {activeParameters, contextSizeOf, positionsOf, purposeOfModel, trainedContextOf} from "./modelHeader";
import {explaining, llamaRuntime} from "./runtime";
import {
  alternativesAt,
  type BatchTurn,
  batchStart,
  copyScores,
  type ScoredTokens,
  scoreTokens,
  tokensFrom,
  unscore,
  unscoredTokens
} from "./scorer";
import {versionsOf} from "./versions";
import {Vocabulary} from "./vocabulary";
import {doubleBosWarnings, vocabularyWarnings, windowWarnings} from "./warnings";
import {deviceOf, loadModel, Weights} from "./weights";

/** UTF-16 units whose characters and bytes are counted before others have their turn. */
const measuredAtOnce = 1 << 20;

/** A context had no room on the device beside `model`: with fewer layers there, it may have. */
class NoRoomBeside extends Error {
  constructor(readonly model: LlamaModel) {
    super("The device's memory has no room for a context");
  }
}

/** What is known without the weights. */
interface VocabularyPart {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly vocabulary: Vocabulary;
  /** Those that are the same whatever is asked. */
  readonly warnings: readonly string[];
}

/** The KV caches for scoring, each a context with one sequence; the second is made when it is of use. */
interface ScoringPart {
  readonly size: number;
  readonly sequence: Promise<LlamaContextSequence>;
  second: Promise<LlamaContextSequence> | undefined;
}

/** The KV cache for completing, and what is kept beside it from one completion to the next. */
interface CompletingPart {
  readonly sequence: LlamaContextSequence;
  readonly completer: Completer;
  readonly prompts: Prompts;
}

/**
 * A GGUF model run by node-llama-cpp in this process. Three parts are loaded when they are first needed and no earlier:
 * the vocabulary (counting needs no more), the weights, and a KV cache for scoring and one for completing, which thus
 * never spoil each other's.
 */
export class LlamaBackend implements Backend {
  private readonly foreground = new Foreground();
  private readonly vocabularyPart: Promise<VocabularyPart>;
  private readonly weights: Weights;
  private scoring: ScoringPart | undefined;
  private readonly scoreCache = new ScoreCache();
  private completing: Promise<CompletingPart> | undefined;
  /** Ends the completion that nobody waits for, if one runs. */
  private background: AbortController | undefined;
  private readonly scoringTurn = new Mutex();
  /** Something is being scored. */
  private scores = false;
  private readonly completingTurn = new Mutex();
  private description: Promise<ModelDescription> | undefined;
  private sha256: Promise<string> | undefined;
  private readonly disposing = new AbortController();
  /** Requests that wait to load the weights anew: long work stands aside for them. */
  private makingRoom = 0;

  constructor(
    private readonly spec: ModelRef,
    private readonly log: EngineLog,
    notify: Notify
  ) {
    this.vocabularyPart = this.loadVocabulary();
    // Whoever asks gets the failure; without anyone asking it is no crash.
    this.vocabularyPart.catch(() => undefined);
    this.weights = new Weights(spec, this.vocabularyPart, log, notify);
  }

  /** Asked several times by every request, and the same as long as the model is. */
  describe(): Promise<ModelDescription> {
    this.description ??= this.readDescription();
    return this.description;
  }

  private async readDescription(): Promise<ModelDescription> {
    const {vocabulary, model} = await this.vocabularyPart;
    const {GgufFileType} = await import("node-llama-cpp");
    const purpose = purposeOfModel(model.fileInfo);
    const {general} = model.fileInfo.metadata;
    const file = path.basename(this.spec.path);
    // Metadata are what a stranger wrote: of any type, and any length.
    const fileType: unknown = general?.file_type;
    const quantization = typeof fileType === "number" ? GgufFileType[fileType] : undefined;
    return {
      name: displayName(general?.name) ?? file,
      file,
      architecture: displayName(general?.architecture) ?? "unknown",
      quantization: quantization?.replace(/^(MOSTLY|ALL)_/, "") ?? "unknown",
      parameters: parametersOf(model),
      vocabularySize: vocabulary.size,
      contextSize: contextSizeOf(model.fileInfo, this.spec),
      addsBos: bosOf(model) !== null,
      capabilities: {
        generate: purpose === "generates",
        purpose,
        infill: new Prompts(model, vocabulary).infill !== null,
        spans: vocabulary.spans
      }
    };
  }

  async count({text}: {text: string}, {signal}: RequestContext): Promise<Omit<CountResult, "model">> {
    const {vocabulary, warnings} = await this.vocabularyPart;
    return {
      count: await vocabulary.countInTurns(text.toWellFormed(), signal),
      ...(await measure(text, signal)),
      warnings
    };
  }

  /** `behind`: something stands before the text. */
  async tokenize(
    {text, special = false, texts}: Omit<TokenizeParams, "model">,
    {signal}: RequestContext,
    behind = false
  ): Promise<TokenList> {
    const {vocabulary, model, warnings} = await this.vocabularyPart;
    const {ids, ends} = await vocabulary.tokensWithEnds(text.toWellFormed(), special, behind, signal);
    return {
      model: await this.describe(),
      ids,
      ends,
      ...(await measure(text, signal)),
      texts: Array.from(ids.subarray(0, texts ?? ids.length), (id) => vocabulary.text(id)),
      warnings: [...warnings, ...doubleBosWarnings(model, vocabulary, ids)]
    };
  }

  async tokenTexts(ids: Int32Array): Promise<readonly string[]> {
    const {vocabulary} = await this.vocabularyPart;
    return Array.from(ids, (id) => vocabulary.text(id));
  }

  async score(params: Omit<ScoreParams, "model">, context: RequestContext): Promise<Scores> {
    const {text, special = false} = params;
    if (text === "")
      throw new EngineError(
        "emptyText",
        l10n.t("There is no text to score: select some, or open a file that has some.")
      );
    const tokens = await this.tokenize({text, special, texts: 0}, context, Boolean(params.context));
    requireGenerating(tokens.model);
    const {vocabulary, model, warnings: ofVocabulary} = await this.vocabularyPart;
    const asked = resolveWindowing({
      mode: params.mode,
      window: params.window,
      stride: params.stride,
      bos: tokens.model.addsBos,
      contextSize: tokens.model.contextSize,
      positions: positionsOf(model.fileInfo)
    });
    const before = await vocabulary.tokenizeInTurns((params.context ?? "").toWellFormed(), special, context.signal);
    const bosCount = asked.bos ? 1 : 0;
    const windowing = withShortRope(model.fileInfo, asked, bosCount + before.length + tokens.ids.length);
    const {mode, window, stride} = windowing;
    if (mode === "llama-perplexity" && tokens.ids.length + bosCount < window)
      throw new EngineError(
        "nothingToScore",
        l10n.t(
          "llama-perplexity mode needs at least {0} tokens and this text has {1}: use a smaller window, or document mode.",
          window,
          tokens.ids.length
        )
      );
    if (mode === "llama-perplexity" && params.context)
      throw new EngineError(
        "invalidRequest",
        l10n.t("llama-perplexity mode scores a text by itself: use document mode to score it in a context.")
      );
    const contextIds = before.slice(Math.max(0, before.length - (window - bosCount - stride)));
    // A large file takes its time: it is read while the text is scored.
    const hashed = this.hash();
    hashed.catch(() => undefined);
    const ids = joined(contextIds, tokens.ids);
    const top = Math.min(params.top ?? 0, vocabulary.size);
    let scored: ScoredTokens & {finished: boolean};
    // Where it stood aside for others, it goes on from there.
    do {
      scored = await this.inScoringTurn(context, async () => {
        this.scores = true;
        try {
          return await this.scoreInTurn(windowing, ids, contextIds.length, top, context);
        } finally {
          this.scores = false;
        }
      });
    } while (!scored.finished && !context.stop?.aborted);
    const running: RunningModel = {...tokens.model, sha256: await hashed, ...(await this.device(context))};
    const ropeFactors = ropeFactorsOf(model.fileInfo, window);
    const summary = summarize(text, {...scored, ends: tokens.ends});
    const versions = await this.versions();
    const warnings = [
      ...ofVocabulary,
      ...doubleBosWarnings(model, vocabulary, ids),
      ...windowWarnings(model.fileInfo, window, Math.min(window, bosCount + ids.length))
    ];
    return {
      spec: this.spec,
      model: running,
      windowing,
      ...(ropeFactors === null ? {} : {ropeFactors}),
      ids: tokens.ids,
      ends: tokens.ends,
      ...scored,
      contextIds,
      summary,
      versions,
      warnings
    };
  }

  /** Scores what is not known of these tokens from the last times, and gives the scores of those behind the context. */
  private async scoreInTurn(
    windowing: Windowing,
    ids: Int32Array,
    contextTokens: number,
    top: number,
    context: RequestContext
  ): Promise<ScoredTokens & {finished: boolean}> {
    context.signal.throwIfAborted();
    const {vocabulary, model} = await this.vocabularyPart;
    const scored = unscoredTokens(ids.length, top);
    const found = this.scoreCache.find({windowing, ids, contextTokens}, top);
    const batchSize = scoringBatch(vocabulary.size);
    // The last batch of another text had other tokens in it.
    const from =
      found === undefined
        ? contextTokens
        : found.until === ids.length && found.entry.ids.length === ids.length
          ? ids.length
          : Math.max(contextTokens, batchStart(found.until, windowing, batchSize));
    if (found !== undefined) copyScores(found.entry, scored, from);
    let known = from;
    if (from < ids.length) {
      const sequences = await this.scoringSequences(windowing, ids.length - from, context);
      known = await scoreTokens(
        sequences,
        {ids, bos: bosOf(model), windowing, from, vocabularySize: vocabulary.size},
        scored,
        batchSize,
        this.foreground,
        {...context, stop: this.stopOf(context)}
      );
    }
    const finished = known === ids.length;
    // Windows are scored side by side: what lies behind a gap is no beginning of the text.
    if (!finished) unscore(scored, known);
    // A chunk that the text does not fill is scored when the text goes on.
    const {mode, window, bos} = windowing;
    const unfilled = mode === "llama-perplexity" ? (ids.length + (bos ? 1 : 0)) % window : 0;
    const scores = {windowing, ids, contextTokens, known: Math.min(known, ids.length - unfilled), ...scored};
    const continued = found?.until === found?.entry.ids.length && (top > 0 || found?.entry.detail === null);
    this.scoreCache.keep(scores, continued ? found?.entry : undefined);
    return {...tokensFrom(scored, contextTokens), finished};
  }

  async alternatives(params: Omit<AlternativesParams, "model">, context: RequestContext): Promise<Alternatives> {
    const {ids, position, windowing, top} = params;
    const description = await this.describe();
    requireGenerating(description);
    const {vocabulary, model} = await this.vocabularyPart;
    const known = ids.every((id) => id >= 0 && id < vocabulary.size);
    if (!known || !Number.isSafeInteger(position) || position < 0 || position >= ids.length)
      throw new EngineError("invalidRequest", l10n.t("There is no such token in this model: score the text again."));
    if (params.sha256 !== undefined && params.sha256 !== (await this.hash()))
      throw new EngineError(
        "invalidRequest",
        l10n.t(
          'These scores are of another model than the one in use now ("{0}"): score the text again.',
          description.file
        )
      );
    const checked = resolveWindowing({
      ...windowing,
      bos: description.addsBos,
      contextSize: description.contextSize,
      positions: positionsOf(model.fileInfo)
    });
    const askOf = async (sequence: () => Promise<LlamaContextSequence>, turn: BatchTurn): Promise<Alternatives> => {
      const found = await alternativesAt(
        sequence,
        ids,
        position,
        bosOf(model),
        checked,
        Math.min(top, vocabulary.size),
        scoringBatch(vocabulary.size),
        turn,
        context.signal
      );
      return {...found, top: found.top.map((rival) => ({...rival, text: vocabulary.text(rival.id)}))};
    };
    // Whoever looks at a token does not wait until a document is scored: the KV cache for completing can be had meanwhile. A
    // completion goes between two batches, and what it has changed is evaluated again.
    const fits = checked.window <= description.contextSize;
    if (this.scores && fits && sameRope(model, checked.window, description.contextSize))
      return await this.withRoom(context, () =>
        this.foreground.run(() =>
          askOf(
            async () => (await this.completingPart(await this.weights.get(context), description.contextSize)).sequence,
            (batch) => this.completingTurn.run(batch)
          )
        )
      );
    return await this.inScoringTurn(context, async () => {
      context.signal.throwIfAborted();
      return await askOf(
        () => this.scoringSequence(checked.window, context),
        async (batch) => {
          await this.foreground.turn();
          return await batch();
        }
      );
    });
  }

  async complete(params: Omit<CompleteParams, "model">, context: RequestContext): Promise<Completion> {
    const description = await this.describe();
    requireGenerating(description);
    this.background?.abort();
    if (!params.background) {
      // A wait for room is none in front of others: who makes room may be the one that waits behind.
      return await this.withRoom(context, () =>
        this.foreground.run(() => this.completeInTurn(params, description, context))
      );
    }
    const background = new AbortController();
    this.background = background;
    const stop = context.stop === undefined ? background.signal : AbortSignal.any([context.stop, background.signal]);
    return await this.withRoom(context, () => this.completeInTurn(params, description, {...context, stop}));
  }

  private async completeInTurn(
    params: Omit<CompleteParams, "model">,
    description: ModelDescription,
    context: RequestContext
  ): Promise<Completion> {
    return await this.completingTurn.run(async () => {
      context.signal.throwIfAborted();
      const started = performance.now();
      const model = await this.weights.get(context);
      const {completer, prompts} = await this.completingPart(model, description.contextSize);
      // However long the completion may become, most of the context is for what it continues.
      const reserved = Math.min(params.maxTokens, Math.floor(description.contextSize / 4));
      const room = Math.max(1, description.contextSize - reserved);
      const prompt = prompts.prompt(params, room);
      const ready = performance.now() - started;
      const completion = await completer.complete(prompt, params, context);
      const {warnings} = await this.vocabularyPart;
      const first = completion.firstTokenMilliseconds;
      const ropeFactors = ropeFactorsOf(model.fileInfo, description.contextSize);
      return {
        model: description,
        ...(ropeFactors === null ? {} : {ropeFactors}),
        ...completion,
        text: withLineEndsOf(completion.text, params.prefix, params.suffix),
        firstTokenMilliseconds: first === null ? null : ready + first,
        milliseconds: performance.now() - started,
        warnings: [
          ...warnings,
          ...windowWarnings(model.fileInfo, description.contextSize, completion.promptTokens + completion.ids.length)
        ]
      };
    });
  }

  get loadedOn(): DeviceState["device"] | null {
    return this.weights.device;
  }

  async estimate(): Promise<MemoryEstimate> {
    return await this.weights.estimate();
  }

  async dispose(): Promise<void> {
    this.disposing.abort();
    await this.weights.dispose();
    const part = await this.vocabularyPart.catch(() => undefined);
    await part?.model.dispose();
  }

  private async loadVocabulary(): Promise<VocabularyPart> {
    const llama = await llamaRuntime(this.spec.gpu, this.spec.threads, this.log);
    await checkHeaders(this.spec.path);
    const model = await loadModel(llama, this.spec.path, {vocabOnly: true, gpuLayers: 0}, this.log);
    const vocabulary = new Vocabulary(model);
    return {llama, model, vocabulary, warnings: vocabularyWarnings(model, vocabulary)};
  }

  private inScoringTurn<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    return this.withRoom(context, () => this.scoringTurn.run(work));
  }

  /**
   * Runs work that needs a context. Where the device has no room for one, or for what is computed with it, the weights are
   * loaded anew with fewer layers there, as often as it takes. That ends: there are fewer each time, and at last there is no
   * device.
   */
  private async withRoom<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await work();
      } catch (error) {
        const model = await this.crowding(error, context);
        if (model === undefined) throw error;
        await this.makeRoom(model, context);
      }
  }

  /** The model whose layers leave too little of the device's memory, where that is what is wrong. */
  private async crowding(error: unknown, context: RequestContext): Promise<LlamaModel | undefined> {
    if (error instanceof NoRoomBeside) return error.model;
    if (!saysDeviceShortage(error)) return undefined;
    const model = await this.weights.get(context);
    return model.llama.gpu === false ? undefined : model;
  }

  private async makeRoom(model: LlamaModel, context: RequestContext): Promise<void> {
    this.makingRoom++;
    try {
      // When nothing computes with it.
      await this.scoringTurn.run(() =>
        this.completingTurn.run(async () => {
          if (!model.disposed) this.scoring = this.completing = undefined;
          await this.weights.reload(model, context);
        })
      );
    } finally {
      this.makingRoom--;
    }
  }

  /** Aborted when a request has been told to stop, or stands in the way of loading the weights anew. */
  private stopOf({stop}: RequestContext): {readonly aborted: boolean} {
    const waiting = () => this.makingRoom > 0;
    return {
      get aborted() {
        return stop?.aborted === true || waiting();
      }
    };
  }

  /** A sequence with room for `window` tokens; a greater one than the last gets a new KV cache. */
  private async scoringSequence(window: number, context: RequestContext): Promise<LlamaContextSequence> {
    const {model: header} = await this.vocabularyPart;
    if (this.scoring === undefined || this.scoring.size < window || !sameRope(header, this.scoring.size, window)) {
      const model = await this.weights.get(context);
      const old = this.scoring;
      this.scoring = undefined;
      for (const sequence of [old?.sequence, old?.second])
        await (await sequence?.catch(() => undefined))?.context.dispose();
      const scoring: ScoringPart = {size: window, sequence: this.createSequence(model, window), second: undefined};
      this.scoring = scoring;
      scoring.sequence.catch(() => {
        if (this.scoring === scoring) this.scoring = undefined;
      });
    }
    return await this.scoring.sequence;
  }

  /** The sequences to score so many tokens on: two where there is more than one window, and memory for it. */
  private async scoringSequences(
    windowing: Windowing,
    count: number,
    context: RequestContext
  ): Promise<LlamaContextSequence[]> {
    const first = await this.scoringSequence(windowing.window, context);
    const {scoring} = this;
    if (scoring === undefined || count < windowing.window || scoring.size > automaticContextLimit) return [first];
    scoring.second ??= this.createSequence(first.model, scoring.size);
    // Without the second it only takes longer.
    const second = await scoring.second.catch(() => undefined);
    return second === undefined ? [first] : [first, second];
  }

  private async completingPart(model: LlamaModel, contextSize: number): Promise<CompletingPart> {
    if (this.completing === undefined) {
      this.completing = this.makeCompletingPart(model, contextSize);
      this.completing.catch(() => {
        this.completing = undefined;
      });
    }
    return await this.completing;
  }

  private async makeCompletingPart(model: LlamaModel, contextSize: number): Promise<CompletingPart> {
    const {vocabulary} = await this.vocabularyPart;
    const sequence = await this.createSequence(model, contextSize);
    const prompts = new Prompts(model, vocabulary);
    const marks = markTokens(model, vocabulary, prompts.marks);
    const completer = new Completer(sequence, model, vocabulary, contextSize, marks, {
      parameters: activeParameters(model.fileInfo),
      threads: model.llama.maxThreads,
      onDevice: deviceOf(model) !== "cpu"
    });
    return {sequence, completer, prompts};
  }

  private async createSequence(model: LlamaModel, tokens: number): Promise<LlamaContextSequence> {
    if (tokens > automaticContextLimit) {
      const tooLarge = contextTooLarge(await this.estimateContext(model, tokens), trainedContextOf(model.fileInfo));
      if (tooLarge !== undefined) throw tooLarge;
    }
    try {
      const sequence = await this.makeSequence(model, tokens);
      this.weights.tell();
      return sequence;
    } catch (error) {
      if (error instanceof DeviceShortage && model.llama.gpu !== false) throw new NoRoomBeside(model);
      if (!isShortage(error)) throw error;
      const {context, free} = await this.estimateContext(model, tokens);
      throw contextShortage(tokens, context, free);
    }
  }

  private async estimateContext(model: LlamaModel, tokens: number): Promise<MemoryEstimate> {
    const spec = {...this.spec, contextSize: tokens, gpuLayers: model.gpuLayers};
    return await estimateHeader(model.llama, model.fileInfo, spec);
  }

  private async makeSequence(model: LlamaModel, tokens: number): Promise<LlamaContextSequence> {
    const {vocabulary} = await this.vocabularyPart;
    const threads = model.llama.maxThreads;
    return await explaining(
      async () => {
        const context = await model.createContext({
          // The last token of a window is only predicted. node-llama-cpp would shift a context before that one is in it.
          contextSize: tokens,
          batchSize: Math.min(scoringBatch(vocabulary.size), tokens),
          // All or none: contexts take turns (llama.maxThreads is the same number).
          threads: {ideal: threads, min: threads}
        });
        return context.getSequence();
      },
      (error, logged) => {
        this.log("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
        const reason = loadError(error, logged, "");
        return isShortage(reason)
          ? reason
          : new EngineError(
              "contextFailed",
              l10n.t("A context of {0} tokens could not be made: try a smaller one.", tokens)
            );
      }
    );
  }

  /** Lower-case hex SHA-256 of the model file. One reading serves all: it ends with the model, not with a request. */
  private hash(): Promise<string> {
    if (this.sha256 === undefined) {
      this.sha256 = sha256Of(this.spec.path, this.disposing.signal);
      this.sha256.catch(() => {
        this.sha256 = undefined;
      });
    }
    return this.sha256;
  }

  private async versions(): Promise<EngineVersions> {
    const {llama} = await this.vocabularyPart;
    return await versionsOf(llama);
  }

  /** What the weights run on. */
  private async device(context: RequestContext): Promise<Pick<RunningModel, "device" | "layers">> {
    const model = await this.weights.get(context);
    const device = deviceOf(model);
    return {
      device,
      layers: {onDevice: device === "cpu" ? 0 : model.gpuLayers, all: model.fileInsights.totalLayers}
    };
  }
}

/** In turns, as the text is tokenized. */
async function measure(text: string, signal: AbortSignal): Promise<{characters: number; bytes: number}> {
  const sums = {characters: 0, bytes: 0};
  for (let start = 0; start < text.length; ) {
    const end = start + measuredAtOnce;
    // No character is cut in half.
    const part = text.slice(start, (text.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end);
    sums.characters += codePoints(part);
    sums.bytes += utf8Length(part);
    start += part.length;
    if (start < text.length) await setImmediate();
    signal.throwIfAborted();
  }
  return sums;
}

/** Windows of these two sizes are computed alike. */
function sameRope({fileInfo}: LlamaModel, one: number, other: number): boolean {
  return ropeFactorsOf(fileInfo, one) === ropeFactorsOf(fileInfo, other);
}

function requireGenerating({capabilities, file}: ModelDescription): void {
  const reason = whyNotGenerating(capabilities.purpose, file);
  if (reason !== null) throw new EngineError("predictsNothing", reason);
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function parametersOf(model: LlamaModel): number | null {
  const tensors = model.fileInfo.fullTensorInfo;
  if (tensors === undefined || tensors.length === 0) return null;
  return tensors.reduce((sum, {dimensions}) => sum + elements(dimensions), 0);
}
