import * as vscode from "vscode";

/** The file that a document is, or is a cell of. */
export function fileOf(document: vscode.TextDocument): vscode.Uri {
  return notebookOf(document)?.uri ?? document.uri;
}

/**
 * What stands above a notebook's cell: the cells in its language, from the top, each ended by a blank line. They are left out
 * from the top on once there are `most` UTF-16 units. "" for what is no cell.
 */
export function cellsAbove(document: vscode.TextDocument, most: number): string {
  const cells = notebookOf(document)?.getCells() ?? [];
  const above = cells.slice(
    0,
    cells.findIndex((cell) => cell.document === document)
  );
  let text = "";
  for (const {document: other} of above.reverse()) {
    if (text.length >= most) break;
    if (other.languageId === document.languageId) text = `${other.getText()}\n\n${text}`;
  }
  return text;
}

function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== "vscode-notebook-cell") return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document === document)
  );
}
