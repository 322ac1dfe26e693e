import {setImmediate} from "node:timers/promises";

/** Milliseconds of work before others on the thread have their turn. */
const turnLength = 4;

/** Milliseconds between two reports of progress. */
const reportInterval = 100;

/** Long work on the thread that all requests share, in turns of a few milliseconds, with a pause while `idle` says so. */
export class Turns {
  private began = performance.now();
  private reported = this.began;

  constructor(
    private readonly idle: (signal: AbortSignal) => Promise<void>,
    readonly signal: AbortSignal
  ) {}

  /** This turn has lasted long enough. */
  get over(): boolean {
    return performance.now() - this.began >= turnLength;
  }

  /** Ends this turn, and begins the next one when it may. Rejects where the work is not wanted any more. */
  async next(): Promise<void> {
    await setImmediate();
    this.signal.throwIfAborted();
    await this.idle(this.signal);
    this.began = performance.now();
  }

  /** It is time to say how far the work is. */
  get reports(): boolean {
    const now = performance.now();
    if (now - this.reported < reportInterval) return false;
    this.reported = now;
    return true;
  }
}
