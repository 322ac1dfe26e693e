import * as vscode from "vscode";

/**
 * Selects a range of UTF-16 offsets in the editor that shows the document, in whatever column that is. If none does, it is shown in the
 * first column, or beside a view that is there.
 */
export async function selectInEditor(
  document: vscode.TextDocument,
  start: number,
  end: number,
  {preserveFocus, besides}: {readonly preserveFocus: boolean; readonly besides?: vscode.ViewColumn}
): Promise<void> {
  await vscode.window.showTextDocument(document, {
    viewColumn:
      columnOf(document.uri) ?? (besides === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One),
    preserveFocus,
    selection: new vscode.Range(document.positionAt(start), document.positionAt(end))
  });
}

function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const isOfDocument = ({input}: vscode.Tab) =>
    input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  const groups = vscode.window.tabGroups.all.filter((group) => group.tabs.some(isOfDocument));
  const inFront = groups.find((group) => group.activeTab && isOfDocument(group.activeTab));
  return (inFront ?? groups[0])?.viewColumn;
}
