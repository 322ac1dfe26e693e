import * as vscode from "vscode";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {commandTargetText, scoreParamsOf} from "../../host/documents/targetText";
import {type Host, registerCommand} from "../../host/host";
import {scoreWithProgress} from "../../host/scoring";
import {saveScores} from "./saveScores";

/** `Export Scores…`: of what was scored already, of a place given as argument, else of the selection, else of the file. */
export function registerExportScores(host: Host): vscode.Disposable {
  return registerCommand(host, "tokenscope.exportScores", async (argument) => {
    await saveScores(host, argument instanceof ScoredTarget ? argument : await score(host, argument));
  });
}

async function score(host: Host, argument: unknown): Promise<ScoredTarget> {
  const subject = await commandTargetText(argument);
  const params = scoreParamsOf(subject, host.settings);
  return new ScoredTarget(subject, await scoreWithProgress(host, vscode.l10n.t("Scoring {0}", subject.title), params));
}
