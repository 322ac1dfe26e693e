import * as vscode from "vscode";
import {openDocument} from "../../host/documents/targetText";
import {isToolDocument} from "../../host/documents/toolDocument";
import {uriArgument} from "../../host/documents/uriArgument";

/** The document that a command is called for: its argument may be anything. Else that of the active editor, unless it is the log. */
export async function commandDocument(resource: unknown): Promise<vscode.TextDocument | undefined> {
  const uri = uriArgument(resource);
  if (uri !== undefined) return await openDocument({uri: uri.toString(), start: 0, end: 0});
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && isToolDocument(document) ? undefined : document;
}
