import * as l10n from "@vscode/l10n";
import type {CountResult} from "../../contract/scoring";
import {decimal, listText, plural} from "../../text/numberText";

/** "90 tokens, 386 characters, 386 bytes, 4.29 characters per token". A character is a code point. */
export function countLine({count, characters, bytes}: Pick<CountResult, "count" | "characters" | "bytes">): string {
  const parts = [plural(count, "token"), plural(characters, "character"), plural(bytes, "byte")];
  if (count > 0) parts.push(l10n.t("{0} characters per token", decimal(characters / count, 2)));
  return listText(parts);
}
