/** How often it is looked again whether the process is still busy (ms), once nothing else happens. */
const busyTime = 1000;

/** Runs something once, when nothing has happened for a while. */
export class Quiet {
  private timer: NodeJS.Timeout | undefined;
  private hasRun = false;

  /**
   * @param milliseconds without {@link disturbed}
   * @param isBusy puts it off, though nothing has happened
   */
  constructor(
    private readonly milliseconds: number,
    private readonly isBusy: () => boolean,
    private readonly run: () => void
  ) {
    this.disturbed();
  }

  /** Something has happened: the time begins again. */
  disturbed(): void {
    this.wait(this.milliseconds);
  }

  /** It runs no more, if it has not. */
  dispose(): void {
    this.hasRun = true;
    clearTimeout(this.timer);
  }

  private wait(milliseconds: number): void {
    if (this.hasRun) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.isBusy()) return this.wait(busyTime);
      this.hasRun = true;
      this.run();
    }, milliseconds);
  }
}
