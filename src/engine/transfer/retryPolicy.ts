import {setTimeout} from "node:timers/promises";
import {type ErrorKind, HumanError} from "../../contract/errors";

/** How long a server is waited for, and how often it is asked again. Milliseconds. */
export interface RetryPolicy {
  /** Without a byte for so long, a connection counts as lost. */
  readonly stallTimeout: number;
  /** Pauses before the attempts after the first; one that gets further begins them anew. */
  readonly delays: readonly number[];
  /** A server that asks for a longer pause than this is left to the user. */
  readonly maxDelay: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  stallTimeout: 30_000,
  delays: [500, 1000, 2000, 4000, 8000],
  maxDelay: 60_000
};

/** A failure that may be gone the next time. */
export class TransientError extends HumanError {
  constructor(
    kind: ErrorKind,
    message: string,
    /** Milliseconds that the server asks to be left alone; null where it asks for nothing. */
    readonly retryAfter: number | null = null
  ) {
    super(kind, message);
  }
}

/**
 * Does something until it succeeds, or fails in a way that stays, or fails once more than there are pauses without getting
 * further: `reached` says how far it is, and may only be compared.
 */
export async function retry<T>(
  {delays: pauses, maxDelay: maxPause}: RetryPolicy,
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
      const pause = pauses[failures++];
      if (pause === undefined || (error.retryAfter ?? 0) > maxPause) throw error;
      await setTimeout(Math.max(pause, error.retryAfter ?? 0), undefined, {signal});
    }
  }
}
