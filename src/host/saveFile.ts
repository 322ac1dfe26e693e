import * as vscode from "vscode";
import {plainText} from "../text/plainText";
import {uriName} from "./documents/uriName";
import {writeAtomically} from "./writeAtomically";

/**
 * Asks where to save a file, and writes it. After a failure, the user may choose another location. `unwritable` words
 * the failure, given the file's name and the error code. Resolves with the file, or undefined if the user gave up.
 */
export async function saveFile(
  options: vscode.SaveDialogOptions,
  unwritable: (name: string, code: string) => string,
  content: (target: vscode.Uri) => Promise<Uint8Array>
): Promise<vscode.Uri | undefined> {
  for (;;) {
    const target = await vscode.window.showSaveDialog(options);
    if (target === undefined) return undefined;
    const name = plainText(uriName(target));
    try {
      await vscode.window.withProgress(
        {location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Writing {0}", name)},
        async () => await writeAtomically(target, await content(target))
      );
      return target;
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError)) throw error;
      const elsewhere = vscode.l10n.t("Save Elsewhere…");
      if ((await vscode.window.showErrorMessage(unwritable(name, error.code), elsewhere)) !== elsewhere)
        return undefined;
    }
  }
}
