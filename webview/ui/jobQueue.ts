/** Runs jobs one after the other. One that fails is reported as an error of the page, and the next one runs. */
export class JobQueue {
  private last: Promise<void> = Promise.resolve();

  add(job: () => void | Promise<void>): void {
    this.last = this.last.then(job).catch(reportError);
  }
}
