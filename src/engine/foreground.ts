/**
 * Lets short work (a completion at the cursor) go before long work (scoring a document): long work asks for its turn
 * before each batch and waits while short work is under way.
 */
export class Foreground {
  private running = 0;
  private waiting: (() => void)[] = [];

  /** Runs short work; long work stands still meanwhile. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.running++;
    try {
      return await work();
    } finally {
      this.running--;
      if (this.running === 0) for (const resume of this.waiting.splice(0)) resume();
    }
  }

  /** Resolves as soon as no short work is under way. */
  async turn(): Promise<void> {
    while (this.running > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
