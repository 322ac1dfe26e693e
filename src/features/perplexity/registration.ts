import * as vscode from "vscode";
import {commandTargetText, scoreParamsOf} from "../../host/documents/targetText";
import {type Host, registerCommand} from "../../host/host";
import {scoreWithProgress} from "../../host/scoring";
import {showResult} from "./result";

/** `Perplexity of Selection`: of a place given as argument (a hover's link), else of the selection, else of the file. */
export function registerPerplexity(host: Host): vscode.Disposable {
  return registerCommand(host, "tokenscope.perplexity", async (argument) => {
    const subject = await commandTargetText(argument);
    const params = scoreParamsOf(subject, host.settings);
    const scores = await scoreWithProgress(host, vscode.l10n.t("Perplexity of {0}", subject.title), params);
    void showResult(host, subject, scores);
  });
}
