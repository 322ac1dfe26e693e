import {setTimeout} from "node:timers/promises";

/** Milliseconds between two looks: short against what is waited for, long enough to leave the extension host to others. */
const pause = 10;

/** Looks until there is something to see, and returns it. What never comes ends with mocha's own timeout. */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as NonNullable<Exclude<T, false>>;
    await setTimeout(pause);
  }
}
