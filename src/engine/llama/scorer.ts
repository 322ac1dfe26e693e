import type {ControlledEvaluateInputItem, LlamaContextSequence, Token} from "node-llama-cpp";
import type {Windowing} from "../../metrics/windowing";
import type {RequestContext} from "../backend";
import type {Turn} from "../scheduler";
import type {ScoredTokens} from "../scoredTokens";
import {planWindows, type Window, windowOf} from "../scoringWindows";
import {type Next, readDistribution, readScore, scoreOf, wholeDistribution} from "./distribution";
import {needsAllPredictions} from "./modelHeader";
import {keepCommonStart, wholeBatches} from "./sequenceState";
import {windowTokens} from "./windowTokens";

/** What is to be scored. All positions are indices into `ids`. */
export interface ScorerTask {
  /** Tokens that are context only, then the text's. */
  readonly ids: Int32Array;
  /** In front of every window, or null. */
  readonly bos: Token | null;
  readonly windowing: Windowing;
  /** Scores begin here: what stands before is context, or known already. */
  readonly from: number;
  readonly vocabularySize: number;
  readonly batchSize: number;
}

/**
 * node-llama-cpp makes a sampler for every evaluation, with room for all candidates (12 bytes each) in native memory that V8
 * knows nothing of: it would see no reason to collect the dead ones. After this many bytes it is told to (--expose-gc).
 */
const maxDeadSamplers = 32 << 20;

/**
 * Scores tokens window by window, on several sequences at once where there are several windows: while the scores of one
 * window's batch are read off its logits, which is work for a single core, another window's batch is evaluated. For that
 * the sequences have to be of different contexts.
 *
 * Every batch begins at a multiple of `batchSize` in its window, so that the same tokens are computed in the same batches
 * whatever was scored before, and get the same scores to the last bit; `from` has to be such a beginning ({@link batchStart}).
 *
 * Scores of `ids` go into `scored`; what is not scored here is left as it is. Resolves with the position up to which all is
 * scored, `ids.length` unless it was told to stop.
 */
export async function scoreTokens(
  sequences: readonly LlamaContextSequence[],
  task: ScorerTask,
  scored: ScoredTokens,
  turn: Turn,
  onProgress: RequestContext["onProgress"]
): Promise<number> {
  return await new Scorer(task, scored, turn, onProgress).score(sequences);
}

/** The beginning of the batch in which token `position` is scored; `position` itself where it gets no score. */
export function batchStart(position: number, windowing: Windowing, batchSize: number): number {
  const window = windowOf(position, windowing);
  if (window === undefined) return position;
  const firstPredicted = window.start + (windowing.bos ? 0 : 1);
  return Math.max(window.scoreFrom, firstPredicted + wholeBatches(position - firstPredicted, batchSize));
}

/** A batch, and the position that its first token predicts. Scores are kept from `scoreFrom` on. */
interface Batch {
  readonly tokens: readonly Token[];
  readonly predicts: number;
  readonly scoreFrom: number;
}

class Scorer {
  private readonly windows: ArrayIterator<Window>;
  /** Tokens in all windows, and those of them that are evaluated. */
  private readonly total: number;
  private done = 0;
  private deadSamplers = 0;
  private failed = false;

  constructor(
    private readonly task: ScorerTask,
    private readonly scored: ScoredTokens,
    private readonly turn: Turn,
    private readonly onProgress: RequestContext["onProgress"]
  ) {
    const todo = [...planWindows(task.ids.length, task.windowing)].filter(({end}) => end > task.from);
    this.total = todo.reduce((sum, {start, end}) => sum + end - start, 0);
    this.windows = todo.values();
  }

  async score(sequences: readonly LlamaContextSequence[]): Promise<number> {
    const ends = await Promise.allSettled(
      sequences.map((sequence) =>
        this.scoreWindows(sequence).catch((error: unknown) => {
          this.failed = true;
          throw error;
        })
      )
    );
    // Only now no sequence is in use any more.
    const reached = ends.map((end) => {
      if (end.status === "rejected") throw end.reason;
      return end.value;
    });
    const unfinished = this.windows.next().value?.scoreFrom ?? this.task.ids.length;
    return Math.min(unfinished, ...reached);
  }

