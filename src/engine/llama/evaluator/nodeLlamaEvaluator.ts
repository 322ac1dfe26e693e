import type {ControlledEvaluateInputItem, LlamaContext, LlamaContextSequence, LlamaModel, Token} from "node-llama-cpp";
import {filledBatch, fullBatch} from "../../../gguf/batches";
import {type KvCacheType, kvCacheNumbers} from "../../../gguf/kvCache";
import {hasSameRope} from "../longRope";
import {needsAllPredictions, positionsOf, slidingWindowOf, vocabularySizeOf} from "../modelHeader";
import {readPrediction, requestFor} from "./distribution";
import type {Batch, ContextOptions, Evaluated, EvaluationContext, Evaluator, Predictions} from "./evaluator";
import {unknownPredictions} from "./predictions";
import {canGoBack, keepCommonStart} from "./sequenceState";

/**
 * node-llama-cpp makes a sampler for every evaluation, with room for all candidates (12 bytes each) in native memory that V8
 * knows nothing of: it would see no reason to collect the dead ones. After this many bytes it is told to (--expose-gc).
 */
const maxDeadSamplers = 32 << 20;

/**
 * Evaluates with the weights of `model`, which it owns from now on, through node-llama-cpp. Where one alternative is asked for, it
 * reads no whole distribution: ranks other than 1 and entropies are unknown, and llama.cpp sums the distribution in float32.
 */
export function nodeLlamaEvaluator(model: LlamaModel, kvCache: KvCacheType): Evaluator {
  return new NodeLlamaEvaluator(model, kvCache);
}

class NodeLlamaEvaluator implements Evaluator {
  /** Bytes, of all contexts. */
  private deadSamplers = 0;
  /**
   * Those that are not disposed of. Held, because node-llama-cpp waits for all of them before it gives the weights back, and
   * forgets to dispose of one that was collected: it would wait forever.
   */
  private readonly contexts = new Set<LlamaContext>();

  constructor(
    private readonly model: LlamaModel,
    private readonly kvCache: KvCacheType
  ) {}

  get gpuLayers(): number {
    return this.model.llama.gpu === false ? 0 : this.model.gpuLayers;
  }

  async createContext({size, batchSize}: ContextOptions): Promise<EvaluationContext> {
    const threads = this.model.llama.maxThreads;
    // node-llama-cpp drops the oldest tokens when the context is full, so the last batch of a window, filled up, has one more. A
    // greater context may be computed with other LongRoPE factors: then that batch is filled as far as there is room.
    const withFilled = 1 + fullBatch * Math.ceil(size / fullBatch);
    const room = hasSameRope(this.model.fileInfo, size, withFilled) ? withFilled : size;
    const create = (swaFullCache: boolean) =>
      this.model.createContext({
        contextSize: room,
        batchSize: Math.max(fullBatch, Math.min(batchSize, room)),
        // Where llama.cpp can. node-llama-cpp would leave it off for some architectures.
        flashAttention: "auto",
        // A sliding window's cache that holds all tokens can go back.
        swaFullCache,
        experimentalKvCacheKeyType: kvCacheNumbers[this.kvCache],
        experimentalKvCacheValueType: kvCacheNumbers[this.kvCache],
        // All or none: contexts take turns (llama.maxThreads is the same number).
        threads: {ideal: threads, min: threads}
      });
    const hasWindow = slidingWindowOf(this.model.fileInfo) !== null;
    const context = hasWindow ? await create(true).catch(() => create(false)) : await create(false);
    this.contexts.add(context);
    context.onDispose.createListener(() => this.contexts.delete(context));
    return new NodeLlamaContext(context, room, () => this.countSampler());
  }

  async dispose(): Promise<void> {
    await this.model.dispose();
  }

  private countSampler(): void {
    this.deadSamplers += 12 * vocabularySizeOf(this.model.fileInfo);
    if (this.deadSamplers <= maxDeadSamplers) return;
    this.deadSamplers = 0;
    globalThis.gc?.();
  }
}

class NodeLlamaContext implements EvaluationContext {
  private sequence: LlamaContextSequence;
  private last: Promise<unknown> = Promise.resolve();

  /** `onEvaluated` is called when a batch has been evaluated. */
  constructor(
    private readonly context: LlamaContext,
    /** In tokens. */
    private readonly room: number,
    private readonly onEvaluated: () => void
  ) {
    this.sequence = context.getSequence();
  }

  get length(): number {
    return this.sequence.nextTokenIndex;
  }

  get goesBack(): boolean {
    return canGoBack(this.sequence);
  }

