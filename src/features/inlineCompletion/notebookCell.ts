import * as vscode from "vscode";

/** The document's file; for a notebook cell, the notebook's. */
export function fileOf(document: vscode.TextDocument): vscode.Uri {
  return notebookOf(document)?.uri ?? document.uri;
}

/**
 * The text above a notebook cell: the cells in the same language, each followed by a blank line. Cells at the top are
 * left out beyond `max` UTF-16 units. "" if the document is no cell.
 */
export function cellsAbove(document: vscode.TextDocument, max: number): string {
  const cells = notebookOf(document)?.getCells() ?? [];
  const above = cells.slice(
    0,
    cells.findIndex((cell) => cell.document === document)
  );
  let text = "";
  for (const {document: other} of above.reverse()) {
    if (text.length >= max) break;
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
