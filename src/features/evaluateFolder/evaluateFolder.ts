import * as vscode from "vscode";
import {chooseFolders, titleOfFolders} from "../../host/documents/chooseFolders";
import type {Evaluation} from "../../host/evaluation";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import type {LatestEvaluation} from "../../host/latestEvaluation";
import {saveFile} from "../../host/saveFile";
import {plainText} from "../../text/plainText";
import {evaluate} from "./evaluate";
import {evaluationCsv, evaluationJson} from "./exports";

/** Scores the files of the chosen folders; undefined if the user chooses none. */
export async function evaluateFolder(
  host: Host,
  resource: unknown,
  selected: unknown
): Promise<Evaluation | undefined> {
  const roots = await chooseFolders(resource, selected, {
    title: vscode.l10n.t("Evaluate Folder"),
    question: vscode.l10n.t("Which folder's files are to be scored?"),
    open: vscode.l10n.t("Evaluate")
  });
  if (roots.length === 0) return undefined;
  const title = titleOfFolders(roots);
  return await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Evaluating {0}", plainText(title)),
      cancellable: true
    },
    (progress, token) => evaluate(host, {title, roots}, progress, token)
  );
}

export async function exportEvaluation({latest}: LatestEvaluation, format: "JSON" | "CSV"): Promise<void> {
  const evaluation = required(latest);
  await saveAs(evaluation, format, format === "JSON" ? evaluationJson(evaluation) : evaluationCsv(evaluation));
}

export function required(evaluation: Evaluation | undefined): Evaluation {
  if (!evaluation)
    throw new HostError(
      "noEvaluation",
      vscode.l10n.t("No folder has been evaluated since VS Code was opened: evaluate one first.")
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
