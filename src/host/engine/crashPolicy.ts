/** With more crashes than this within {@link crashPeriod}, no new process starts by itself. */
const maxCrashes = 3;

/** Milliseconds. */
const crashPeriod = 60_000;

/** Decides whether a crashed process is started again by itself. The caller brings the clock. */
export class CrashPolicy {
  private times: number[] = [];

  /** The last crash was one too many. */
  get isStopped(): boolean {
    return this.times.length > maxCrashes;
  }

  /** Crashes within the period before the last one, which is counted too. */
  get crashes(): number {
    return this.times.length;
  }

  /** `now` is in milliseconds. */
  recordCrash(now: number): void {
    this.times = [...this.times.filter((time) => time > now - crashPeriod), now];
  }

  reset(): void {
    this.times = [];
  }
}
