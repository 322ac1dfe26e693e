import path from "node:path";
import type {CompleteParams, Completion} from "../../contract/completion";
import type {DeviceState} from "../../contract/devices";
import type {GgufModel, MemoryEstimate, ModelDescription} from "../../contract/models";
import type {CursorPrompt} from "../../contract/sampling";
import type {Alternatives, TokenBytes} from "../../contract/scoring";
import type {TokenInfo} from "../../contract/tokenInfo";
import type {SearchVocabularyParams, VocabularyFacts} from "../../contract/vocabulary";
import {displayName} from "../../gguf/displayName";
import {elements} from "../../gguf/ggmlTypes";
import type {
  Backend,
  BackendServices,
  ChatTemplates,
  ContinuationsTask,
  PartTokenizer,
  PositionTask,
  PromptTask,
  PromptTokens,
  Provenance,
  RequestContext,
  ScoringTask,
  TextTokens,
  TokenizeOptions,
  TokenTable,
  WarningsTask
} from "../backend";
import {type JobKind, type JobRequest, NeedsAlone, type Scheduler, type Turn} from "../scheduler";
import type {ScoredTokens} from "../scoredTokens";
import type {WindowLimits} from "../scoringWindows";
import {Turns} from "../turns";
import {alternativesAt} from "./alternativesAt";
import {chatTemplatesOf} from "./chatTemplates";
import {CompletionContext} from "./completionContext";
import {Prompts} from "./completionPrompt";
import {Contexts, NoRoomBeside} from "./contexts";
import {writeContinuations} from "./continuations";
import {isNative, maxTop} from "./evaluator/openEvaluator";
import {saysDeviceShortage} from "./loadErrors";
import {type LoadedVocabulary, loadVocabulary} from "./loadedVocabulary";
import {type CacheInUse, logitsAfter} from "./logitsAfter";
import {hasSameRope, shortRopeContext} from "./longRope";
import {sha256Of} from "./modelFile";
import {contextSizeOf, kvCacheOf, positionsOf, purposeOfModel} from "./modelHeader";
import {partTokenizer} from "./partTokenizer";
import {batchStart, scoreTokens} from "./scorer";
import {ScoringContext} from "./scoringContext";
import {kindOf, TokenInfos} from "./tokenInfo";
import {tokenTable} from "./tokenTable";
import {versionsOf} from "./versions";
import {vocabularyFacts} from "./vocabularyFacts";
import {VocabularySearch} from "./vocabularySearch";
import {doubleBosWarnings, kvCacheWarnings, windowWarnings} from "./warnings";
import {deviceOf, type LoadedWeights, Weights} from "./weights";

/**
 * A GGUF model run by llama.cpp in this process. Its parts are loaded when they are first needed and no earlier: the vocabulary
 * (counting needs no more), the weights, and a KV cache for scoring and one for completing, which thus never spoil each
 * other's.
 */
export class LlamaBackend implements Backend {
  private readonly loaded: Promise<LoadedVocabulary>;
  private readonly scheduler: Scheduler;
  private readonly weights: Weights;
  private readonly scoringContext: ScoringContext;
  private readonly completionContext: CompletionContext;
  private tokenInfos: TokenInfos | undefined;
  private vocabularySearch: VocabularySearch | undefined;
  private description: Promise<ModelDescription> | undefined;
  private sha256: Promise<string> | undefined;
  private readonly disposing = new AbortController();

  constructor(
    private readonly ref: GgufModel,
    {scheduler, log, notify}: BackendServices
  ) {
    this.scheduler = scheduler;
    this.loaded = loadVocabulary(ref, log);
    // Each request gets the failure; without any it is no crash.
    this.loaded.catch(() => undefined);
    this.weights = new Weights(ref, this.loaded, log, notify);
    const contexts = new Contexts(ref, this.loaded, this.weights, log);
    this.scoringContext = new ScoringContext(this.loaded, this.weights, contexts);
    this.completionContext = new CompletionContext(ref, this.loaded, this.weights, contexts);
  }

  /** Asked several times by every request, and the same as long as the model is. */
  describe(): Promise<ModelDescription> {
    this.description ??= this.readDescription();
    return this.description;
  }

