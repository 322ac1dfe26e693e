interface Waiting {
  readonly begin: () => void;
  readonly onPlace: (place: number) => void;
  told: number;
}

/** One at a time, in the order of asking. Who waits hears its place in the line, and can leave it. */
export class JobQueue {
  private busy = false;
  private telling: NodeJS.Immediate | undefined;
  private readonly waiting: Waiting[] = [];

  /** @param most So many wait. @param full What the next one gets. */
  constructor(
    private readonly most: number,
    private readonly full: (waiting: number) => Error
  ) {}

  /**
   * Runs work when its turn has come. `onPlace` is told its place whenever that changes: 1 is next. Rejects with the
   * signal's reason as soon as that is aborted in the line.
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
    if (this.waiting.length >= this.most) return Promise.reject(this.full(this.waiting.length));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(one), 1);
        this.tellPlacesSoon();
        reject(signal.reason);
      };
      const begin = (): void => {
        signal.removeEventListener("abort", leave);
        // Before anyone else can ask.
        this.busy = true;
        resolve();
      };
      const one: Waiting = {begin, onPlace, told: 0};
      signal.addEventListener("abort", leave, {once: true});
      this.waiting.push(one);
      this.tellPlacesSoon();
    });
  }

  /** To those whose place is another one, when all have moved that move at the same time. */
  private tellPlacesSoon(): void {
    this.telling ??= setImmediate(() => {
      this.telling = undefined;
      for (const [index, one] of this.waiting.entries()) {
        if (one.told === index + 1) continue;
        one.told = index + 1;
        one.onPlace(one.told);
      }
    });
  }
}
