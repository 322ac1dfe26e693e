import * as vscode from "vscode";
import {plainText} from "./plainText";
import {writeWhole} from "./writeWhole";

/**
 * Asks where to and writes what there is to write; what can't be written there may be saved elsewhere. `what` begins the
 * sentence that says so: "The scores". Resolves with the file, or undefined where the user gave up.
 */
export async function saveFile(
  options: vscode.SaveDialogOptions,
  what: string,
  content: (target: vscode.Uri) => Promise<Uint8Array>
): Promise<vscode.Uri | undefined> {
  for (;;) {
    const target = await vscode.window.showSaveDialog(options);
    if (target === undefined) return undefined;
    const name = plainText(target.path.slice(target.path.lastIndexOf("/") + 1));
    try {
      await vscode.window.withProgress(
        {location: vscode.ProgressLocation.Window, title: `Writing ${name}`},
        async () => await writeWhole(target, await content(target))
      );
      return target;
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError)) throw error;
      const elsewhere = "Save Elsewhere…";
      const sentence = `${what} can't be written to "${name}" (${error.code}): save them elsewhere.`;
      if ((await vscode.window.showErrorMessage(sentence, elsewhere)) !== elsewhere) return undefined;
    }
  }
}
