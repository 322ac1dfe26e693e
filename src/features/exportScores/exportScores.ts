import * as vscode from "vscode";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {commandTargetText, scoreParamsOf} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {scoreWithProgress} from "../../host/scoring";
import {saveScores} from "./saveScores";

/** Exports what was scored already, else scores a place given as argument, else the selection, else the file. */
export async function exportScores(host: Host, argument: unknown): Promise<void> {
  await saveScores(host, argument instanceof ScoredTarget ? argument : await score(host, argument));
}

async function score(host: Host, argument: unknown): Promise<ScoredTarget> {
  const target = await commandTargetText(argument);
  const params = scoreParamsOf(target, host.settings);
  return new ScoredTarget(target, await scoreWithProgress(host, vscode.l10n.t("Scoring {0}", target.title), params));
}
