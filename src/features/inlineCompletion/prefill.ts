import {type Spot, Warmth} from "../../completion/prefill";
import type {EngineClient, Listening} from "../../host/engine/engineClient";

/** Milliseconds that the cursor rests, and nothing is asked of the engine, before it is given something to do. */
const rest = 1000;

export interface WarmingOptions {
  readonly engine: Pick<EngineClient, "underWay" | "onDidChangeWork">;
  /** Where a completion may be wanted next; undefined where none would come by itself, or it would have to load a model. */
  readonly spot: () => Spot | undefined;
  /**
   * Puts together what a completion would ask there. Resolves with what has the engine evaluate that and rejects when aborted,
   * or with undefined where nothing may be asked.
   */
  readonly prepare: () => Promise<((signal: AbortSignal) => Promise<void>) | undefined>;
  /** Milliseconds of a clock. */
  readonly now?: () => number;
}

/**
 * Uses the time in which nobody asks for anything: where the cursor rests after a jump, in another editor or in a changed text, the
 * first completion finds its prompt evaluated. One at a time, once for a spot, ended by whatever else is asked.
 */
export class Warming {
  private readonly warmth = new Warmth();
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  private readonly listening: Listening;
  private readonly now: () => number;

  constructor(private readonly options: WarmingOptions) {
    this.listening = options.engine.onDidChangeWork(() => this.workChanged());
    this.now = options.now ?? (() => performance.now());
  }

  dispose(): void {
    this.listening.dispose();
    this.stop();
  }

  /** The cursor is somewhere else, or the text another one. */
  moved(): void {
    this.stop();
    this.timer = setTimeout(() => void this.rested(), rest);
  }

  /** A completion is asked for there. */
  asked(spot: Spot): void {
    this.warmth.isReadyFor(spot);
  }

  /** Another model is used from now on. */
  forget(): void {
    this.warmth.forget();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
  }

  private workChanged(): void {
    const {underWay} = this.options.engine;
    if (underWay === 0 && this.running === undefined) this.moved();
    // One may be what runs here.
    else if (underWay > 1) this.stop();
  }

  private async rested(): Promise<void> {
    const {engine, spot: find, prepare} = this.options;
    const spot = find();
    if (spot === undefined || engine.underWay > 0 || !this.warmth.wants(spot, this.now())) return;
    const abort = new AbortController();
    this.running = abort;
    try {
      const evaluate = await prepare();
      if (evaluate === undefined || abort.signal.aborted || engine.underWay > 0) return;
      await this.timed(evaluate(abort.signal));
      if (!abort.signal.aborted) this.warmth.isReadyFor(spot);
    } catch {
      // Whatever is wrong, a completion that somebody waits for will say it.
    } finally {
      if (this.running === abort) this.running = undefined;
    }
  }

  private async timed(work: Promise<void>): Promise<void> {
    const started = this.now();
    try {
      await work;
    } finally {
      this.warmth.took(this.now() - started, this.now());
    }
  }
}
