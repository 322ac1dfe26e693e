import * as vscode from "vscode";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {commandTargetText, documentRangeOf, scoreParamsOf} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {scoreWithProgress} from "../../host/scoring";
import {markStepDone} from "../../host/walkthroughProgress";
import {resultOf} from "./result";
import type {ResultHistory} from "./resultHistory";
import {showResultList} from "./resultList";
import {showResults} from "./showResults";

/** Scores a place given as argument (a hover's link), else the selection, else the file, and shows the numbers. */
export async function showPerplexity(host: Host, history: ResultHistory, argument: unknown): Promise<void> {
  const target = await commandTargetText(argument);
  const params = scoreParamsOf(target, host.settings);
  // With the detail that is free, unlike other sums: the list leads to an export, which then has the columns of any other.
  const scores = await scoreWithProgress(host, vscode.l10n.t("Perplexity of {0}", target.title), params);
  const result = resultOf(target, scores, Date.now());
  showResultList(host, result, {
    showLogprobs: () => runCommand("showLogprobs", documentRangeOf(target)),
    exportScores: () => runCommand("exportScores", new ScoredTarget(target, scores)),
    showResults: () => showResults(host, history)
  });
  markStepDone("perplexity");
  await history.add(result);
}
