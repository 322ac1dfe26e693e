import {PrefillState, type Spot} from "../../completion/prefill";
import type {EngineClient, Listening} from "../../host/engine/engineClient";

/** How long the cursor must rest and the engine be idle before prefill starts (ms). */
const restTime = 1000;

export interface PrefillOptions {
  readonly engine: Pick<EngineClient, "underWay" | "onDidChangeWork">;
  /** Where the next completion may come; undefined if none comes by itself there, or if it would first load a model. */
  readonly spot: () => Spot | undefined;
  /**
   * Builds the prompt of a completion there. Resolves with a function that has the engine evaluate it, or with
   * undefined where completion is not allowed.
   */
  readonly prepare: () => Promise<((signal: AbortSignal) => Promise<void>) | undefined>;
  /** The clock (ms), for tests. */
  readonly now?: () => number;
}

/**
 * Evaluates the prompt of the next completion ahead of time, while the engine is idle: after a jump, in another editor,
 * or in a changed text. One prefill at a time and one per spot. Any other request ends it.
 */
export class Prefill {
  private readonly state = new PrefillState();
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  private readonly listening: Listening;
  private readonly now: () => number;

  constructor(private readonly options: PrefillOptions) {
    this.listening = options.engine.onDidChangeWork(() => this.workChanged());
    this.now = options.now ?? (() => performance.now());
  }

  dispose(): void {
    this.listening.dispose();
    this.stop();
  }

  /** The cursor or the text has changed. */
  cursorMoved(): void {
    this.stop();
    this.timer = setTimeout(() => void this.cursorRested(), restTime);
  }

  /** A completion's own request fills the KV cache for this spot. */
  completionRequested(spot: Spot): void {
    this.state.markReady(spot);
  }

  /** The model has changed. */
  forget(): void {
    this.state.forget();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
  }

  private workChanged(): void {
    const {underWay} = this.options.engine;
    if (underWay === 0 && this.running === undefined) this.cursorMoved();
    // One of the requests may be the prefill itself.
    else if (underWay > 1) this.stop();
  }

  private async cursorRested(): Promise<void> {
    const {engine, spot: find, prepare} = this.options;
    const spot = find();
    if (spot === undefined || engine.underWay > 0 || !this.state.isDue(spot, this.now())) return;
    const abort = new AbortController();
    this.running = abort;
    try {
      const evaluate = await prepare();
      if (evaluate === undefined || abort.signal.aborted || engine.underWay > 0) return;
      await this.timed(evaluate(abort.signal));
      if (!abort.signal.aborted) this.state.markReady(spot);
    } catch {
      // The next completion reports the same error to the user.
    } finally {
      if (this.running === abort) this.running = undefined;
    }
  }

  private async timed(work: Promise<void>): Promise<void> {
    const started = this.now();
    try {
      await work;
    } finally {
      this.state.addCost(this.now() - started, this.now());
    }
  }
}
