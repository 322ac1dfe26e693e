/** A cursor's line in one version of a document. */
export interface Spot {
  readonly file: string;
  readonly version: number;
  readonly line: number;
}

/** Max lines between two spots that share most of their prompt. */
const maxDistance = 20;

/** Prefill may take this share of each period (ms). */
const period = 120_000;
const maxShare = 0.1;

/**
 * Knows for which spot the KV cache is filled, and whether there is time to fill it for another one. Starts with the
 * first completion: until then nobody needs a cache. All times are milliseconds of the same clock.
 */
export class PrefillState {
  private ready: Spot | undefined;
  private spent: {readonly at: number; readonly milliseconds: number}[] = [];
  /** The time of the last prefill, which the next one is expected to take too. */
  private cost = 0;

  /** The prompt for this spot is in the KV cache. */
  markReady(spot: Spot): void {
    this.ready = spot;
  }

  /** The KV cache holds no prompt that is of use. */
  forget(): void {
    this.ready = undefined;
  }

  /** Whether to prefill the prompt for this spot. */
  isDue(spot: Spot, now: number): boolean {
    return this.ready !== undefined && !isNear(this.ready, spot) && this.affords(now);
  }

  /** Adds the time of a prefill that has just ended. */
  addCost(milliseconds: number, now: number): void {
    this.cost = milliseconds;
    this.spent.push({at: now, milliseconds});
  }

  private affords(now: number): boolean {
    this.spent = this.spent.filter(({at}) => at > now - period);
    const spent = this.spent.reduce((sum, {milliseconds}) => sum + milliseconds, 0);
    return spent + this.cost <= period * maxShare;
  }
}

function isNear(one: Spot, other: Spot): boolean {
  return one.file === other.file && one.version === other.version && Math.abs(one.line - other.line) <= maxDistance;
}
