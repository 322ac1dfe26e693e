import {codePoints, utf8Length} from "../../metrics/textOffsets";

/** "1 token", "1,234 tokens": the same digits in every locale. */
export function plural(count: number, unit: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${digits} ${unit}${count === 1 ? "" : "s"}`;
}

/** "90 tokens, 386 characters, 386 bytes, 4.29 characters per token". Characters are code points. */
export function countLine(tokens: number, text: string): string {
  const characters = codePoints(text);
  const parts = [plural(tokens, "token"), plural(characters, "character"), plural(utf8Length(text), "byte")];
  if (tokens > 0) parts.push(`${(characters / tokens).toFixed(2)} characters per token`);
  return parts.join(", ");
}
