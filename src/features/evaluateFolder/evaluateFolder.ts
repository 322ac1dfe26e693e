import * as vscode from "vscode";
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
  const roots = await chooseRoots(resource, selected);
  if (roots.length === 0) return undefined;
  const title = titleOf(roots);
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

/** The files and folders selected in the explorer, the one that was clicked, or the user's choice. */
async function chooseRoots(resource: unknown, selected: unknown): Promise<readonly vscode.Uri[]> {
  const many = Array.isArray(selected) ? selected.filter((one) => one instanceof vscode.Uri) : [];
  if (many.length > 0) return many;
  if (resource instanceof vscode.Uri) return [resource];
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 0) {
    const other = {label: `$(folder-opened) ${vscode.l10n.t("Choose Another Folder…")}`, uri: undefined};
    const chosen = await vscode.window.showQuickPick(
      [
        ...folders.map(({name, uri}) => ({
          label: `$(folder) ${plainText(name)}`,
          description: vscode.l10n.t("all of it"),
          uri
        })),
        other
      ],
      {
        title: vscode.l10n.t("Evaluate Folder"),
        placeHolder: vscode.l10n.t("Which folder's files are to be scored?")
      }
    );
    if (!chosen) return [];
    if (chosen.uri) return [chosen.uri];
  }
  const [first] = folders;
  const opened = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    ...(first ? {defaultUri: first.uri} : {}),
    openLabel: vscode.l10n.t("Evaluate"),
    title: vscode.l10n.t("Evaluate Folder")
  });
  return opened ?? [];
}

function titleOf(roots: readonly vscode.Uri[]): string {
  const [root] = roots;
  if (roots.length !== 1 || !root) return vscode.l10n.t("{0} files and folders", roots.length);
  const path = root.path.replace(/\/+$/, "");
  return path.slice(path.lastIndexOf("/") + 1) || root.path;
}
