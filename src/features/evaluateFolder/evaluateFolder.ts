import * as vscode from "vscode";
import {chooseFolders} from "../../host/documents/chooseFolders";
import {HostError} from "../../host/hostError";
import {saveFile} from "../../host/saveFile";
import {plainText} from "../../text/plainText";
import type {Evaluation} from "./evaluation";
import {evaluationCsv, evaluationJson} from "./exports";

/** What is to be evaluated: the resources of a menu, or what the user chooses. */
export function chooseEvaluated(resource: unknown, selected: unknown): Promise<readonly vscode.Uri[]> {
  return chooseFolders(resource, selected, {
    title: vscode.l10n.t("Evaluate Folder"),
    question: vscode.l10n.t("Which folder's files are to be scored?"),
    open: vscode.l10n.t("Evaluate")
  });
}

export async function exportEvaluation(evaluation: Evaluation, format: "JSON" | "CSV"): Promise<void> {
  await saveAs(evaluation, format, format === "JSON" ? evaluationJson(evaluation) : evaluationCsv(evaluation));
}

export function required(evaluation: Evaluation | undefined): Evaluation {
  if (!evaluation)
    throw new HostError(
      "noEvaluation",
      vscode.l10n.t("No folder has been evaluated in this workspace: evaluate one first.")
    );
  return evaluation;
}

async function saveAs({title, roots}: Evaluation, format: "JSON" | "CSV", content: string): Promise<void> {
  const extension = format.toLowerCase();
  const [root] = roots;
  const name = `${plainText(title).replace(/[\\/:*?"<>|]/g, "-")}-evaluation.${extension}`;
  const options = {
    ...(root ? {defaultUri: vscode.Uri.joinPath(root, "..", name)} : {}),
    filters: {[format]: [extension]},
    saveLabel: vscode.l10n.t("Export"),
    title: vscode.l10n.t("Export Evaluation as {0}", format)
  };
  const unwritable = (file: string, code: string): string =>
    vscode.l10n.t('The numbers can\'t be written to "{0}" ({1}): save them elsewhere.', file, code);
  const target = await saveFile(options, unwritable, async () => new TextEncoder().encode(content));
  if (!target) return;
  vscode.window.setStatusBarMessage(`$(check) ${vscode.l10n.t("Exported the evaluation as {0}", format)}`, 3000);
}
