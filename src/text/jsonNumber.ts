/** A number in JSON: infinity is written as its name, and a missing value as null. */
export type JsonNumber = number | "Infinity" | "-Infinity" | null;

export function jsonNumber(value: number | null): JsonNumber {
  if (value === null || Number.isNaN(value)) return null;
  if (Number.isFinite(value)) return value;
  return value > 0 ? "Infinity" : "-Infinity";
}

/** The reverse of {@link jsonNumber}. */
export function numberOfJson(value: JsonNumber): number | null {
  return typeof value === "string" ? Number(value) : value;
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return value === null || value === "Infinity" || value === "-Infinity" || Number.isFinite(value);
}