  async keepStart(tokens: Int32Array, multiple = 1): Promise<number> {
    return await this.inTurn(() => this.keep(asTokens(tokens), multiple));
  }

  /**
   * Resolves when the predictions have been read too. node-llama-cpp ends no batch early: an aborted signal rejects before it
   * begins, or after it has ended, when it is taken back as far as {@link keepStart} allows. A batch that failed leaves nothing.
   */
  async evaluate(batch: Batch, signal: AbortSignal): Promise<Evaluated> {
    return await this.inTurn(() => this.evaluateAlone(batch, signal));
  }

  private async evaluateAlone(batch: Batch, signal: AbortSignal): Promise<Evaluated> {
    signal.throwIfAborted();
    const held = this.length;
    const tokens = batch.filled ? this.filled(batch.tokens) : batch.tokens;
    // node-llama-cpp would drop some of the oldest tokens, and go on.
    if (held + tokens.length >= this.room)
      throw new RangeError(`${tokens.length} tokens behind ${held} in a context of ${this.room}`);
    const predictions = this.emptyPredictions(batch);
    let problem: unknown;
    try {
      problem = await this.evaluateInto(predictions, {...batch, tokens}, batch.tokens.length, signal);
    } catch (error) {
      await this.replaceSequence();
      throw error;
    } finally {
      this.onEvaluated();
    }
    const kept = signal.aborted ? held : held + batch.tokens.length;
    if (kept < this.length) await this.keep(this.sequence.contextTokens.slice(0, kept), 1);
    signal.throwIfAborted();
    const read = problem === undefined ? Promise.resolve(predictions) : Promise.reject(problem);
    // A caller that reads no predictions has no error to handle.
    read.catch(() => undefined);
    return {predictions: read};
  }

  async dispose(): Promise<void> {
    await this.context.dispose();
  }

  /** Runs work when that before it has ended: a sequence does one thing at a time. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return await done;
  }

  private async keep(tokens: readonly Token[], multiple: number): Promise<number> {
    const kept = await keepCommonStart(this.sequence, tokens, multiple);
    if (kept % multiple === 0) return kept;
    // A recurrent state can't go back to the last multiple.
    await this.sequence.clearHistory();
    return this.length;
  }

  private emptyPredictions({targets, top, sets, rows = false}: Batch): Predictions {
    const predictions = unknownPredictions(targets.length, top, sets);
    if (!rows) return predictions;
    const size = vocabularySizeOf(this.sequence.model.fileInfo);
    return {...predictions, logits: new Float32Array(targets.length * size)};
  }

  /** The tokens of a full batch, as far as the model has positions for them, and the context has room. */
  private filled(tokens: Int32Array): Int32Array {
    const positions = Math.min(positionsOf(this.sequence.model.fileInfo), this.room - 1) - this.length;
    const all = new Int32Array(filledBatch(tokens.length, positions)).fill(tokens[0] as number);
    all.set(tokens);
    return all;
  }

  /**
   * The batch's first `count` tokens are those that were asked for. Resolves with the first error of reading, if there was one:
   * node-llama-cpp would write it to the console and go on.
   */
  private async evaluateInto(
    predictions: Predictions,
    batch: Batch,
    count: number,
    signal: AbortSignal
  ): Promise<unknown> {
    const {targets, top, rows, sets = [], readFrom: firstRead = count - targets.length} = batch;
    const all = needsAllPredictions(this.sequence.model.fileInfo);
    let problem: unknown;
    await this.sequence.controlledEvaluate(
      asTokens(batch.tokens).map((token, i): ControlledEvaluateInputItem => {
        const target = targets[i - firstRead];
        const isWhole = rows === true || sets[i - firstRead] !== undefined;
        if (target !== undefined) return [token, {generateNext: requestFor(target, top, isWhole)}];
        return all ? [token, {generateNext: {token: true}}] : token;
      }),
      {
        onTokenResult: (i, {next}) => {
          const target = targets[i - firstRead];
          try {
            if (target !== undefined && !signal.aborted)
              readPrediction(predictions, i - firstRead, next, {target, top, set: sets[i - firstRead]});
          } catch (error) {
            problem ??= error;
          }
          // The logits of a whole vocabulary for each token of a batch would be gigabytes.
          next.logits?.clear();
        }
      }
    );
    return problem;
  }

  /**
   * Empties the context after a failure: llama.cpp may hold a part of the batch, of which node-llama-cpp does not know. Taking the
   * sequence back removes all of it.
   */
  private async replaceSequence(): Promise<void> {
    await this.sequence.dispose();
    this.sequence = this.context.getSequence();
  }
}

function asTokens(ids: Int32Array): Token[] {
  return Array.from(ids) as Token[];
}
