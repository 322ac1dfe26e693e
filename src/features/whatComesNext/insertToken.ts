import * as vscode from "vscode";
import type {NextToken} from "../../contract/sampling";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import type {Question} from "./asking";

/** Inserts a token where the cursor was when the engine was asked, as one undo step. Throws where it can't be a part of the text. */
export async function insertToken(host: Host, {prompt, model}: Question, token: NextToken): Promise<void> {
  const {document, version, position} = prompt;
  const [info] = await host.engine.request("tokenInfo", {model, ids: Int32Array.of(token.id)});
  if (info === undefined || info.kind === "control" || token.bytes.length === 0)
    throw new HostError(
      "noTokenText",
      vscode.l10n.t("This token is a sign for the model: choose one that has a text.")
    );
  const text = wholeText(token.bytes);
  if (text === null)
    throw new HostError(
      "noTokenText",
      vscode.l10n.t("This token is a part of a character: choose one that is text by itself.")
    );
  const editor = editorOf(document);
  // The view shows what comes after another text in a moment.
  if (editor === undefined || document.version !== version) return;
  const cursor = new vscode.Selection(position, position);
  if (!editor.selection.isEqual(cursor)) editor.selection = cursor;
  const isDone = await editor.edit((edit) => edit.insert(position, text), {undoStopBefore: true, undoStopAfter: true});
  if (!isDone) throw new HostError("notEditable", vscode.l10n.t("This text can't be edited here: open one that can."));
}

function editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  const {activeTextEditor, visibleTextEditors} = vscode.window;
  if (activeTextEditor?.document === document) return activeTextEditor;
  return visibleTextEditors.find((editor) => editor.document === document);
}

/** Null for a part of a character. */
function wholeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return null;
  }
}
