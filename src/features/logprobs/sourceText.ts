import * as vscode from "vscode";
import {type Subject, subjectAt, wholeDocument} from "../../host/subject";
import type {Source} from "./protocol";

/** The part of the document, and the whole of it where it was the whole that was scored. */
export function subjectAgain(document: vscode.TextDocument, source: Source): Subject {
  return source.isSelection ? subjectAt(document, source) : wholeDocument(document);
}

/** The document still has this text at the source's place. */
export function stillHolds(document: vscode.TextDocument, {start}: Source, text: string): boolean {
  const end = start + text.length;
  return document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end))) === text;
}

/** Selects UTF-16 offsets in the editor that shows the document, and leaves the keyboard where it is. */
export async function selectInEditor(document: vscode.TextDocument, start: number, end: number): Promise<void> {
  await vscode.window.showTextDocument(document, {
    viewColumn: columnOf(document.uri),
    preserveFocus: true,
    selection: new vscode.Range(document.positionAt(start), document.positionAt(end))
  });
}

function columnOf(uri: vscode.Uri): vscode.ViewColumn {
  const isOfDocument = ({input}: vscode.Tab) =>
    input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  const groups = vscode.window.tabGroups.all.filter((group) => group.tabs.some(isOfDocument));
  const inFront = groups.find((group) => group.activeTab && isOfDocument(group.activeTab));
  return (inFront ?? groups[0])?.viewColumn ?? vscode.ViewColumn.One;
}
