/** A number as JSON holds it: infinite ones as their names, null for what has no value. */
export type JsonNumber = number | "Infinity" | "-Infinity" | null;

export function jsonNumber(value: number | null): JsonNumber {
  if (value === null || Number.isNaN(value)) return null;
  if (Number.isFinite(value)) return value;
  return value > 0 ? "Infinity" : "-Infinity";
}

/** Null where there is none; see {@link jsonNumber}. */
export function numberOfJson(value: JsonNumber): number | null {
  return typeof value === "string" ? Number(value) : value;
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return value === null || value === "Infinity" || value === "-Infinity" || Number.isFinite(value);
}
