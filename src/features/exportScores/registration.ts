import * as vscode from "vscode";
import {ScoredSubject} from "../../host/documents/scoredText";
import {commandSubject, scoredPart} from "../../host/documents/targetText";
import {type Host, registerCommand} from "../../host/host";
import {scoreWithProgress} from "../../host/scoring";
import {saveScores} from "./saveScores";

/** `Export Scores…`: of what was scored already, of a place given as argument, else of the selection, else of the file. */
export function registerExportScores(host: Host): vscode.Disposable {
  return registerCommand(host, "exportScores", async (argument) => {
    await saveScores(host, argument instanceof ScoredSubject ? argument : await score(host, argument));
  });
}

async function score(host: Host, argument: unknown): Promise<ScoredSubject> {
  const subject = await commandSubject(argument);
  const params = scoredPart(subject, host.settings);
  return new ScoredSubject(subject, await scoreWithProgress(host, vscode.l10n.t("Scoring {0}", subject.title), params));
}
