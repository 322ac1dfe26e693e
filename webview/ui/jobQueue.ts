type Job = () => void | Promise<void>;

/** Runs jobs one after the other. One that fails is reported as an error of the page, and the next one runs. */
export class JobQueue {
  private last: Promise<void> = Promise.resolve();
  private readonly waiting = new Set<Job>();

  /** A job that waits already is not added again. */
  add(job: Job): void {
    if (this.waiting.has(job)) return;
    this.waiting.add(job);
    this.last = this.last.then(() => this.run(job)).catch(reportError);
  }

  private run(job: Job): void | Promise<void> {
    this.waiting.delete(job);
    return job();
  }
}
