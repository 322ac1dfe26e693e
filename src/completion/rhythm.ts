/** Milliseconds. A longer gap between two keys is thinking, not typing. */
const longestGap = 1000;

/** Share of the way that each key moves the average. */
const weight = 0.2;

/** Standard deviations above the average gap after which a pause is taken for one: few gaps while typing are longer. */
const deviations = 2;

/**
 * Learns how fast someone types, to tell a pause from the gap between two keys; and what a request costs, because one that
 * answers at once may be asked at each key. Times are milliseconds of one clock.
 */
export class Rhythm {
  private gap = 200;
  private variance = 100 ** 2;
  private last: number | undefined;
  /** What a request takes, on average. */
  cost = 200;

  /** A key was pressed. */
  key(now: number): void {
    const gap = now - (this.last ?? Number.NEGATIVE_INFINITY);
    this.last = now;
    if (gap > longestGap) return;
    const difference = gap - this.gap;
    this.gap += weight * difference;
    this.variance = (1 - weight) * (this.variance + weight * difference ** 2);
  }

  /** A request took so long, from being sent to its whole answer. */
  answered(milliseconds: number): void {
    this.cost += weight * (milliseconds - this.cost);
  }

  /**
   * How long to wait after a key before asking. Who types on within the answer's time would throw it away: what is waited
   * is what the pause needs to be told from typing, but no more than the answer costs, and `least` at the least.
   */
  wait(least: number): number {
    return Math.max(least, Math.min(this.gap + deviations * Math.sqrt(this.variance), this.cost));
  }
}
