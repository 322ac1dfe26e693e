import type * as vscode from "vscode";
import {type TargetText, targetTextAt, wholeDocument} from "../../host/documents/targetText";
import type {Source} from "./protocol";

/** The part of the document, and the whole of it where it was the whole that was scored. */
export async function subjectAgain(document: vscode.TextDocument, source: Source): Promise<TargetText> {
  return await (source.isSelection ? targetTextAt(document, source) : wholeDocument(document));
}
