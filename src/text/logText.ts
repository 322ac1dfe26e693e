import {visibleLines} from "./visibleText";

/** Maximum characters of an entry: model metadata is logged and may have any length. */
const maxLength = 1 << 14;

/**
 * A message, or an error with its stack, as one entry of the log. llama.cpp logs strings from model files: invisible
 * characters are made visible, and further lines are indented so that none passes for an entry of its own.
 */
export function logText(message: string | Error): string {
  const text = typeof message === "string" ? message : (message.stack ?? String(message));
  const cut = text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`;
  return visibleLines(cut).replaceAll("\n", "\n    ");
}
