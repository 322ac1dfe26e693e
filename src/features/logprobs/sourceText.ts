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
