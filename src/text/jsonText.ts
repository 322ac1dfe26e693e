import {jsonNumber} from "./jsonNumber";

/** What JSON leaves as it is, and a terminal or an editor obeys: DEL and C1 controls, and what turns the order of a text around. */
const controlCharacters = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A value as JSON, in which nothing is left that a terminal or an editor would obey: to a program it is the same. Infinite
 * numbers, which JSON can't hold, are the strings "Infinity" and "-Infinity"; null is left for what has no value.
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
