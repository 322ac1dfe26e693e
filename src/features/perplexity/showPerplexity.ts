import * as vscode from "vscode";
import {commandTargetText, scoreParamsOf} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {scoreWithProgress} from "../../host/scoring";
import {showResult} from "./result";

/** Scores a place given as argument (a hover's link), else the selection, else the file, and shows the numbers. */
export async function showPerplexity(host: Host, argument: unknown): Promise<void> {
  const target = await commandTargetText(argument);
  const params = scoreParamsOf(target, host.settings);
  // With the detail that is free, unlike other sums: the list leads to an export, which then has the columns of any other.
  const scores = await scoreWithProgress(host, vscode.l10n.t("Perplexity of {0}", target.title), params);
  void showResult(host, target, scores);
}
