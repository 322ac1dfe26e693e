/** The types of values that GGUF metadata has, by their number in the file. */
export const valueTypes = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "bool",
  "string",
  "array",
  "uint64",
  "int64",
  "float64"
] as const;
export type ValueType = (typeof valueTypes)[number];

export type MetadataScalar = number | bigint | boolean | string | CutString;
export type MetadataValue = MetadataScalar | MetadataArray;

/** The beginning of a string that is too long to be kept. */
export interface CutString {
  readonly kind: "cut";
  readonly text: string;
  /** UTF-8 bytes of the whole string. */
  readonly bytes: number;
}

export interface MetadataArray {
  readonly kind: "array";
  readonly itemType: ValueType;
  readonly length: number;
  /** The first items. */
  readonly items: readonly MetadataScalar[];
  /** Where the items begin in the file, for `stringsAt`. */
  readonly offset: number;
  /** The fill-in-the-middle texts that this vocabulary has as tokens. */
  readonly infillTexts: ReadonlySet<string>;
}

export function isList(value: unknown): value is MetadataArray {
  return typeof value === "object" && value !== null && (value as {kind?: unknown}).kind === "array";
}

/** A kept string, or the beginning that was kept of it. */
export function keptText(value: string | CutString): string {
  return typeof value === "string" ? value : value.text;
}
