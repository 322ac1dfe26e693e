/** How many of the last tokens must have occurred together before. The longest match is tried first. */
const maxMatch = 4;
const minMatch = 2;

/**
 * Draft tokens by prompt lookup (Saxena 2023): what followed the same tokens earlier in the text, up to `max` ids. Code
 * repeats itself, and an accepted draft token is cheaper than a token of its own.
 */
export function draftTokens(ids: readonly number[], max: number): readonly number[] {
  for (let length = Math.min(maxMatch, ids.length - 1); length >= minMatch; length--) {
    const tail = ids.length - length;
    for (let start = tail - 1; start >= 0; start--) {
      if (!matches(ids, start, tail, length)) continue;
      return ids.slice(start + length, Math.min(start + length + max, tail + length));
    }
  }
  return [];
}

function matches(ids: readonly number[], one: number, other: number, length: number): boolean {
  // Backwards, because the last token tells most places apart.
  for (let i = length - 1; i >= 0; i--) if (ids[one + i] !== ids[other + i]) return false;
  return true;
}

/** Weight of the newest draft in the moving average. */
const weight = 0.4;

/** Acceptance rate that is assumed before the first draft. */
const expected = 0.6;

/** Parameters below which a batch spends its time on other things than its tokens. */
export const smallModel = 5e7;

/**
 * The time that one draft token adds to a batch, as a share of the time of a token of its own. It depends on counts and
 * never on a clock: drafting decides the shape of the batches, and with it the rounding of the numbers.
 *
 * Measured: 0.25 on the demonstration model, 0.82 on a model of 0.5B parameters on one thread (bench/README.md). More
 * threads share the arithmetic, and a token of its own then waits for the memory.
 */
export function draftTokenCost(parameters: number, threads: number, onDevice: boolean): number {
  if (onDevice) return 0.1;
  return parameters < smallModel ? 0.25 : 0.82 / Math.max(1, threads);
}

/**
 * The acceptance rate of one completion's draft tokens. With few threads and a large model nearly all must be accepted
 * to pay; on a GPU hardly any.
 */
export class AcceptanceRate {
  private rate = expected;

  /** @param cost As {@link draftTokenCost} returns it. */
  constructor(private readonly cost: number) {}

  /** Adds a draft of `tried` tokens. */
  add(tried: number, accepted: number): void {
    if (tried > 0) this.rate += weight * (accepted / tried - this.rate);
  }

  /** Whether the next draft saves more time than it costs. */
  get pays(): boolean {
    return this.rate > this.cost;
  }
}
