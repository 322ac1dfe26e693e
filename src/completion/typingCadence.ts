/** A longer gap between two keys (ms) is a pause and no typing. */
const maxGap = 500;

/** Weight of the newest key gap, and of the newest request, in the moving averages. */
const keyWeight = 0.1;
const costWeight = 0.2;

/**
 * A gap this many standard deviations above the average is a pause. While typing, fewer than one gap in 200 is longer.
 */
const deviations = 3;

/** Min standard deviation of the gaps' logarithms. A busy machine reports keys less evenly than they are typed. */
const minDeviation = 0.2;

/** How long an answer must stay on screen to be seen (ms). */
const minVisibleTime = 250;

/**
 * Prefetching pays between these costs of a request (ms). A faster answer seems to come at once anyway (Miller 1968); a
 * slower one is too expensive to be made in vain.
 */
const minPrefetchCost = 100;
const maxPrefetchCost = 2000;

/**
 * Learns the user's typing cadence and the cost of a request, and from them the debounce time. All times are
 * milliseconds of the same clock.
 */
export class TypingCadence {
  // Of the gaps' natural logarithms, because people's gaps are skewed: many short ones and some long ones.
  private mean = Math.log(150);
  private variance = 0.4 ** 2;
  private last: number | undefined;
  private cost = 200;

  keyPressed(now: number): void {
    const gap = now - (this.last ?? Number.NEGATIVE_INFINITY);
    this.last = now;
    if (gap > maxGap) return;
    const difference = Math.log(Math.max(1, gap)) - this.mean;
    this.mean += keyWeight * difference;
    this.variance = (1 - keyWeight) * (this.variance + keyWeight * difference ** 2);
  }

  /** Adds a request's time from start to complete answer. */
  addCost(milliseconds: number): void {
    this.cost += costWeight * (milliseconds - this.cost);
  }

  /** Whether the next completion may be requested before it is needed. */
  get allowsPrefetch(): boolean {
    return this.cost >= minPrefetchCost && this.cost <= maxPrefetchCost;
  }

  /**
   * How long to wait before the request. Typing on would throw the answer away, so a request waits for a pause; for a
   * slow typist, who sees the answer between two keys, it does not. `min` is the shortest wait after the last key.
   */
  debounce(min: number, now: number): number {
    const isSeen = Math.exp(this.mean) - min - this.cost >= minVisibleTime;
    const deviation = Math.max(minDeviation, Math.sqrt(this.variance));
    const pause = isSeen ? 0 : Math.min(maxGap, Math.exp(this.mean + deviations * deviation));
    return Math.max(0, Math.max(min, pause) - (now - (this.last ?? Number.NEGATIVE_INFINITY)));
  }
}
