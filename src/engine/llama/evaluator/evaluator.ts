/*
 * What evaluates tokens with a model's weights. Two ways stand behind these interfaces: libllama's own C API in a thread
 * (nativeEvaluator.ts), which reads all logits of a batch at the speed of evaluation, and node-llama-cpp
 * (nodeLlamaEvaluator.ts), which hands a vocabulary over as JavaScript numbers, for where the first can't be used. Both give
 * the same numbers.
 */

/** A model's weights in memory. */
export interface Evaluator {
  /** Layers whose weights are on the device. */
  readonly gpuLayers: number;
  /** Rejects where there is no memory for it. */
  createContext(options: ContextOptions): Promise<EvaluationContext>;
  /** Gives the weights back, and all contexts. */
  dispose(): Promise<void>;
}

export interface ContextOptions {
  /** Room for this many tokens, the last of which is only predicted: `size - 1` can be evaluated. */
  readonly size: number;
  /** Tokens of a batch, at most. */
  readonly batchSize: number;
  /** Predictions that are read of a batch, at most: the buffers are made for them. */
  readonly maxOutputs: number;
}

/** A KV cache, or a recurrent state, with one sequence of tokens. */
export interface EvaluationContext {
  /** Tokens that it holds: the next batch stands behind them. */
  readonly length: number;
  /** Whether tokens can be taken back at any place, and not only where it took a checkpoint. */
  readonly goesBack: boolean;
  /**
   * Leaves what it has in common with the beginning of `tokens`, a multiple of `multiple` tokens, and only if the memory can truly
   * go back to there. Resolves with the number of tokens that are left.
   */
  keepStart(tokens: Int32Array, multiple?: number): Promise<number>;
  /**
   * Evaluates a batch behind what it holds, or will hold when those before it have ended. Resolves when that has been done, while
   * its predictions may still be read. Rejects with the signal's reason when aborted, on the CPU within the batch (node-llama-cpp:
   * after it), and holds what it held before, or as much of it as the memory can go back to: `length` says how much.
   */
  evaluate(batch: Batch, signal: AbortSignal): Promise<Evaluated>;
  dispose(): Promise<void>;
}

/** Stands for the model's first choice among a batch's targets. */
export const firstChoice = -1;

/** N tokens, of whose predictions M are read. */
export interface Batch {
  readonly tokens: Int32Array;
  /**
   * M ids, for each of M tokens the one that comes behind it: their logprobs and ranks are read. {@link firstChoice} stands for the
   * model's first choice.
   */
  readonly targets: Int32Array;
  /** The place of the first of those M tokens; by default they are the last ones. */
  readonly readFrom?: number;
  /** Alternatives of each, at least 1 where M > 0. */
  readonly top: number;
  /**
   * Computes as in a large batch: a small one is filled up with tokens that are taken away again. llama.cpp rounds otherwise in
   * batches of fewer than 64 tokens (docs/decisions/scoring.md).
   */
  readonly filled?: boolean;
  /**
   * Where the first choice behind the last token is read: this many tokens more, each the first choice behind the one before, are
   * evaluated and read in one go, or fewer. For small models, where handing over a token takes as long as evaluating it.
   */
  readonly goesOn?: number;
  /** Hands the M rows of logits over too ({@link Predictions.logits}). For a few tokens: a row is a whole vocabulary. Not with `goesOn`. */
  readonly rows?: boolean;
  /**
   * Sets of tokens, as TokenSet's bits, of the first of the M predictions: what they do to it is told ({@link Predictions.masses}).
   * Not with `rows` or `goesOn`.
   */
  readonly sets?: readonly Uint32Array[];
  /** What it holds after this batch is worth a checkpoint, where the memory can't go back by itself. */
  readonly checkpoint?: boolean;
}

export interface Evaluated {
  /** Rejects with EngineError ("wrongNumbers") where one of them is NaN. */
  readonly predictions: Promise<Predictions>;
}

/** M predictions, or as many more as it went on for; K alternatives each. */
export interface Predictions {
  /** M natural logprobs of the targets. */
  readonly logprobs: Float64Array;
  /** M ranks of the targets: 1 + the number of greater logits. 0 where unknown, as entropies are, and greater than 1. */
  readonly ranks: Int32Array;
  /** M entropies, nats. NaN where the way to evaluate would have to read a whole distribution for it and `top` is 1. */
  readonly entropies: Float64Array;
  /** M × K ids, best first, equal ones by id; -1 where the vocabulary has fewer. */
  readonly topIds: Int32Array;
  /** M × K natural logprobs; NaN where the vocabulary has fewer. */
  readonly topLogprobs: Float64Array;
  /** M × the vocabulary's size logits, none of them NaN, where they were asked for ({@link Batch.rows}). */
  readonly logits?: Float32Array<ArrayBuffer>;
  /** Where sets of tokens were given ({@link Batch.sets}). */
  readonly masses?: SetMasses;
}

/** What M sets of tokens do to M predictions; NaN where no set was given. */
export interface SetMasses {
  /** M probabilities of all that is not in the set. */
  readonly cutOff: Float64Array;
  /** M times -ln of the probability of all that is in it. */
  readonly decided: Float64Array;
}
