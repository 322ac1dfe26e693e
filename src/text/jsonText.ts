import {jsonNumber} from "./jsonNumber";

/** Characters that JSON does not escape but a terminal or editor obeys: DEL, C1 controls and bidirectional controls. */
const controlCharacters = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Writes JSON without raw control characters, so that a terminal or an editor does not obey them. JSON has no infinite
 * numbers: they become the strings "Infinity" and "-Infinity". A missing value is null.
 */
export function jsonText(value: unknown, indentation = 0): string {
  return JSON.stringify(value, withNamedNumbers, indentation).replace(
    controlCharacters,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
}

function withNamedNumbers(_key: string, value: unknown): unknown {
  return typeof value === "number" ? jsonNumber(value) : value;
}