  /** Scores windows as long as there are some. Resolves with the first position it left unscored. */
  private async scoreWindows(sequence: LlamaContextSequence): Promise<number> {
    const {ids, bos, from, batchSize} = this.task;
    for (const window of this.windows) {
      const input = windowTokens(ids, bos, window);
      // Input p predicts the token after it: `start + p` with BOS in front, else `start + p + 1`.
      const firstPredicted = window.start + (bos === null ? 1 : 0);
      const scoreFrom = Math.max(window.scoreFrom, from);
      // What predicts nothing may be in the KV cache from the last time.
      const predictsNothing = input.slice(0, Math.max(0, scoreFrom - firstPredicted));
      const known = await keepCommonStart(sequence, predictsNothing, batchSize);
      this.done += known;
      for (let at = known; at < input.length; at += batchSize) {
        const batch = {tokens: input.slice(at, at + batchSize), predicts: firstPredicted + at, scoreFrom};
        const isScored = await this.turn.batch(async (evaluated) => {
          if (this.failed) return false;
          await this.scoreBatch(sequence, batch, evaluated);
          return true;
        });
        if (!isScored) return Math.max(scoreFrom, batch.predicts);
        this.tell(batch.tokens.length);
      }
    }
    return ids.length;
  }

  private tell(evaluated: number): void {
    const {ids, from, vocabularySize} = this.task;
    this.done += evaluated;
    this.deadSamplers += 12 * vocabularySize;
    if (this.deadSamplers > maxDeadSamplers) {
      this.deadSamplers = 0;
      globalThis.gc?.();
    }
    // Windows overlap: in tokens of the text, as people count it.
    const done = from + Math.floor((this.done / this.total) * (ids.length - from));
    this.onProgress({stage: "score", done, total: ids.length});
  }

  /** Evaluates a batch and keeps its scores. `evaluated` is called as soon as only the reading is left. */
  private async scoreBatch(sequence: LlamaContextSequence, batch: Batch, evaluated: () => void): Promise<void> {
    const {tokens, predicts, scoreFrom} = batch;
    const {ids} = this.task;
    const all = needsAllPredictions(sequence.model.fileInfo);
    let problem: unknown;
    await sequence.controlledEvaluate(
      tokens.map((token, offset): ControlledEvaluateInputItem => {
        const target = predicts + offset;
        if (target < scoreFrom && !all) return token;
        return [token, {generateNext: this.scored.detail === null ? scoreOf(ids[target] as Token) : wholeDistribution}];
      }),
      {
        onTokenResult: (offset, {next}) => {
          evaluated();
          try {
            if (predicts + offset >= scoreFrom) this.keepScore(predicts + offset, next);
          } catch (error) {
            // node-llama-cpp would write it to the console and go on.
            problem ??= error;
          }
        }
      }
    );
    if (problem !== undefined) throw problem;
  }

  private keepScore(target: number, next: Next): void {
    const {logprobs, top1, detail} = this.scored;
    const id = this.task.ids[target] as Token;
    if (detail === null) {
      const score = readScore(next, id);
      logprobs[target] = score.logprob;
      top1[target] = score.first ? 1 : 0;
      return;
    }
    const {top} = detail;
    const score = readDistribution(next, id, top);
    logprobs[target] = score.logprob;
    top1[target] = score.rank === 1 ? 1 : 0;
    detail.ranks[target] = score.rank;
    detail.entropies[target] = score.entropy;
    for (const [k, rival] of score.top.entries()) {
      detail.topIds[target * top + k] = rival.id;
      detail.topLogprobs[target * top + k] = rival.logprob;
    }
    // The logits of a whole vocabulary for each token of a batch would be gigabytes.
    next.logits?.clear();
  }
}
