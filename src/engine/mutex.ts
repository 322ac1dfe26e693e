/** One at a time, in the order of asking. A KV cache is such a thing. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  async run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    // A failure is its caller's, not the next one's.
    this.tail = turn.catch(() => undefined);
    return await turn;
  }
}
