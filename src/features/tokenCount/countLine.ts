import type {CountResult} from "../../engine/api";
import {plural} from "../../metrics/numberText";

/** "90 tokens, 386 characters, 386 bytes, 4.29 characters per token". Characters are code points. */
export function countLine({count, characters, bytes}: Omit<CountResult, "model">): string {
  const parts = [plural(count, "token"), plural(characters, "character"), plural(bytes, "byte")];
  if (count > 0) parts.push(`${(characters / count).toFixed(2)} characters per token`);
  return parts.join(", ");
}
