import {setImmediate} from "node:timers/promises";
import * as vscode from "vscode";
import {until} from "./until";

/** The hovers at an offset in UTF-16 units. */
export async function hoversAt(document: vscode.TextDocument, offset: number): Promise<vscode.Hover[]> {
  return await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    document.positionAt(offset)
  );
}

/** {@link hoversAt}, with an action after our providers were called. */
export async function hoversDespite(
  document: vscode.TextDocument,
  offset: number,
  happens: () => Promise<void>
): Promise<vscode.Hover[]> {
  let asked = false;
  // This selector is less specific than ours, so this provider is called later.
  const last = vscode.languages.registerHoverProvider("*", {
    provideHover: () => {
      asked = true;
      return undefined;
    }
  });
  try {
    const hovers = hoversAt(document, offset);
    await until(() => asked);
    await setImmediate();
    await happens();
    return await hovers;
  } finally {
    last.dispose();
  }
}