  async windowLimits(): Promise<WindowLimits> {
    const {model} = await this.loaded;
    return {maxWindow: positionsOf(model.fileInfo), shortWindow: shortRopeContext(model.fileInfo)};
  }

  async countTokens(text: string, signal: AbortSignal): Promise<number> {
    const {vocabulary} = await this.loaded;
    return await vocabulary.countInTurns(text, signal);
  }

  async tokenize(text: string, {special, behind}: TokenizeOptions, signal: AbortSignal): Promise<TextTokens> {
    const {vocabulary} = await this.loaded;
    return await vocabulary.tokensWithEnds(text, special, behind, signal);
  }

  async partTokenizer(): Promise<PartTokenizer> {
    return partTokenizer((await this.loaded).vocabulary);
  }

  async idle(signal: AbortSignal): Promise<void> {
    await this.scheduler.idle(signal);
  }

  async tokenTexts(ids: Int32Array): Promise<readonly string[]> {
    const {vocabulary} = await this.loaded;
    return Array.from(ids, (id) => vocabulary.text(id));
  }

  async tokenBytes(ids: Int32Array): Promise<TokenBytes> {
    const {vocabulary} = await this.loaded;
    return joinBytes(Array.from(ids, (id) => vocabulary.bytes(id)));
  }

  async tokenInfo(ids: Int32Array, signal: AbortSignal): Promise<readonly TokenInfo[]> {
    const {model, vocabulary} = await this.loaded;
    this.tokenInfos ??= new TokenInfos(model, vocabulary);
    const turns = (stop: AbortSignal) => new Turns((signal) => this.idle(signal), stop);
    return await this.tokenInfos.of(ids, turns(signal), () => turns(this.disposing.signal));
  }

  async chatTemplates(): Promise<ChatTemplates> {
    return chatTemplatesOf(await this.loaded);
  }

  async vocabularyFacts(): Promise<Omit<VocabularyFacts, "model">> {
    return vocabularyFacts(await this.loaded);
  }

  async searchVocabulary(params: Omit<SearchVocabularyParams, "model">, signal: AbortSignal): Promise<Int32Array> {
    const {model, vocabulary} = await this.loaded;
    this.vocabularySearch ??= new VocabularySearch({
      size: vocabulary.size,
      decode: (id) => vocabulary.decode(id),
      kind: (id) => kindOf(model, id)
    });
    return await this.vocabularySearch.search(params, signal);
  }

  async warnings({ids, windowing}: WarningsTask): Promise<readonly string[]> {
    const {model, vocabulary, warnings} = await this.loaded;
    const all = [...warnings];
    if (ids !== undefined) all.push(...doubleBosWarnings(model, vocabulary, ids));
    if (windowing !== undefined) {
      const {window, bos} = windowing;
      const seen = (bos ? 1 : 0) + (ids?.length ?? 0);
      all.push(...windowWarnings(model.fileInfo, window, Math.min(window, seen)));
      all.push(...kvCacheWarnings(kvCacheOf(model.fileInfo, this.ref)));
    }
    return all;
  }

  async scoreWindows(task: ScoringTask, scored: ScoredTokens, context: RequestContext): Promise<number> {
    const {bos} = await this.loaded;
    const {ids, contextTokens, windowing, sets, onScored = () => undefined} = task;
    const {signal, stop, onProgress} = context;
    let known = task.from;
    if (known >= ids.length) return ids.length;
    const request = {kind: "score", cache: this.scoringContext, stop} as const;
    await this.run(request, context, async (turn) => {
      const {context: cache, ...batching} = await this.scoringContext.get(windowing.window, context);
      // The last batch of another text had other tokens in it. Where it stood aside for others, it goes on from there.
      const from = Math.max(contextTokens, batchStart(known, windowing, batching));
      const scorerTask = {ids, bos, windowing, from, batching, sets};
      // With fewer layers on the device, what was scored before is scored again.
      onScored(from);
      known = await scoreTokens(cache, scorerTask, scored, {turn, signal, onProgress, onScored});
    });
    return known;
  }

