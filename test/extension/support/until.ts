import {setTimeout} from "node:timers/promises";

/** Milliseconds between two looks: short against what is waited for, long enough to leave the extension host to others. */
const pause = 10;

/** Milliseconds; what takes longer on the slowest machine never comes. It ends before mocha gives the test up. */
const patience = 120_000;

/** Looks until there is something to see, and returns it. */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  // Where it was called from: the stack of what is thrown from a timer doesn't say.
  const givenUp = new Error(`What was waited for never came: ${look}`);
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as NonNullable<Exclude<T, false>>;
    await setTimeout(pause);
  }
  throw givenUp;
}
