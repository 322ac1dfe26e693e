import * as vscode from "vscode";
import {ScoredSubject} from "../../host/documents/scoredText";
import {commandSubject, scoredPart} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {scoreWithProgress} from "../../host/scoring";
import {saveScores} from "./saveScores";

/** Exports what was scored already, else scores a place given as argument, else the selection, else the file. */
export async function exportScores(host: Host, argument: unknown): Promise<void> {
  await saveScores(host, argument instanceof ScoredSubject ? argument : await score(host, argument));
}

async function score(host: Host, argument: unknown): Promise<ScoredSubject> {
  const subject = await commandSubject(argument);
  const params = scoredPart(subject, host.settings);
  return new ScoredSubject(subject, await scoreWithProgress(host, vscode.l10n.t("Scoring {0}", subject.title), params));
}