  async alternatives(task: PositionTask, context: RequestContext): Promise<Alternatives> {
    const description = await this.describe();
    const {vocabulary, bos} = await this.loaded;
    const {window} = task.windowing;
    const {signal} = context;
    const borrows = await this.borrowsFor(window, description);
    const request = {
      kind: "alternatives",
      cache: borrows ? this.completionContext : this.scoringContext,
      sharesCache: borrows
    } as const;
    const cacheInUse = () =>
      borrows ? this.completionContext.borrow(description, context) : this.scoringContext.get(window, context);
    const found = await this.run(request, context, (turn) => alternativesAt(cacheInUse, task, bos, {turn, signal}));
    if (found === undefined) throw new Error("alternatives are never stopped");
    return {
      ...found,
      top: found.top.map((rival) => ({
        ...rival,
        text: vocabulary.text(rival.id),
        // A copy: the vocabulary keeps its own.
        bytes: vocabulary.bytes(rival.id).slice()
      }))
    };
  }

  async complete(params: Omit<CompleteParams, "model">, context: RequestContext): Promise<Completion> {
    const description = await this.describe();
    const request = {
      kind: params.background ? "background" : "completion",
      cache: this.completionContext,
      stop: context.stop
    } as const;
    return await this.run(request, context, (turn) =>
      this.completionContext.complete(params, description, turn, context)
    );
  }

  async tokenTable(): Promise<TokenTable> {
    const {marks} = await this.completionContext.promptParts();
    return tokenTable(await this.loaded, marks);
  }

  async prompt(of: Int32Array | CursorPrompt, room: number): Promise<PromptTokens> {
    const {prompts} = await this.completionContext.promptParts();
    const {tokens, cut} = of instanceof Int32Array ? prompts.plain(of, room) : prompts.prompt(of, room);
    return {ids: Int32Array.from(tokens), cut};
  }

  async logits(task: PromptTask, context: RequestContext): Promise<Float32Array> {
    const {signal} = context;
    const logits = await this.runSampling("next", task, context, (turn, cacheInUse) =>
      logitsAfter(cacheInUse, task.prompt, {turn, signal})
    );
    if (logits === undefined) throw new Error("a distribution is never stopped");
    return logits;
  }

  async writeContinuations(task: ContinuationsTask, context: RequestContext): Promise<void> {
    const {signal} = context;
    await this.runSampling("sample", task, context, (turn, cacheInUse) =>
      writeContinuations(cacheInUse, task, {turn, signal})
    );
  }

  get loadedOn(): DeviceState["device"] | null {
    return this.weights.device;
  }

  async estimate(): Promise<MemoryEstimate> {
    return await this.weights.estimate();
  }

  /** Lower-case hex SHA-256 of the model file. It is read once for all requests, until the model is disposed of. */
  identity(): Promise<string> {
    if (this.sha256 === undefined) {
      this.sha256 = sha256Of(this.ref.path, this.disposing.signal);
      this.sha256.catch(() => {
        this.sha256 = undefined;
      });
    }
    return this.sha256;
  }

  async provenance(context: RequestContext): Promise<Provenance> {
    const {llama, model} = await this.loaded;
    const weights = await this.weights.get(context);
    const device = deviceOf(weights);
    return {
      device,
      layers: {onDevice: device === "cpu" ? 0 : weights.evaluator.gpuLayers, all: model.fileInsights.totalLayers},
      versions: await versionsOf(llama)
    };
  }

  async dispose(): Promise<void> {
    this.disposing.abort();
    this.vocabularySearch?.dispose();
    await this.weights.dispose();
    const part = await this.loaded.catch(() => undefined);
    await part?.model.dispose();
  }

