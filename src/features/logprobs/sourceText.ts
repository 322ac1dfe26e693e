import type * as vscode from "vscode";
import {type TargetText, targetTextAt, wholeDocument} from "../../host/documents/targetText";
import type {Source} from "./protocol";

/** The text at this place in the document now; the whole document if the whole was scored. */
export async function currentText(document: vscode.TextDocument, source: Source): Promise<TargetText> {
  return await (source.isSelection ? targetTextAt(document, source) : wholeDocument(document));
}
