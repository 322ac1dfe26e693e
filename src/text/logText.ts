import {visibleLines} from "./visibleText";

/** Characters of an entry: a model's metadata are logged by what reads them, and may be of any length. */
const maxLength = 1 << 14;

/**
 * A message, or an error with its stack, as one entry of the log. llama.cpp logs what models say of themselves: what can't
 * be seen is made visible, and further lines are indented, as no entry's first line is.
 */
export function logText(message: string | Error): string {
  const text = typeof message === "string" ? message : (message.stack ?? String(message));
  const cut = text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`;
  return visibleLines(cut).replaceAll("\n", "\n    ");
}