  private async readDescription(): Promise<ModelDescription> {
    const {vocabulary, model, bos} = await this.loaded;
    const {GgufFileType} = await import("node-llama-cpp");
    const purpose = purposeOfModel(model.fileInfo);
    const {general} = model.fileInfo.metadata;
    const file = path.basename(this.ref.path);
    // Metadata are what a stranger wrote: of any type, and any length.
    const fileType: unknown = general?.file_type;
    const quantization = typeof fileType === "number" ? GgufFileType[fileType] : undefined;
    const generate = purpose === "generates";
    return {
      name: displayName(general?.name) ?? file,
      file,
      architecture: displayName(general?.architecture) ?? "unknown",
      quantization: quantization?.replace(/^(MOSTLY|ALL)_/, "") ?? "unknown",
      parameters: parametersOf(model),
      vocabularySize: vocabulary.size,
      contextSize: contextSizeOf(model.fileInfo, this.ref),
      addsBos: bos !== null,
      capabilities: {
        generate,
        purpose,
        infill: new Prompts(model, vocabulary).infill !== null,
        spans: vocabulary.spans,
        promptLogprobs: generate,
        ranks: generate,
        entropy: generate,
        detailIsFree: generate && isNative(),
        maxAlternatives: maxTop
      }
    };
  }

  /**
   * A click on a token does not wait until a document is scored: the KV cache for completing can be had meanwhile. A completion goes
   * between two batches, and what it has changed is evaluated again.
   */
  private async borrowsFor(window: number, {contextSize}: ModelDescription): Promise<boolean> {
    const {model} = await this.loaded;
    return this.scheduler.isScoring(this) && window <= contextSize && hasSameRope(model.fileInfo, window, contextSize);
  }

  /** Runs a job behind a prompt. It shares the KV cache of what has evaluated the same text before, and pushes out nothing else. */
  private async runSampling<T>(
    kind: Extract<JobKind, "next" | "sample">,
    {window, isCompletion}: PromptTask,
    context: RequestContext,
    work: (turn: Turn, cacheInUse: CacheInUse) => Promise<T>
  ): Promise<T> {
    const description = await this.describe();
    const borrows = isCompletion || (await this.borrowsFor(window, description));
    const cacheInUse = () =>
      borrows ? this.completionContext.borrow(description, context) : this.scoringContext.get(window, context);
    const cache = borrows ? this.completionContext : this.scoringContext;
    const request = {kind, cache, sharesCache: true, ...(kind === "sample" && {stop: context.stop})} as const;
    return await this.run(request, context, async (turn) => {
      if (this.weights.device === null) await turn.load(() => this.weights.get(context));
      return await work(turn, cacheInUse);
    });
  }

  /** Runs a job that needs contexts: again with fewer layers on the device, where that has no room for one, or to compute. */
  private async run<T>(
    request: Omit<JobRequest, "model" | "signal">,
    context: RequestContext,
    work: (turn: Turn) => Promise<T>
  ): Promise<T> {
    const {signal} = context;
    return await this.scheduler.run({...request, model: this, signal}, async (turn) => {
      try {
        return await work(turn);
      } catch (error) {
        const weights = await this.weightsToShrink(error, context);
        if (weights === undefined) throw error;
        // It ends: there are fewer layers each time, and at last there is no device.
        throw new NeedsAlone(() => this.reloadWithFewerLayers(weights, context));
      }
    });
  }

  /** The weights whose layers leave too little of the device's memory, where that is what is wrong. */
  private async weightsToShrink(error: unknown, context: RequestContext): Promise<LoadedWeights | undefined> {
    if (error instanceof NoRoomBeside) return error.weights;
    if (!saysDeviceShortage(error)) return undefined;
    const weights = await this.weights.get(context);
    return weights.llama.gpu === false ? undefined : weights;
  }

  private async reloadWithFewerLayers(weights: LoadedWeights, context: RequestContext): Promise<void> {
    if (this.weights.isInUse(weights)) {
      this.scoringContext.forget();
      this.completionContext.forget();
    }
    await this.weights.reload(weights, context);
  }
}

function parametersOf({fileInfo}: LoadedVocabulary["model"]): number | null {
  const tensors = fileInfo.fullTensorInfo;
  if (tensors === undefined || tensors.length === 0) return null;
  return tensors.reduce((sum, {dimensions}) => sum + elements(dimensions), 0);
}

function joinBytes(parts: readonly Uint8Array[]): TokenBytes {
  const ends = new Uint32Array(parts.length);
  let length = 0;
  for (const [i, part] of parts.entries()) ends[i] = length += part.length;
  const bytes = new Uint8Array(length);
  for (const [i, part] of parts.entries()) bytes.set(part, (ends[i] ?? 0) - part.length);
  return {bytes, ends};
}
