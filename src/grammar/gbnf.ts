/** Writes GBNF. */

/** The escapes that GBNF has for single characters. */
const names: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ...[...'"\\[]-'].map((character) => [character, `\\${character}`] as const)
]);

/** A literal. */
export function literal(text: string): string {
  return `"${[...text].map((character) => escaped(character.codePointAt(0) ?? 0, '"\\')).join("")}"`;
}

/** A class of the characters in ranges. */
export function charClass(ranges: readonly (readonly [number, number])[]): string {
  const one = (codePoint: number) => escaped(codePoint, "[]^-\\");
  return `[${ranges.map(([low, high]) => (low === high ? one(low) : `${one(low)}-${one(high)}`)).join("")}]`;
}

/** An item `min` to `max` times, with a separator between two if there is one. */
export function repeated(item: string, min: number, max: number, separator = ""): string {
  if (max <= 0) return "";
  if (separator !== "") {
    const more = repeated(`( ${separator} ${item} )`, Math.max(0, min - 1), max - 1);
    const all = more === "" ? item : `${item} ${more}`;
    return min === 0 ? `( ${all} )?` : all;
  }
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? `${item}*` : min === 1 ? `${item}+` : `${item}{${min},}`;
  if (min === max) return min === 1 ? item : `${item}{${min}}`;
  return min === 0 && max === 1 ? `${item}?` : `${item}{${min},${max}}`;
}

function escaped(codePoint: number, special: string): string {
  const character = String.fromCodePoint(codePoint);
  const name = names.get(character);
  if (name !== undefined && (codePoint < 0x20 || special.includes(character))) return name;
  if (codePoint >= 0x20 && codePoint < 0x7f && !special.includes(character)) return character;
  if (codePoint <= 0xff) return `\\x${hex(codePoint, 2)}`;
  return codePoint <= 0xffff ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`;
}

function hex(codePoint: number, digits: number): string {
  return codePoint.toString(16).toUpperCase().padStart(digits, "0");
}
