import * as l10n from "@vscode/l10n";
import {type ErrorKind, kindOf} from "../../host/hostError";

/** Errors that concern one text, so that the next one can be tried. */
const ofOneText: ReadonlySet<ErrorKind | "bug"> = new Set([
  "emptyText",
  "nothingToScore",
  "longRun",
  "emptyFile",
  "textGone",
  "textWithheld"
]);

export function errorOfOneText(error: unknown): boolean {
  return ofOneText.has(kindOf(error));
}

export function noFirstProbability(): string {
  return l10n.t(
    "There is no text before the answer, and this model puts nothing there: its first token has no probability."
  );
}
