/** A cursor's line in a state of a text. */
export interface Spot {
  readonly file: string;
  readonly version: number;
  readonly line: number;
}

/** Lines that the cursor may move: most of what was evaluated for the one is of use at the other. */
const near = 20;

/** Milliseconds, and the share of them that evaluating in advance may take. */
const period = 120_000;
const share = 0.1;

/**
 * Knows for which spot the model's cache is ready, and whether there is time to make it ready for another. Only after a
 * first request: before, nobody has asked for a cache. Times are milliseconds of one clock.
 */
export class Warmth {
  private ready: Spot | undefined;
  private spent: {readonly at: number; readonly milliseconds: number}[] = [];
  /** What the last one took: the next one may take as long. */
  private cost = 0;

  /** What a completion needs at this spot was evaluated. */
  isReadyFor(spot: Spot): void {
    this.ready = spot;
  }

  /** Nothing is ready. */
  forget(): void {
    this.ready = undefined;
  }

  /** Whether to evaluate what a completion would need at this spot. */
  wants(spot: Spot, now: number): boolean {
    return this.ready !== undefined && !isNear(this.ready, spot) && this.affords(now);
  }

  /** Evaluating in advance took so long, until now. */
  took(milliseconds: number, now: number): void {
    this.cost = milliseconds;
    this.spent.push({at: now, milliseconds});
  }

  private affords(now: number): boolean {
    this.spent = this.spent.filter(({at}) => at > now - period);
    const spent = this.spent.reduce((sum, {milliseconds}) => sum + milliseconds, 0);
    return spent + this.cost <= period * share;
  }
}

function isNear(one: Spot, other: Spot): boolean {
  return one.file === other.file && one.version === other.version && Math.abs(one.line - other.line) <= near;
}
