import {setTimeout} from "node:timers/promises";
import {EngineError, type EngineErrorKind} from "../../contract/errors";

/** How long a server is waited for, and how often it is asked again. Milliseconds. */
export interface Patience {
  /** Without a byte for so long, a connection counts as lost. */
  readonly stall: number;
  /** Pauses before the attempts after the first; one that gets further begins them anew. */
  readonly pauses: readonly number[];
  /** A server that asks for a longer pause than this is left to the user. */
  readonly maxPause: number;
}

export const patient: Patience = {
  stall: 30_000,
  pauses: [500, 1000, 2000, 4000, 8000],
  maxPause: 60_000
};

/** A failure that may be gone the next time. */
export class Transient extends EngineError {
  constructor(
    kind: EngineErrorKind,
    message: string,
    /** Milliseconds that the server asks to be left alone; null where it asks for nothing. */
    readonly pause: number | null = null
  ) {
    super(kind, message);
  }
}

/**
 * Does something until it succeeds, or fails in a way that stays, or fails once more than there are pauses without getting
 * further: `reached` says how far it is, and may only be compared.
 */
export async function persist<T>(
  {pauses, maxPause}: Patience,
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
      if (!(error instanceof Transient)) throw error;
      if (reached() > best) failures = 0;
      best = Math.max(best, reached());
      const pause = pauses[failures++];
      if (pause === undefined || (error.pause ?? 0) > maxPause) throw error;
      await setTimeout(Math.max(pause, error.pause ?? 0), undefined, {signal});
    }
  }
}
