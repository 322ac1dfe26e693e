/** The middle one of some numbers, rounded; "–" where there are none. */
export function median(values: readonly number[]): number | string {
  return rounded(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]);
}

export function worst(values: readonly number[]): number | string {
  return rounded(values.length === 0 ? undefined : Math.max(...values));
}

function rounded(value: number | undefined): number | string {
  return value === undefined ? "–" : Math.round(value);
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
