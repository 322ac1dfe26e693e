import {setTimeout} from "node:timers/promises";

/** Polling interval (ms): short, but long enough not to block the extension host. */
const pause = 10;

/** A hang guard (ms), longer than anything takes on the slowest machine. It ends before mocha's limit. */
const patience = 120_000;

/** Polls until `look` returns a value, and returns it. */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  // Created here for its stack: an error thrown from a timer would not show the caller.
  const givenUp = new Error(`What was waited for never came: ${look}`);
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as NonNullable<Exclude<T, false>>;
    await setTimeout(pause);
  }
  throw givenUp;
}
