import * as vscode from "vscode";

/** Bytes: settings are shorter. */
const maxFileSize = 1_000_000;

/**
 * Which of these settings the workspace's own files name. VS Code hides from extensions what it does not apply in Restricted
 * Mode, so the files are looked at. By their text: one that is only in a comment is taken for a setting, which does no harm.
 */
export async function settingsOfWorkspace(names: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(settingsFiles().map(textOf));
  return names.filter((name) => texts.some((text) => text.includes(`"${name}"`)));
}

function settingsFiles(): vscode.Uri[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const files = folders.map(({uri}) => vscode.Uri.joinPath(uri, ".vscode", "settings.json"));
  const {workspaceFile} = vscode.workspace;
  return workspaceFile === undefined ? files : [...files, workspaceFile];
}

/** Empty where there is no such file. */
async function textOf(file: vscode.Uri): Promise<string> {
  try {
    const {size} = await vscode.workspace.fs.stat(file);
    return size > maxFileSize ? "" : new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return "";
  }
}
