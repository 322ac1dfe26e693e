import type * as vscode from "vscode";
import {holds} from "../../host/documentText";
import {type Subject, subjectAt, wholeDocument} from "../../host/subject";
import type {Source} from "./protocol";

/** The part of the document, and the whole of it where it was the whole that was scored. */
export async function subjectAgain(document: vscode.TextDocument, source: Source): Promise<Subject> {
  return await (source.isSelection ? subjectAt(document, source) : wholeDocument(document));
}

/** The document still has this text at the source's place. */
export async function stillHolds(document: vscode.TextDocument, {start}: Source, text: string): Promise<boolean> {
  return await holds(document, start, text);
}
