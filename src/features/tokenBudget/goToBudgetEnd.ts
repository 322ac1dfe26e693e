import * as vscode from "vscode";
import {selectInEditor} from "../../host/documents/reveal";
import {uriName} from "../../host/documents/uriName";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {runCommand} from "../../host/runCommand";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {commandDocument} from "./commandDocument";

/** Puts the cursor where a document's budget ends, or says why there is no such place. */
export async function goToBudgetEnd(host: Host, resource: unknown): Promise<void> {
  const document = await commandDocument(resource);
  if (document === undefined) throw new HostError("noEditor", vscode.l10n.t("No text is open: open a file first."));
  const {uri} = document;
  const name = plainText(uriName(uri));
  if (!host.budgets.has(uri)) {
    const set = vscode.l10n.t("Set Token Budget…");
    const message = vscode.l10n.t("{0} has no token budget.", name);
    void vscode.window.showInformationMessage(message, set).then(async (chosen) => {
      if (chosen === set) await runCommand("setTokenBudget", uri);
    });
    return;
  }
  const found = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Counting the tokens of {0}", name),
      cancellable: true
    },
    async (_, token) => {
      const counted = await host.documents.count(document, token, {asked: true});
      const budget = host.budgets.of(uri, counted.model.contextSize);
      if (budget === null || counted.count <= budget) return {counted, budget, isOver: false as const};
      return {
        counted,
        isOver: true as const,
        end: await host.documents.tokenEnd(document, budget, token, {asked: true})
      };
    }
  );
  if (!found.isOver) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "{0} is within its budget: {1} of {2} tokens.",
        name,
        count(found.counted.count),
        count(found.budget ?? 0)
      )
    );
    return;
  }
  if (found.end === null)
    throw new HostError(
      "noSpans",
      vscode.l10n.t(
        'The tokenizer of "{0}" rewrites text, so its tokens have no positions in it: choose another model to see where the budget ends.',
        found.counted.model.file
      )
    );
  await selectInEditor(document, found.end, found.end, {preserveFocus: false});
}
