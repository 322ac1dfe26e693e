/** A model's number of parameters, written as in model names: "1.5B", "494M", "3.1M", "68K". */
export function parameterCount(parameters: number): string {
  const units = ["", "K", "M", "B", "T"] as const;
  // 999,999 is 1M, not 1000K.
  const power = units.findIndex((_, i) => i === units.length - 1 || rounded(parameters / 1000 ** i) < 1000);
  return `${rounded(parameters / 1000 ** power)}${units[power]}`;
}

/** Two digits, or all digits before the point: 1.5, 15, 494. */
function rounded(value: number): number {
  return value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value);
}
