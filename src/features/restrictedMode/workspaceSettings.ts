import * as vscode from "vscode";

/** In bytes. No real settings file is longer. */
const maxFileSize = 1_000_000;

/**
 * Which of these settings the workspace's own files name. VS Code does not tell extensions which settings it ignores in Restricted
 * Mode, so we search the files' text. A name in a comment counts too, which does no harm.
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

/** Empty if the file does not exist. */
async function textOf(file: vscode.Uri): Promise<string> {
  try {
    const {size} = await vscode.workspace.fs.stat(file);
    return size > maxFileSize ? "" : new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return "";
  }
}
