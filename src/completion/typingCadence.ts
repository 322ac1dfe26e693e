/** Milliseconds. A longer gap between two keys is a pause for anyone, and no typing. */
const maxGap = 500;

/** Share of the way that each key moves the averages, and each answer the cost. */
const keyWeight = 0.1;
const costWeight = 0.2;

/**
 * Standard deviations above the average gap after which a pause is taken for one: of gaps while typing fewer than one in 200
 * is longer.
 */
const deviations = 3;

/** Of gaps' logarithms. Nobody types more evenly; and a machine that has much to do tells of keys less evenly than they are typed. */
const minDeviation = 0.2;

/** Milliseconds for which an answer has to stand to be seen. */
const glance = 250;

/**
 * Milliseconds that a request costs which is worth making before it is wanted. What comes sooner seems to come at once anyway
 * (Miller 1968); what takes longer is too dear to be made in vain.
 */
const minAhead = 100;
const maxAhead = 2000;

/**
 * Learns how fast someone types, to tell a pause from the gap between two keys; and what a request costs. Times are
 * milliseconds of one clock.
 */
export class Rhythm {
  // Of the gaps' natural logarithms: people's gaps are skewed, with few short and some long ones.
  private mean = Math.log(150);
  private variance = 0.4 ** 2;
  private last: number | undefined;
  /** What a request takes, on average. */
  private cost = 200;

  /** A key was pressed. */
  key(now: number): void {
    const gap = now - (this.last ?? Number.NEGATIVE_INFINITY);
    this.last = now;
    if (gap > maxGap) return;
    const difference = Math.log(Math.max(1, gap)) - this.mean;
    this.mean += keyWeight * difference;
    this.variance = (1 - keyWeight) * (this.variance + keyWeight * difference ** 2);
  }

  /** A request took so long, from being sent to its whole answer. */
  answered(milliseconds: number): void {
    this.cost += costWeight * (milliseconds - this.cost);
  }

  /** Whether to ask for what will be wanted, before it is. */
  get asksAhead(): boolean {
    return this.cost >= minAhead && this.cost <= maxAhead;
  }

  /**
   * How long from now on to wait before asking. Who is typing would throw the answer away: a request waits for a pause. Only
   * where one types so slowly that an answer comes and is seen between two keys, it need not. `least` after the last key at
   * the least.
   */
  wait(least: number, now: number): number {
    const isSeen = Math.exp(this.mean) - least - this.cost >= glance;
    const deviation = Math.max(minDeviation, Math.sqrt(this.variance));
    const pause = isSeen ? 0 : Math.min(maxGap, Math.exp(this.mean + deviations * deviation));
    return Math.max(0, Math.max(least, pause) - (now - (this.last ?? Number.NEGATIVE_INFINITY)));
  }
}
