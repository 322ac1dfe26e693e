/** The median of numbers, rounded; "–" if there are none. */
export function median(values: readonly number[]): number | string {
  return rounded(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]);
}

export function worst(values: readonly number[]): number | string {
  return rounded(values.length === 0 ? undefined : Math.max(...values));
}

function rounded(value: number | undefined): number | string {
  return value === undefined ? "–" : Math.round(value);
}
