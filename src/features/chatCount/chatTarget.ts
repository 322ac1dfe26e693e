import * as vscode from "vscode";
import type {PromptForm} from "../../contract/chat";
import {promptForm} from "../../host/documents/promptForm";
import {commandTargetText, type TargetText, wholeDocument} from "../../host/documents/targetText";
import {uriArgument} from "../../host/documents/uriArgument";
import {HostError} from "../../host/hostError";

/** A text that goes into a chat. */
export interface ChatTarget extends TargetText {
  readonly form: PromptForm;
}

/**
 * What to count: a file (of the explorer), a place (a hover's link), or else the selection or the file of the active editor, whose menu
 * gives its file too.
 */
export async function chatTargetOf(subject: unknown): Promise<ChatTarget> {
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  const file = uriArgument(subject);
  const target = await (file !== undefined && file.toString() !== active
    ? wholeFile(file)
    : commandTargetText(subject));
  // A selection is one message, whatever its file is.
  return {
    ...target,
    form: target.isSelection ? "text" : promptForm(await vscode.workspace.openTextDocument(target.uri))
  };
}

async function wholeFile(uri: vscode.Uri): Promise<TargetText> {
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch {
    throw new HostError(
      "textWithheld",
      vscode.l10n.t("VS Code can't open this file as text: open another file, and count that.")
    );
  }
  const target = await wholeDocument(document);
  if (target.text === "")
    throw new HostError("emptyFile", vscode.l10n.t("This file is empty: open one that has text in it."));
  return target;
}
