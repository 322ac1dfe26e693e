import {setTimeout} from "node:timers/promises";
import {EngineError, type EngineErrorKind} from "../../contract/errors";

/** How long to wait for a server, and how often to try again. All times in ms. */
export interface RetryPolicy {
  /** A connection counts as lost after this long without a byte. */
  readonly stallTimeout: number;
  /** Delays before the attempts after the first. An attempt that gets further starts again with the first delay. */
  readonly delays: readonly number[];
  /** If a server asks for a longer delay, the request fails and the user decides. */
  readonly maxDelay: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  stallTimeout: 30_000,
  delays: [500, 1000, 2000, 4000, 8000],
  maxDelay: 60_000
};

/** A failure that may not happen again at the next attempt. */
export class TransientError extends EngineError {
  constructor(
    kind: EngineErrorKind,
    message: string,
    /** The delay that the server asks for (ms); null if it asks for none. */
    readonly retryAfter: number | null = null
  ) {
    super(kind, message);
  }
}

/**
 * Repeats an attempt until it succeeds, fails permanently, or has used all delays without progress. `reached` returns a
 * measure of progress, which is only compared.
 */
export async function retry<T>(
  {delays, maxDelay}: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  reached: () => number = () => 0
): Promise<T> {
  let best = reached();
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (reached() > best) failures = 0;
      best = Math.max(best, reached());
      const delay = delays[failures++];
      if (delay === undefined || (error.retryAfter ?? 0) > maxDelay) throw error;
      await setTimeout(Math.max(delay, error.retryAfter ?? 0), undefined, {signal});
    }
  }
}
