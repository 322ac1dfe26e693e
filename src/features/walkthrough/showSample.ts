import * as vscode from "vscode";
import {sampleScheme} from "../../host/documents/sampleScheme";
import type {SampleName, Samples} from "./samples";

/**
 * Shows a sample in its original state, beside the active editor or where samples are shown already. Selects `part` of it.
 */
export async function showSample(
  samples: Samples,
  name: SampleName,
  part: (document: vscode.TextDocument) => vscode.Range,
  preserveFocus = false
): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.from({scheme: sampleScheme, path: `/${name}`}));
  await restore(document, new TextDecoder().decode(await samples.original(name)));
  return await vscode.window.showTextDocument(document, {
    viewColumn: sampleColumn(),
    selection: part(document),
    preserveFocus
  });
}

/** A paragraph of a document, counted from 0, without the line end after it. */
export function paragraph(document: vscode.TextDocument, index: number): vscode.Range {
  let found = -1;
  let first = 0;
  for (let line = 0; line < document.lineCount; line++) {
    const isBlank = document.lineAt(line).isEmptyOrWhitespace;
    const begins = !isBlank && (line === 0 || document.lineAt(line - 1).isEmptyOrWhitespace);
    if (begins && ++found === index) first = line;
    const isLast = line + 1 === document.lineCount || document.lineAt(line + 1).isEmptyOrWhitespace;
    if (found === index && isLast) return new vscode.Range(first, 0, line, document.lineAt(line).text.length);
  }
  throw new RangeError(`${document.uri.path} has no paragraph ${index}`);
}

async function restore(document: vscode.TextDocument, text: string): Promise<void> {
  if (document.getText() === text) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(0), document.positionAt(Infinity)), text);
  await vscode.workspace.applyEdit(edit);
}

function sampleColumn(): vscode.ViewColumn {
  const isSample = ({input}: vscode.Tab) => input instanceof vscode.TabInputText && input.uri.scheme === sampleScheme;
  return vscode.window.tabGroups.all.find(({tabs}) => tabs.some(isSample))?.viewColumn ?? vscode.ViewColumn.Beside;
}
