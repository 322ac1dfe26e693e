import type {RequestContext} from "../backend";
import {type Batching, scoreBatching, strengthOf} from "./batchSizes";
import type {Contexts} from "./contexts";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {hasSameRope} from "./longRope";
import {SharedContext} from "./sharedContext";
import type {LoadedWeights, Weights} from "./weights";

/** A context, and how windows are cut into batches. */
export interface ScoringCache extends Batching {
  readonly context: SharedContext;
  /** Predictions that can be read of a batch. */
  readonly maxOutputs: number;
}

interface Kept {
  readonly size: number;
  readonly cache: Promise<ScoringCache>;
}

/** The KV cache for scoring. */
export class ScoringContext {
  private kept: Kept | undefined;

  constructor(
    private readonly vocabulary: Promise<LoadedVocabulary>,
    private readonly weights: Weights,
    private readonly contexts: Contexts
  ) {}

  /** The weights that it belongs to are disposed of, and it with them. */
  forget(): void {
    this.kept = undefined;
  }

  /** A context with room for `window` tokens; a greater one than the last gets a new KV cache. */
  async get(window: number, context: RequestContext): Promise<ScoringCache> {
    const {model: header} = await this.vocabulary;
    const old = this.kept;
    if (old !== undefined && old.size >= window && hasSameRope(header.fileInfo, old.size, window))
      return await old.cache;
    const weights = await this.weights.get(context);
    this.kept = undefined;
    const replaced = await old?.cache.catch(() => undefined);
    await replaced?.context.dispose();
    const made: Kept = {size: window, cache: this.make(weights, window)};
    this.kept = made;
    made.cache.catch(() => {
      if (this.kept === made) this.kept = undefined;
    });
    return await made.cache;
  }

  private async make(weights: LoadedWeights, size: number): Promise<ScoringCache> {
    const vocabulary = await this.vocabulary;
    const batching = scoreBatching(strengthOf(vocabulary, weights), vocabulary.vocabulary.size);
    const {batchSize} = batching;
    const options = {size, batchSize, maxOutputs: batchSize};
    const context = new SharedContext(await this.contexts.create(weights, options));
    return {context, maxOutputs: batchSize, ...batching};
  }
}
