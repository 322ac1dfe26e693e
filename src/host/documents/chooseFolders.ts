import * as vscode from "vscode";
import {plainText} from "../../text/plainText";
import {chosenResources} from "./uriArgument";
import {uriName} from "./uriName";

export interface FolderQuestion {
  /** Of the pick and of the dialog. */
  readonly title: string;
  readonly question: string;
  /** The dialog's button. */
  readonly open: string;
  /** Where one folder is open, that one is meant. */
  readonly takesOnlyFolder?: boolean;
}

/** The files and folders selected in the explorer, the one that was clicked, or the user's choice. */
export async function chooseFolders(
  resource: unknown,
  selected: unknown,
  {title, question, open, takesOnlyFolder = false}: FolderQuestion
): Promise<readonly vscode.Uri[]> {
  const resources = chosenResources(resource, selected);
  if (resources.length > 0) return resources;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [first] = folders;
  if (first !== undefined && folders.length === 1 && takesOnlyFolder) return [first.uri];
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
      {title, placeHolder: question}
    );
    if (!chosen) return [];
    if (chosen.uri) return [chosen.uri];
  }
  const opened = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    ...(first ? {defaultUri: first.uri} : {}),
    openLabel: open,
    title
  });
  return opened ?? [];
}

/** What was chosen, in a few words. */
export function titleOfFolders(chosen: readonly vscode.Uri[]): string {
  const [only] = chosen;
  if (chosen.length !== 1 || !only) return vscode.l10n.t("{0} files and folders", chosen.length);
  return uriName(only.with({path: only.path.replace(/\/+$/, "")})) || only.path;
}
