interface WaitingJob {
  readonly begin: () => void;
  readonly onPlace: (place: number) => void;
  /** The place that `onPlace` was last told; 0 before the first time. */
  lastPlace: number;
}

/** Runs jobs one at a time, in the order of asking. A waiting job is told its place in line, and can leave. */
export class JobQueue {
  private busy = false;
  private telling: NodeJS.Immediate | undefined;
  private readonly waiting: WaitingJob[] = [];

  /** @param maxWaiting Jobs that may wait. @param fullError Rejects the next one. */
  constructor(
    private readonly maxWaiting: number,
    private readonly fullError: (waiting: number) => Error
  ) {}

  /**
   * Runs work when its turn has come. `onPlace` is told its place whenever that changes; 1 is next. Rejects with the signal's
   * reason as soon as that is aborted while the job waits.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, onPlace: (place: number) => void): Promise<T> {
    signal.throwIfAborted();
    if (this.busy) await this.turn(signal, onPlace);
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
      this.waiting.shift()?.begin();
      this.tellPlacesSoon();
    }
  }

  private turn(signal: AbortSignal, onPlace: (place: number) => void): Promise<void> {
    if (this.waiting.length >= this.maxWaiting) return Promise.reject(this.fullError(this.waiting.length));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(job), 1);
        this.tellPlacesSoon();
        reject(signal.reason);
      };
      const begin = (): void => {
        signal.removeEventListener("abort", leave);
        // At once, so that no other job begins before this one.
        this.busy = true;
        resolve();
      };
      const job: WaitingJob = {begin, onPlace, lastPlace: 0};
      signal.addEventListener("abort", leave, {once: true});
      this.waiting.push(job);
      this.tellPlacesSoon();
    });
  }

  /** Tells changed places, after all jobs have moved that move at the same time. */
  private tellPlacesSoon(): void {
    this.telling ??= setImmediate(() => {
      this.telling = undefined;
      for (const [index, job] of this.waiting.entries()) {
        if (job.lastPlace === index + 1) continue;
        job.lastPlace = index + 1;
        job.onPlace(job.lastPlace);
      }
    });
  }
}
