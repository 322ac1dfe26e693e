import {withLineEndsOf} from "../../completion/lines";
import type {CompleteParams, Completion} from "../../contract/completion";
import type {GgufModel, ModelDescription} from "../../contract/models";
import type {RequestContext} from "../backend";
import type {Turn} from "../scheduler";
import {promptBatch, scoreBatching, strengthOf} from "./batchSizes";
import {Completer, maxPredictions} from "./completer";
import {Prompts} from "./completionPrompt";
import type {Contexts} from "./contexts";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {ropeFactorsOf} from "./longRope";
import {markTokens} from "./markTokens";
import {kvCacheOf} from "./modelHeader";
import type {ScoringCache} from "./scoringContext";
import {SharedContext} from "./sharedContext";
import {kvCacheWarnings, windowWarnings} from "./warnings";
import type {LoadedWeights, Weights} from "./weights";

/**
 * Predictions of a batch that are read, at most. A completion reads up to five ({@link maxPredictions}); a continuation that was sampled
 * is scored with so many at once. More would take memory: a row of logits for each, twice.
 */
const maxOutputs = Math.max(16, maxPredictions);

/** A KV cache, and what completes with it. */
interface Kept {
  readonly cache: ScoringCache;
  readonly completer: Completer;
}

/** What texts at a cursor are made into, and what ends them. It needs no weights. */
export interface PromptParts {
  readonly prompts: Prompts;
  readonly marks: ReadonlySet<number>;
}

/** The KV cache for completions. */
export class CompletionContext {
  private kept: Promise<Kept> | undefined;
  private parts: Promise<PromptParts> | undefined;

  constructor(
    private readonly ref: GgufModel,
    private readonly vocabulary: Promise<LoadedVocabulary>,
    private readonly weights: Weights,
    private readonly contexts: Contexts
  ) {}

  /** The weights that it belongs to are disposed of, and it with them. */
  forget(): void {
    this.kept = undefined;
  }

  /** How prompts are made. It is kept for all of them, with the tokens of the last texts. */
  async promptParts(): Promise<PromptParts> {
    this.parts ??= this.vocabulary.then(({model, vocabulary}) => {
      const prompts = new Prompts(model, vocabulary);
      return {prompts, marks: markTokens(model, vocabulary, prompts.marks)};
    });
    return await this.parts;
  }

  /** The context, for what a score asks. */
  async borrow({contextSize}: ModelDescription, request: RequestContext): Promise<ScoringCache> {
    return (await this.get(await this.weights.get(request), contextSize)).cache;
  }

  async complete(
    params: Omit<CompleteParams, "model">,
    description: ModelDescription,
    turn: Turn,
    context: RequestContext
  ): Promise<Completion> {
    const {contextSize} = description;
    const started = performance.now();
    const getWeights = () => this.weights.get(context);
    const weights = await (this.weights.device === null ? turn.load(getWeights) : getWeights());
    const {completer} = await this.get(weights, contextSize);
    const {prompts} = await this.promptParts();
    // However long the completion may become, most of the context is for what it continues.
    const reserved = Math.min(params.maxTokens, Math.floor(contextSize / 4));
    const prompt = prompts.prompt(params, Math.max(1, contextSize - reserved));
    const ready = performance.now() - started;
    const completion = await completer.complete(prompt, params, turn, context);
    const {model, warnings} = await this.vocabulary;
    const first = completion.firstTokenMilliseconds;
    const ropeFactors = ropeFactorsOf(model.fileInfo, contextSize);
    return {
      model: description,
      ...(ropeFactors === null ? {} : {ropeFactors}),
      ...completion,
      text: withLineEndsOf(completion.text, params.prefix, params.suffix),
      firstTokenMilliseconds: first === null ? null : ready + first,
      milliseconds: performance.now() - started,
      warnings: [
        ...warnings,
        ...windowWarnings(model.fileInfo, contextSize, completion.promptTokens + completion.ids.length),
        ...kvCacheWarnings(kvCacheOf(model.fileInfo, this.ref))
      ]
    };
  }

  private async get(weights: LoadedWeights, contextSize: number): Promise<Kept> {
    if (this.kept === undefined) {
      this.kept = this.make(weights, contextSize);
      this.kept.catch(() => {
        this.kept = undefined;
      });
    }
    return await this.kept;
  }

  private async make(weights: LoadedWeights, contextSize: number): Promise<Kept> {
    const vocabulary = await this.vocabulary;
    const {model} = vocabulary;
    const strength = strengthOf(vocabulary, weights);
    const batching = scoreBatching(strength, vocabulary.vocabulary.size);
    const batchSize = Math.max(batching.batchSize, promptBatch(strength));
    const options = {size: contextSize, batchSize, maxOutputs};
    const context = new SharedContext(await this.contexts.create(weights, options));
    const {marks} = await this.promptParts();
    const parts = {context, model, vocabulary: vocabulary.vocabulary, contextSize, marks};
    return {cache: {context, maxOutputs, ...batching}, completer: new Completer(parts, strength)};
  }
}
