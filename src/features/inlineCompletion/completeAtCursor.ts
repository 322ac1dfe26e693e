import * as vscode from "vscode";
import {HostError} from "../../host/hostError";
import type {CompletionProvider} from "./completionProvider";
import {isSamePlace} from "./cursorPlace";

/** Has VS Code ask the provider for the place of the cursor. */
export async function completeAtCursor(provider: CompletionProvider): Promise<void> {
  const {document, selection} = editorInFront();
  const here = {document, version: document.version, position: selection.active};
  const last = provider.lastExplicitRequest;
  provider.expectFirst();
  // While IntelliSense's list is open, VS Code shows only what goes on with what is selected there.
  await vscode.commands.executeCommand("hideSuggestWidget");
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
  if (provider.lastExplicitRequest === last && !isSamePlace(last, here))
    throw new HostError(
      "notEditable",
      vscode.l10n.t("Nothing can be completed here, because this text can't be edited: open a file that can.")
    );
}

export function editorInFront(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined)
    throw new HostError(
      "noEditor",
      vscode.l10n.t("No text is open: open a file and place the cursor where the completion should go.")
    );
  return editor;
}
