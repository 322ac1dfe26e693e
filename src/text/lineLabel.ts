import * as l10n from "@vscode/l10n";
import {visibleText} from "./visibleText";

/** Lines as a list's rows name them, counted from 1: "L12", "L12–14". */
export function lineLabel(first: number, lines = 1): string {
  return lines === 1 ? l10n.t("L{0}", first) : l10n.t("L{0}–{1}", first, first + lines - 1);
}

/** The beginning of a text, readable and on one line. */
export function shortText(text: string, maxLength: number): string {
  return visibleText(text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`);
}

/** The first line of a text that is not blank, without the white space around it. */
export function firstLine(text: string, maxLength: number): string {
  const [line = ""] = /\S[^\r\n]*/.exec(text) ?? [];
  return shortText(line.trimEnd(), maxLength);
}
