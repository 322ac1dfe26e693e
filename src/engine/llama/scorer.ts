import {wholeBatches} from "../../gguf/batches";
import type {Windowing} from "../../metrics/windowing";
import type {PositionSets, RequestContext} from "../backend";
import type {Turn} from "../scheduler";
import type {ScoredTokens} from "../scoredTokens";
import {planWindows, type Window, windowOf} from "../scoringWindows";
import type {Batching} from "./batchSizes";
import type {EvaluationContext, Predictions} from "./evaluator/evaluator";
import {windowTokens} from "./windowTokens";

/** What is to be scored. All positions are indices into `ids`. */
export interface ScorerTask {
  /** Tokens that are context only, then the text's. */
  readonly ids: Int32Array;
  /** In front of every window, or null. */
  readonly bos: number | null;
  readonly windowing: Windowing;
  /** Scores begin here: what stands before is context, or known already. */
  readonly from: number;
  readonly batching: Batching;
  readonly sets?: PositionSets | undefined;
}

/** How a score is accompanied. */
export interface ScorerServices {
  readonly turn: Turn;
  readonly signal: AbortSignal;
  readonly onProgress: RequestContext["onProgress"];
  /** Told, in order, up to which position all is scored for good. */
  readonly onScored: (until: number) => void;
}

/** Batches whose predictions are read while the next one is evaluated. */
const maxUnread = 4;

/**
 * Scores tokens window by window. The predictions of a batch are read while the next one is evaluated. A short batch is handed over
 * while the one before it is evaluated, so that no time passes between them.
 *
 * Every batch begins at a multiple of the batching's step in its window, and the last one is filled up, so that the same tokens are
 * computed alike whatever was scored before, and get the same scores to the last bit; `from` has to be such a beginning
 * ({@link batchStart}).
 *
 * Scores of `ids` go into `scored`; what is not scored here is left as it is. Resolves with the position up to which all is
 * scored, `ids.length` unless it was told to stop.
 */
export async function scoreTokens(
  context: EvaluationContext,
  task: ScorerTask,
  scored: ScoredTokens,
  services: ScorerServices
): Promise<number> {
  return await new Scorer(context, task, scored, services).score();
}

/** The beginning of a batch in which token `position` can be scored; `position` itself where it gets no score. */
export function batchStart(position: number, windowing: Windowing, {step}: Batching): number {
  const window = windowOf(position, windowing);
  if (window === undefined) return position;
  const firstPredicted = window.start + (windowing.bos ? 0 : 1);
  return Math.max(window.scoreFrom, firstPredicted + wholeBatches(position - firstPredicted, step));
}

class Scorer {
  private readonly windows: readonly Window[];
  /** Tokens in all windows, and those of them that are evaluated. */
  private readonly total: number;
  private done = 0;
  /** The batch that was handed over last. */
  private underWay: Promise<void> = Promise.resolve();
  /** One promise for each batch whose predictions are being read. */
  private unread: Promise<void>[] = [];
  /** Settles when `onScored` has been told of all batches that were handed over. */
  private told: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: EvaluationContext,
    private readonly task: ScorerTask,
    private readonly scored: ScoredTokens,
    private readonly services: ScorerServices
  ) {
    this.windows = [...planWindows(task.ids.length, task.windowing)].filter(({end}) => end > task.from);
    this.total = this.windows.reduce((sum, {start, end}) => sum + end - start, 0);
  }

  async score(): Promise<number> {
    try {
      const known = await this.scoreWindows();
      await this.underWay;
      await Promise.all(this.unread);
      await this.told;
      return known;
    } finally {
      // The cache is in use until then.
      await this.underWay.catch(() => undefined);
    }
  }

  private async scoreWindows(): Promise<number> {
    for (const window of this.windows) {
      const stoppedAt = await this.scoreWindow(window);
      if (stoppedAt !== undefined) return stoppedAt;
    }
    return this.task.ids.length;
  }

  /** Resolves with the first position that it left unscored because it was told to stop, or with undefined. */
  private async scoreWindow(window: Window): Promise<number | undefined> {
    const {context} = this;
    const {ids, bos, from, batching} = this.task;
    const {batchSize, step, ahead} = batching;
    const input = windowTokens(ids, bos, window);
    // Input p predicts the token after it: `start + p` with BOS in front, else `start + p + 1`.
    const firstPredicted = window.start + (bos === null ? 1 : 0);
    const scoreFrom = Math.max(window.scoreFrom, from);
    // What predicts nothing may be in the KV cache from the last time.
    const predictsNothing = input.subarray(0, Math.max(0, scoreFrom - firstPredicted));
    const kept = await context.keepStart(predictsNothing, step);
    this.done += kept;
    for (let at = kept; at < input.length; at += batchSize) {
      const tokens = input.subarray(at, at + batchSize);
      const predicts = firstPredicted + at;
      const sets = await this.task.sets?.between(Math.max(predicts, scoreFrom), predicts + tokens.length);
      const isScored = await this.services.turn.batch(async () => {
        const before = this.underWay;
        this.underWay = this.scoreBatch(tokens, predicts, scoreFrom, sets);
        // Its failure is met by the next batch, or at the end.
        this.underWay.catch(() => undefined);
        await (ahead ? before : this.underWay);
        return true;
      });
      if (!isScored) return Math.max(scoreFrom, predicts);
    }
    return undefined;
  }

  /** Evaluates a batch whose first token predicts position `predicts`. Its scores are kept when they have been read. */
  private async scoreBatch(
    tokens: Int32Array,
    predicts: number,
    scoreFrom: number,
    sets: readonly Uint32Array[] | undefined
  ): Promise<void> {
    const {context, scored, services, task} = this;
    const targets = task.ids.slice(Math.max(predicts, scoreFrom), predicts + tokens.length);
    const top = scored.detail?.top ?? 1;
    const {predictions} = await context.evaluate(
      {tokens, targets, top, filled: true, ...(sets?.length && {sets})},
      services.signal
    );
    this.tell(tokens.length);
    if (targets.length === 0) return;
    const kept = predictions.then((read) => {
      const first = predicts + tokens.length - targets.length;
      keepScores(scored, first, read);
      if (read.masses !== undefined) task.sets?.keep(first, read.masses);
    });
    // It is awaited later.
    kept.catch(() => undefined);
    this.unread.push(kept);
    this.told = Promise.all([this.told, kept]).then(() => services.onScored(predicts + tokens.length));
    this.told.catch(() => undefined);
    if (this.unread.length > maxUnread) await this.unread.shift();
  }

  private tell(evaluated: number): void {
    const {ids, from} = this.task;
    this.done += evaluated;
    // Windows overlap: in tokens of the text, as people count it.
    const done = from + Math.floor((this.done / this.total) * (ids.length - from));
    this.services.onProgress({stage: "score", done, total: ids.length});
  }
}

function keepScores({logprobs, top1, detail}: ScoredTokens, first: number, predictions: Predictions): void {
  logprobs.set(predictions.logprobs, first);
  for (const [i, rank] of predictions.ranks.entries()) top1[first + i] = rank === 1 ? 1 : 0;
  if (detail === null) return;
  detail.ranks.set(predictions.ranks, first);
  detail.entropies.set(predictions.entropies, first);
  detail.topIds.set(predictions.topIds, first * detail.top);
  detail.topLogprobs.set(predictions.topLogprobs, first * detail.top);
}
