import * as vscode from "vscode";
import {activeCountedText} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {markStepDone} from "../../host/walkthroughProgress";
import {plainText} from "../../text/plainText";
import {countLine} from "./countLine";

/** Counts the selection, or else the file, and says the number. */
export async function countTokens(host: Host): Promise<void> {
  const counted = await activeCountedText();
  const result = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Counting the tokens of {0}", plainText(counted.title)),
      cancellable: true
    },
    (_, token) => host.engine.request("count", {model: host.settings.scoringModel(), text: counted.toSend}, {token})
  );
  const line = plainText(
    vscode.l10n.t("{0}: {1} ({2}, {3})", counted.title, countLine(result), result.model.name, result.model.quantization)
  );
  markStepDone("tokens");
  const copy = vscode.l10n.t("Copy");
  // Not awaited: the command is done, the message may stay.
  void vscode.window.showInformationMessage(line, copy).then(async (chosen) => {
    if (chosen === copy) await vscode.env.clipboard.writeText(String(result.count));
  });
}
